"""Annotations are looked through at any depth."""

import collections
import dataclasses
import datetime as dt
import enum
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, ForwardRef, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union

import pytest
from pydantic import BaseModel
from typing_extensions import NotRequired, Required, TypeAliasType, TypedDict

from stepgraph.messages import AIMessage, BaseMessage
from stepgraph.serde import MsgpackSerializer, types_in


class A:
    pass


class B:
    pass


class Size(enum.Enum):
    BIG = 1


Bound = TypeVar("Bound", bound=A)
Either = TypeVar("Either", A, B)
T = TypeVar("T")
Name = NewType("Name", A)
Alias = TypeAliasType("Alias", "list[A] | Alias")
Nested = TypeAliasType("Nested", list[A])
Parametrized = TypeAliasType("Parametrized", dict[str, T], type_params=(T,))


class State(TypedDict, total=False):
    plain: int
    required: Required[list[A]]
    not_required: NotRequired[B | None]


class Node(BaseModel):
    children: list["Node"]
    a: A | None = None
    model_config = {"arbitrary_types_allowed": True}


@dataclass
class Record(Generic[T]):
    quoted: "list[Record[B]]"
    inner: list["A"]
    gone: "NotDefinedAnywhere | A"  # type: ignore[name-defined]  # noqa: F821
    also: "B"
    shared: "ClassVar[dict[str, dt.date] | None]" = None


class Child(Record[Size]):
    pass


class Tuple(NamedTuple):
    a: A
    when: dt.datetime


@dataclass
class Left:
    right: "Right | None"


@dataclass
class Right:
    left: Left | None


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, set()),
        (Any, set()),
        (None, set()),
        (..., set()),
        (A, {A}),
        (list[A], {A}),
        (A | None, {A}),
        (Optional[A], {A}),  # noqa: UP045
        (Union[A, B, int], {A, B}),  # noqa: UP007
        (dict[A, tuple[B, ...]], {A, B}),
        (Annotated[list[A], operator.add], {A}),
        (Annotated[Annotated[A, 1], B], {A}),
        (Literal[Size.BIG, "x"], {Size}),
        (Callable[[A], B], {A, B, collections.abc.Callable}),
        (type[A], {A}),
        (Sequence[A], {A, collections.abc.Sequence}),
        (Bound, {A}),
        (Either, {A, B}),
        (Name, {A}),
        (Nested, {A}),
        (Parametrized[A], {A}),
        (State, {A, B}),
        (list[State], {A, B}),
        (Node, {Node, A}),
        (Record, {Record, A, B}),
        (Record[Size], {Record, A, B, Size}),
        (Child, {Child, Record, A, B, Size}),
        (Tuple, {Tuple, A, dt.datetime}),
        (Left, {Left, Right}),
        (ForwardRef("A", module=__name__), {A}),
        (ForwardRef("NotThere", module=__name__), set()),
        ("A", set()),
        (list["A"], set()),  # nobody says whose A
    ],
    ids=lambda given: "" if isinstance(given, set) else str(given),  # sets have no order of their own
)
def test_types(annotation: Any, expected: set[type[Any]]):
    assert types_in(annotation) - {BaseModel, Generic} == expected


def test_several():
    assert types_in(State, Size) == {A, B, Size}
    assert types_in() == frozenset()


def test_an_alias_that_names_itself():
    assert types_in(Alias) <= {A}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is new in 3.12")
def test_type_statements():
    space: dict[str, Any] = {"A": A, "__name__": __name__}
    exec("type Json = list[Json] | A\ntype Gone = NotThere\ntype Box[X: A] = dict[str, X]", space)
    assert types_in(space["Json"]) == {A}
    assert types_in(space["Gone"]) == frozenset()
    assert types_in(space["Box"][int]) == {A}


def test_local_classes():
    @dataclass
    class Local:
        other: "Local | None"
        a: A

    class Model(BaseModel):
        others: "list[Model]"

    assert types_in(Local) == {Local, A}
    assert types_in(Model) - {BaseModel} == {Model}


def test_made_classes():
    made = dataclasses.make_dataclass("Made", [("a", A), ("b", list[B])])
    assert types_in(made) == {made, A, B}


def test_a_schema_is_enough_for_a_serializer():
    serializer = MsgpackSerializer().with_allowed(types_in(State, Node, Left, list[BaseMessage]))
    for value in (Node(children=[Node(children=[])]), Left(Right(Left(None))), [AIMessage("x")]):
        assert serializer.loads(serializer.dumps(value)) == value
