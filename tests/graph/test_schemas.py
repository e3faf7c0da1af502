"""What a state's class says: its keys, and the types of what they hold."""

import operator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import Topic
from stepgraph.errors import EmptyInputError
from tests.graph.classes import (
    ADD,
    LAST,
    Base,
    Data,
    Derived,
    DerivedData,
    DerivedModel,
    FromTyping,
    Model,
    Plain,
    Wrapped,
)
from tests.graph.conftest import Door
from tests.graph.states import State, single

T = TypeVar("T")


@pytest.mark.parametrize(
    ("schema", "channels"),
    [
        (Base, {"a": LAST}),
        (Derived, {"a": LAST, "b": ADD}),
        (Wrapped, {"required": LAST, "optional": ADD, "inside": ADD, "readonly": LAST}),
        (FromTyping, {"required": LAST, "optional": ADD}),
        (Data, {"a": LAST, "b": ADD}),
        (DerivedData, {"a": LAST, "b": ADD, "c": LAST}),
        (Model, {"a": LAST, "b": ADD, "bounded": LAST}),
        (DerivedModel, {"a": LAST, "b": ADD, "bounded": LAST, "c": LAST}),
        (Plain, {"a": LAST, "b": ADD}),
        (int, {"__root__": LAST}),
        (dict, {"__root__": LAST}),
        (list[int], {"__root__": LAST}),
        (Annotated[list, operator.add], {"__root__": ADD}),
        (Annotated[list, Topic(int)], {"__root__": Topic(int)}),
    ],
)
def test_keys_and_their_rules(schema: Any, channels: Any):
    graph = StateGraph(schema)
    assert graph.channels == channels
    assert {name: channel.key for name, channel in graph.channels.items()} == {name: name for name in channels}


def test_types_are_kept_without_what_is_around_them():
    assert {name: channel.typ for name, channel in StateGraph(Wrapped).channels.items()} == {
        "required": int,
        "optional": list,
        "inside": list,
        "readonly": str,
    }


class Shared:
    n: int
    limit: ClassVar[int] = 3


class Pair(NamedTuple):
    left: int = 0
    right: int = 0


class Box(TypedDict, Generic[T]):
    item: T


@dataclass
class Crate(Generic[T]):
    item: T


def test_a_class_variable_is_no_key():
    assert StateGraph(Shared).channels == {"n": LAST}


def test_a_named_tuple_reaches_its_nodes(run: Door):
    assert run(single(lambda state: Pair(state.left + 1, 2), state=Pair), {"left": 1}) == {"left": 2, "right": 2}


@pytest.mark.parametrize("state", [Box[int], Crate[int]])
def test_a_generic_state_with_its_type_has_its_keys(run: Door, state: Any):
    graph = single(lambda state: {"item": 2}, state=state)
    assert (list(graph.builder.channels), run(graph, {"item": 1})) == (["item"], {"item": 2})


@pytest.mark.parametrize("state", [5, "State", Data(1), {"n": int}, [int]], ids=str)
def test_a_value_describes_no_state(state: Any):
    with pytest.raises(TypeError, match="a state is described by a class, such as a TypedDict, or by a type") as raised:
        StateGraph(state)
    assert str(raised.value).endswith(f"got {state!r}")


def test_a_channel_that_two_graphs_share_is_copied():
    channel = Topic(str)

    class Schema(TypedDict):
        one: Annotated[list, channel]
        two: Annotated[list, channel]

    channels = StateGraph(Schema).channels
    assert [channels["one"].key, channels["two"].key, channel.key] == ["one", "two", ""]


def test_a_state_without_keys_is_one_value(run: Door, chunks: Door):
    def collects(state: list[int]) -> list[int]:
        return [len(state)]

    counts = StateGraph(int).add_node("add", lambda n: n + 1).add_node("nothing", lambda n: None)
    counts.add_edge(START, "add").add_edge("add", "nothing")
    assert run(counts.compile(), 0) == 1
    assert chunks(counts.compile(), 0, stream_mode="values") == [0, 1]
    assert chunks(counts.compile(), 0) == [{"add": 1}, {"nothing": None}]
    assert run(single(collects, state=Annotated[list, operator.add]), [7]) == [7, 1]
    assert run(single(lambda state: {"x": 1}, state=dict), {"y": 2}) == {"x": 1}
    assert run(single(lambda state: {}, state=dict), {"y": 2}) == {}
    assert run(single(lambda state: {"__root__": 1}, state=dict), {"y": 2}) == {"__root__": 1}
    assert run(single(lambda state: [state], state=list), [1]) == [[1]]


def test_a_state_without_keys_needs_an_input_too(run: Door):
    with pytest.raises(EmptyInputError, match="graph 'StateGraph' was given no input") as raised:
        run(single(lambda n: n, state=int), None)
    assert "keys" not in str(raised.value)


def test_a_sub_graph_whose_state_is_one_dict_keeps_its_input(run: Door):
    inner = single(lambda state: {**state, "inner": 1}, state=dict)
    assert run(single(inner, state=dict), {"outer": 1}) == {"outer": 1, "inner": 1}
    assert run(single(lambda state: inner.invoke({"n": 1}), state=dict), {}) == {"n": 1, "inner": 1}


def test_a_schema_is_read_once():
    graph = StateGraph(State).add_node("a", lambda state: None).add_node("b", lambda state: None, input_schema=Base)
    graph.add_node("c", lambda state: None, input_schema=Base)
    assert list(graph.schemas) == [State, Base]
