"""States that are read wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
from pydantic.dataclasses import dataclass as checked
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import LastValue
from stepgraph.errors import EmptyInputError
from tests.graph.states import single

T = TypeVar("T")


class Input(TypedDict, total=False):
    items: Annotated[list, lambda left, right: left + right]


class State(Input, total=False):
    more: int


@dataclass
class Data:
    items: Annotated[list, lambda left, right: left + right]


@dataclass
class MoreData(Data):
    more: int = 0


@pytest.mark.parametrize(("state", "part"), [(State, Input), (MoreData, Data)])
def test_a_reducer_that_is_inherited_is_one_rule(state: Any, part: Any):
    """Postponed annotations are evaluated again for each class, so one lambda is two objects: ValueError, two rules.
    LangGraph takes all lambdas for equal; comparing their code (and defaults and closure) would tell them apart."""
    graph = StateGraph(state, input_schema=part).add_node("a", lambda state: {"items": [1]}).add_edge(START, "a")
    assert graph.compile().invoke({"items": [0]})["items"] == [0, 1]


def test_a_sub_graph_whose_state_is_one_dict_keeps_its_input():
    """`without_surplus` takes a dict for a state with keys and drops them all: the sub-graph sees {}."""
    inner = single(lambda state: {**state, "inner": 1}, state=dict)
    assert single(lambda state: inner.invoke({"outer": 1}), state=dict).invoke({}) == {"outer": 1, "inner": 1}


def test_a_sub_graph_node_whose_state_is_one_dict_keeps_its_input():
    inner = single(lambda state: {**state, "inner": 1}, state=dict)
    assert single(inner, state=dict).invoke({"outer": 1}) == {"outer": 1, "inner": 1}


def test_a_state_without_keys_is_asked_for_by_what_it_is():
    """'pass a dict with some of the keys '__root__''."""
    with pytest.raises(EmptyInputError) as raised:
        single(lambda n: n, state=int).invoke(None)
    assert "__root__" not in str(raised.value)


class Shared:
    n: int
    limit: ClassVar[int] = 3


def test_a_class_variable_is_no_key():
    assert StateGraph(Shared).channels == {"n": LastValue(int)}


class Pair(NamedTuple):
    left: int = 0
    right: int = 0


def test_a_named_tuple_reaches_its_nodes():
    """Its fields are read as keys and its instances are taken as updates, but nodes get a dict."""
    assert single(lambda state: Pair(state.left + 1, 2), state=Pair).invoke({"left": 1}) == {"left": 2, "right": 2}


class Box(TypedDict, Generic[T]):
    item: T


@dataclass
class Crate(Generic[T]):
    item: T


@pytest.mark.parametrize("state", [Box[int], Crate[int]])
def test_a_generic_state_with_its_type_has_its_keys(state: Any):
    """Silently a state without keys (in LangGraph too); it should have its keys, or be refused."""
    assert list(StateGraph(state).channels) == ["item"]


@pytest.mark.parametrize("state", [5, "State", Data([]), {"n": int}], ids=str)
def test_what_is_no_type_cannot_be_a_state(state: Any):
    """5 and 'State' are accepted as states without keys; the others: TypeError, unhashable type."""
    with pytest.raises(TypeError, match="state"):
        StateGraph(state)


def test_a_reducer_with_a_required_keyword_is_refused():
    def reducer(left: Any, right: Any, *, how: str) -> Any: ...

    class Schema(TypedDict):
        pass

    Schema.__annotations__["key"] = Annotated[list, reducer]
    with pytest.raises(ValueError, match="Invalid reducer signature of key 'key'"):
        StateGraph(Schema)


class Odd(TypedDict, total=False):
    copy: int
    schema: int
    _hidden: int


def test_any_key_has_its_place_in_the_json_schema():
    """UserWarning for names of BaseModel's attributes; a key with an underscore is left out."""
    properties: Mapping[str, Any] = single(lambda state: None, state=Odd).get_input_jsonschema()["properties"]
    assert list(properties) == ["copy", "schema", "_hidden"]


@checked
class Checked:
    n: int = 0


def test_a_pydantic_dataclass_has_a_json_schema():
    """AttributeError: no attribute 'model_json_schema'."""
    assert list(single(lambda state: None, state=Checked).get_input_jsonschema()["properties"]) == ["n"]
