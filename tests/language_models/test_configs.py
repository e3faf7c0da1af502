"""Configs: what each of several prompts is asked with."""

import pytest

from stepgraph.callbacks import CallbackManager
from stepgraph.callbacks.ids import new_run_id
from stepgraph.language_models.configs import configs_of, groups_of
from tests.language_models.models import Listener


def told(count, **given):
    names = ("callbacks", "tags", "metadata", "run_name", "run_id")
    configs = configs_of(count, *(given.get(name) for name in names))
    return [{key: value for key, value in each.items() if key != "run_id" or "run_id" in given} for each in configs]


def test_one_for_all():
    assert (
        told(2, tags=["t"], metadata={"m": 1}, run_name="n")
        == [{"tags": ["t"], "metadata": {"m": 1}, "run_name": "n"}] * 2
    )
    first, second = Listener(), Listener()
    assert told(2, callbacks=[first, second]) == [{"callbacks": [first, second]}] * 2
    assert told(0, callbacks=[first]) == []


def test_one_for_each():
    first, manager = Listener(), CallbackManager.configure([Listener()])
    assert told(2, callbacks=[[first], None]) == [{"callbacks": [first]}, {}]
    assert told(2, callbacks=[manager, [first]]) == [{"callbacks": manager}, {"callbacks": [first]}]
    assert told(2, tags=[["a"], ["b"]], run_name=["x", "y"]) == [
        {"tags": ["a"], "run_name": "x"},
        {"tags": ["b"], "run_name": "y"},
    ]
    assert told(2, metadata=[{"a": 1}, {"b": 2}]) == [{"metadata": {"a": 1}}, {"metadata": {"b": 2}}]


def test_a_list_of_another_length():
    with pytest.raises(ValueError, match="tags must have an item for each of 3 prompts, got 2"):
        told(3, tags=[["a"], ["b"]])
    with pytest.raises(ValueError, match="run_id must have an item for each of 1 prompts, got 2"):
        told(1, run_id=[new_run_id(), new_run_id()])


def test_run_ids():
    given = new_run_id()
    first, second = told(2, run_id=given)
    assert first["run_id"] == given
    assert second["run_id"] not in (None, given)
    assert [each["run_id"] for each in told(2, run_id=[None, given])][1] == given


def test_groups():
    assert list(groups_of([], None)) == []
    assert list(groups_of(["a", "b"], None)) == [(["a", "b"], [None, None])]
    one = {"max_concurrency": 2, "tags": ["t"]}
    assert [(inputs, len(configs)) for inputs, configs in groups_of([*"abc"], one)] == [(["a", "b"], 2), (["c"], 1)]
    each = [{"tags": ["1"]}, {"max_concurrency": 1}]
    assert [inputs for inputs, _ in groups_of(["a", "b"], each)] == [["a"], ["b"]]
    ((_, configs),) = groups_of(["a", "b"], {"run_id": 1, "tags": ["t"]})
    assert configs == [{"run_id": 1, "tags": ["t"]}, {"tags": ["t"]}]
