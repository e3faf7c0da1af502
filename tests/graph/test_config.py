"""The config that callers give: what is refused, and how configs merge."""

import re
import traceback
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import BaseCallbackHandler, CallbackManager
from stepgraph.config import check_config, merge_configs
from stepgraph.errors import annotate, listed, nearest
from stepgraph.runtime import Runtime
from tests.graph.conftest import Door
from tests.graph.states import single

GRAPH = single(lambda state: None)


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        (5, TypeError, "config must be a dict such as {'configurable': {'thread_id': '1'}}, got int: 5"),
        ("thread", TypeError, "got str: 'thread'"),
        (
            {"recursionlimit": 5},
            ValueError,
            "config has no key 'recursionlimit'; did you mean 'recursion_limit'?; known are 'callbacks', ",
        ),
        ({"thread_id": "1"}, ValueError, "config has no key 'thread_id'"),
        ({"thread_id": "1"}, ValueError, "values of your own go under 'configurable'"),
        ({"configurable": "thread"}, TypeError, "config['configurable'] must be a dict, got str: 'thread'"),
        ({"metadata": [1]}, TypeError, "config['metadata'] must be a dict, got list: [1]"),
        ({"recursion_limit": 0}, ValueError, "config['recursion_limit'] must be a whole number of at least 1, got 0"),
        (
            {"recursion_limit": "5"},
            ValueError,
            "config['recursion_limit'] must be a whole number of at least 1, got '5'",
        ),
        ({"max_concurrency": -1}, ValueError, "config['max_concurrency'] must be a whole number of at least 1, got -1"),
        (
            {"configurable": {"max_concurrency": 2}},
            ValueError,
            "'max_concurrency' stands under 'configurable'; put it at the top level of the config",
        ),
    ],
    ids=str,
)
def test_what_no_run_can_use_is_refused(run: Door, config: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=re.escape(message)):
        run(GRAPH, {}, config)


@pytest.mark.parametrize("config", [None, {}, {"recursion_limit": None, "metadata": None, "max_concurrency": None}])
def test_nothing_said_is_nothing_wanted(run: Door, config: Any):
    assert run(GRAPH, {"n": 1}, config) == {"log": [], "n": 1}


def test_a_checked_config_is_a_dict_of_its_own():
    config = {"tags": ["a"]}
    assert check_config(config) == config
    assert check_config(config) is not config
    assert check_config(None) == {}


def test_configs_merge_later_over_earlier():
    handler, other = object(), object()
    assert merge_configs(
        {
            "tags": ["a", "b"],
            "metadata": {"x": 1, "y": 1},
            "callbacks": [handler],
            "recursion_limit": 5,
            "run_name": "r",
        },
        None,
        {
            "tags": ["b", "c"],
            "metadata": {"y": 2},
            "callbacks": [handler, other],
            "recursion_limit": 6,
            "run_name": None,
        },
        {"configurable": {"thread_id": "1"}},
    ) == {
        "tags": ["a", "b", "c"],
        "metadata": {"x": 1, "y": 2},
        "callbacks": [handler, other],
        "recursion_limit": 6,
        "run_name": "r",
        "configurable": {"thread_id": "1"},
    }


def test_callbacks_are_united_and_each_handler_is_there_once():
    one, two, three = (BaseCallbackHandler() for _ in range(3))
    above, below = uuid4(), uuid4()
    manager = CallbackManager([one], [one], above)
    assert merge_configs({"callbacks": [one, two]}, {"callbacks": [two, three]}) == {"callbacks": [one, two, three]}
    assert merge_configs({"callbacks": [one]}, {"callbacks": manager}) == {"callbacks": manager}
    for configs in (({"callbacks": manager}, {"callbacks": [two]}), ({"callbacks": [two]}, {"callbacks": manager})):
        merged = merge_configs(*configs)["callbacks"]
        assert merged.handlers == merged.inheritable_handlers == [one, two]
        assert merged.parent_run_id == above
    later = CallbackManager([two], [two], below)
    merged = merge_configs({"callbacks": manager}, {"callbacks": later})["callbacks"]
    assert (merged.inheritable_handlers, merged.parent_run_id) == ([two, one], below)
    assert (manager.handlers, later.handlers) == ([one], [two])


def test_merging_leaves_the_configs_as_they_are():
    first, second = {"metadata": {"x": 1}, "tags": ["a"]}, {"metadata": {"y": 2}, "tags": ["b"]}
    merge_configs(first, second)
    assert (first, second) == ({"metadata": {"x": 1}, "tags": ["a"]}, {"metadata": {"y": 2}, "tags": ["b"]})


def test_runtimes_merge_and_are_replaced_in_part():
    def writer(chunk: Any) -> None: ...

    runtime = Runtime(context="c", store="s")
    assert runtime.merge(Runtime(previous="p", stream_writer=writer)) == Runtime("c", "s", writer, "p")
    assert runtime.merge(Runtime(context="d")) == Runtime("d", "s")
    assert runtime.override(store="t") == Runtime("c", "t")
    assert Runtime().stream_writer("goes nowhere") is None


def test_a_note_is_attached_once():
    error = ValueError("x")
    annotate(error, "first")
    annotate(error, "second")
    annotate(error, "first")
    assert error.__notes__ == ["first", "second"]


def test_a_note_is_printed_with_the_error():
    error = ValueError("x")
    annotate(error, "where it was raised")
    assert "where it was raised" in "".join(traceback.format_exception(ValueError, error, None))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("qestion", "; did you mean 'question'?"), ("other", ""), (3, ""), (None, "")],
)
def test_the_nearest_name_is_a_hint(name: Any, hint: str):
    assert nearest(name, ["question", "answer"]) == hint


def test_long_lists_of_names_are_shortened():
    assert listed([]) == "none"
    assert listed(["a", 1]) == "'a', '1'"
    assert listed(range(5), most=3) == "'0', '1', '2', … (5 in all)"
