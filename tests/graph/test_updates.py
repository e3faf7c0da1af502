"""What nodes and callers may give: known keys, in a form that can be read, and everything else is an error."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph import START, MessagesState, StateGraph
from stepgraph.errors import EmptyInputError, InvalidUpdateError
from stepgraph.messages import AIMessage
from tests.graph.conftest import Door
from tests.graph.states import State, single

KNOWN = "known are 'log', 'n', 'word'; declare it in the state, or compile with unknown_keys='ignore'"
EXPECTED = "must give a dict with some of the keys 'log', 'n', 'word', a Command, or None, got"


@dataclass
class Data:
    n: int
    word: str | None = None


class Model(BaseModel):
    n: int
    word: str | None = None


class Annotated:
    n: int
    word: str

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def __repr__(self) -> str:
        return f"Annotated({vars(self)})"


@pytest.mark.parametrize(
    ("update", "result"),
    [
        (None, {}),
        ({}, {}),
        ({"n": None}, {"n": None}),
        ({"n": 1, "log": ["a"]}, {"n": 1, "log": ["a"]}),
        ({"word": ""}, {"word": ""}),
        (Data(1), {"n": 1, "word": None}),
        (Model(n=1), {"n": 1}),
        (Model(n=1, word=None), {"n": 1, "word": None}),
        (Annotated(n=1), {"n": 1}),
    ],
    ids=repr,
)
def test_what_a_node_and_a_caller_may_give(run: Door, update: Any, result: Any):
    assert run(single(lambda state: update), {}) == {"log": [], **result}
    if update is not None:
        assert run(single(lambda state: None), update) == {"log": [], **result}


class Bare:
    """A class without annotations."""

    def __repr__(self) -> str:
        return "Bare()"


NO_UPDATES = [5, "text", True, 0, "", [], [1], (), {1}, [{"n": 1}], object, b"x", Bare(), datetime(2026, 1, 1)]


@pytest.mark.parametrize("update", NO_UPDATES, ids=repr)
def test_what_is_no_update_is_refused_by_name(run: Door, update: Any):
    got = f"{type(update).__name__}: {update!r}"
    with pytest.raises(InvalidUpdateError, match=re.escape(f"node 'node' {EXPECTED} {got} (INVALID_GRAPH_NODE_RETURN")):
        run(single(lambda state: update), {})
    with pytest.raises(InvalidUpdateError, match=re.escape(f"the input {EXPECTED} {got}")):
        run(single(lambda state: None), update)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"wrd": "x"}, f"wrote an unknown key 'wrd'; did you mean 'word'?; {KNOWN}"),
        ({"n": 1, "other": "x"}, f"wrote an unknown key 'other'; {KNOWN}"),
        ({3: "x"}, f"wrote an unknown key 3; {KNOWN}"),
        (AIMessage("not in a list"), f"wrote an unknown key 'content'; {KNOWN}"),
    ],
)
def test_an_unknown_key_is_refused_by_name(run: Door, update: Any, message: str):
    with pytest.raises(InvalidUpdateError, match=re.escape(f"node 'node' {message}")):
        run(single(lambda state: update), {})
    with pytest.raises(InvalidUpdateError, match=re.escape(f"the input {message}")):
        run(single(lambda state: None), update)


def test_a_message_alone_is_no_update_of_a_state_of_messages(run: Door):
    with pytest.raises(InvalidUpdateError, match="node 'node' wrote an unknown key 'content'; known are 'messages'"):
        run(single(lambda state: AIMessage("hi"), state=MessagesState), {"messages": []})


@pytest.mark.parametrize(
    ("state", "expected"),
    [(State, "pass a dict with some of the keys 'log', 'n', 'word'"), (MessagesState, "the keys 'messages'")],
)
def test_no_input_is_refused(run: Door, state: Any, expected: str):
    with pytest.raises(EmptyInputError, match=f"graph 'StateGraph' was given no input; .*{expected}"):
        run(single(lambda state: None, state=state), None)


def test_the_error_of_a_node_says_where_it_was_raised(run: Door):
    def node(state: State) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError) as raised:
        run(single(node), {}, {"configurable": {"thread_id": "t1"}})
    assert raised.value.args == ("mine",)
    assert raised.value.__notes__ == ["raised in node 'node' of graph 'StateGraph' (step 1, thread 't1')"]


def test_the_error_of_a_nested_node_says_all_places(run: Door):
    def node(state: State) -> Any:
        raise KeyError("mine")

    inner = StateGraph(State).add_node("deep", node).add_edge(START, "deep").compile(name="inner")
    with pytest.raises(KeyError) as raised:
        run(single(inner), {})
    assert raised.value.__notes__ == [
        "raised in node 'deep' of graph 'inner' (step 1)",
        "raised in node 'node' of graph 'StateGraph' (step 1)",
    ]


def test_a_sub_graph_ignores_keys_of_the_graph_above_and_keeps_its_own(run: Door):
    class Inner(TypedDict, total=False):
        n: int
        own: int

    seen = []

    def node(state: Inner) -> Inner:
        seen.append(dict(state))
        return {"n": state["n"] + 1, "own": 5}

    inner = StateGraph(Inner).add_node("deep", node).add_edge(START, "deep").compile()
    assert run(single(inner), {"n": 1, "word": "w"}) == {"log": [], "n": 2, "word": "w"}
    assert seen == [{"n": 1}]


def test_a_sub_graph_of_another_kind_of_state_takes_part(run: Door):
    inner = single(lambda state: Data(state.n + 1, "inner"), state=Data)
    assert run(single(inner), {"n": 1}) == {"log": [], "n": 2, "word": "inner"}
    outer = StateGraph(Data).add_node("inner", single(lambda state: {"n": state["n"] + 1})).add_edge(START, "inner")
    assert run(outer.compile(), Data(1, "w")) == {"n": 2, "word": "w"}
