"""Kinds of state classes: inherited, frozen, slotted, with validators, aliases, private keys."""

import operator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator
from typing_extensions import NotRequired, TypedDict

from tests.parity.building import START, chain, one_node
from tests.parity.running import invoked, streamed


class Base(TypedDict):
    trail: Annotated[list[Any], operator.add]


class Derived(Base, total=False):
    number: int
    nested: NotRequired[Annotated[list[int], operator.add]]


@dataclass(frozen=True, kw_only=True)
class Frozen:
    trail: Annotated[list[Any], operator.add] = field(default_factory=list)
    number: int


@dataclass(slots=True)
class Slotted:
    number: int = 1
    trail: Annotated[list[Any], operator.add] = field(default_factory=list)


@dataclass
class Computed:
    number: int
    twice: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.twice = self.number * 2


class Plain:
    trail: Annotated[list[Any], operator.add]
    number: int

    def __init__(self, trail: Any = None, number: int = 0) -> None:
        self.trail = trail
        self.number = number


class Validated(BaseModel):
    trail: Annotated[list[Any], operator.add] = Field(default_factory=list)
    number: int = Field(default=1, ge=0)

    @field_validator("number")
    @classmethod
    def doubled(cls, value: int) -> int:
        return value * 2


class Parent(BaseModel):
    trail: Annotated[list[Any], operator.add] = []


class Child(Parent):
    number: int = 3


class PrivateOut(TypedDict):
    trail: Annotated[list[Any], operator.add]
    note: str


class Kept(TypedDict):
    key: Annotated[list[Any], lambda old, new: [*old, new]]


class KeptToo(Kept):
    more: int


class Things(TypedDict):
    thing: Any
    same: bool


class Nothing(TypedDict):
    pass


class Bare:
    trail: Annotated[list[Any], operator.add]


def _kind(state: Any) -> dict[str, Any]:
    number = state.get("number") if isinstance(state, dict) else state.number
    return {"trail": [type(state).__name__, number]}


def inherited_typed_dicts(lg):
    return [
        invoked(one_node(lg, _kind, Derived), value)
        for value in ({"trail": []}, {"trail": [], "number": 1, "nested": [1]})
    ]


def dataclasses_of_all_kinds(lg):
    return [invoked(one_node(lg, _kind, schema), {"number": 4}) for schema in (Frozen, Slotted)]


def frozen_instances_as_updates(lg):
    graph = one_node(lg, lambda state: Frozen(number=state.number + 1, trail=["node"]), Frozen)
    return invoked(graph, Frozen(number=1))


def fields_outside_of_init(lg):
    graph = one_node(lg, lambda state: {"number": state.twice}, Computed)
    return invoked(graph, {"number": 2})


def a_plain_class(lg):
    return invoked(one_node(lg, _kind, Plain), {"number": 4})


def a_plain_class_without_a_constructor(lg):
    graph = one_node(lg, lambda state: {"trail": [type(state).__name__]}, Bare)
    return invoked(graph, {"trail": []})


def validators_run_on_entry(lg):
    graph = chain(lg, Validated, _kind, lambda_node)
    return [invoked(graph, {"number": 4}), invoked(graph, {"number": -1}), invoked(graph, {})]


def lambda_node(state: Any) -> dict[str, Any]:
    return {"trail": [state.number]}


def inherited_models(lg):
    return [invoked(one_node(lg, _kind, Child), value) for value in ({}, {"number": 5}, Child(number=6))]


def a_subclass_instance_as_input(lg):
    graph = one_node(lg, lambda state: {"trail": [type(state).__name__]}, Parent)
    return invoked(graph, {"trail": ["in"]})


def unset_keys_are_absent(lg):
    graph = one_node(lg, lambda state: {"trail": [sorted(state)]}, Derived)
    return [invoked(graph, {"trail": []}), invoked(graph, {"number": None})]


def none_is_a_value(lg):
    graph = one_node(lg, lambda state: {"number": None}, Derived)
    return streamed(graph, {"trail": [], "number": 1}, ["updates", "values"])


def private_keys_pass_between_nodes(lg):
    def write(state: Base) -> PrivateOut:
        return {"trail": ["write"], "note": "private"}

    def read(state: PrivateOut) -> dict[str, Any]:
        return {"trail": [state["note"]]}

    def blind(state: Base) -> dict[str, Any]:
        return {"trail": [sorted(state)]}

    graph = chain(lg, Base, write, read, blind)
    return [invoked(graph, {"trail": []}), streamed(graph, {"trail": []}, "values")]


def private_keys_need_a_reader(lg):
    def write(state: Base) -> dict[str, Any]:
        return {"trail": ["write"], "note": "dropped"}

    def read(state: PrivateOut) -> dict[str, Any]:
        return {"trail": [state.get("note")]}

    return invoked(chain(lg, Base, write, read), {"trail": []})


def the_same_lambda_twice(lg):
    builder = lg.graph.StateGraph(Kept, input_schema=KeptToo)
    builder.add_node("node", lambda state: {"key": "b"})
    builder.add_edge(START, "node")
    return invoked(builder.compile(), {"key": "a", "more": 1})


def values_are_shared_not_copied(lg):
    class Thing:
        pass

    thing = Thing()
    graph = one_node(lg, lambda state: {"same": state["thing"] is thing}, Things)
    return graph.invoke({"thing": thing})["same"]


def a_schema_without_keys(lg):
    return invoked(one_node(lg, lambda state: {}, Nothing), {})
