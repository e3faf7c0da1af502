"""What could not be revived is refused when it is saved, with its place; what is not allowed is not revived."""

import abc
import collections.abc
import datetime as dt
import random
import sqlite3
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

from stepgraph.errors import CheckpointError, DeserializationError, SerializationError
from stepgraph.messages import AIMessage
from stepgraph.serde import MsgpackSerializer
from stepgraph.types import Command, Send
from tests.serde.values import Attributes, Author, Box, Color, Doc, Person, Point, Slotted, SubAuthor

SERIALIZER = MsgpackSerializer()


class Unknown:
    pass


class Base(abc.ABC):  # noqa: B024 - it is a root, and that is all
    """A root of a user's own."""


class Derived(Base):
    pass


class Shape(Protocol):
    size: int


LOCK = threading.Lock()
VIEW = memoryview(b"x")


def refusal(value: Any, *allowed: type[Any]) -> str:
    with pytest.raises(SerializationError) as caught:
        MsgpackSerializer(allowed=allowed).dumps(value)
    assert isinstance(caught.value, (CheckpointError, TypeError))
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Unknown(), None),
        ([Unknown()], "[0]"),
        ({"docs": [1, 2, 3, Box(Unknown())]}, "['docs'][3].content"),
        ({"a": ({"b": (Unknown(),)},)}, "['a'][0]['b'][0]"),
        ({(1, "x"): Unknown()}, "[(1, 'x')]"),
        (Point(1, Unknown()), ".y"),
        (Slotted(1, Unknown()), ".b"),
        (Attributes.make(1, Unknown()), "._Attributes__hidden"),
        (Person(name="p", friends=[Person(name="q", more=Unknown())]), ".friends[0].more"),
        (AIMessage("x", additional_kwargs={"k": Unknown()}), ".additional_kwargs['k']"),
        (Command(update={"k": Unknown()}), ".update['k']"),
        ([Send("n", [Unknown()])], "[0].arg[0]"),
        ({"x": defaultdict(list, {"k": [Unknown()]})}, "['x']['k'][0]"),
        ({1: {Unknown()}}, "[1] (a member)"),
        ({"x": collections.deque([0, Unknown()])}, "['x'][1]"),
    ],
)
def test_where_it_stands(value: Any, path: str | None):
    said = refusal(value, Box, Point, Slotted, Attributes, Person)
    at = f" at {path}" if path else ""
    assert said == (
        f"cannot keep the {Unknown.__module__}.Unknown{at}: it is of no class that may be revived: annotate the state "
        "with Unknown, or pass allowed=[Unknown] to the serializer"
    )


def test_a_key_that_is_refused():
    assert "Unknown at ['x'] (the key <" in refusal({"x": {Unknown(): 1}})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([LOCK], "at [0]: it is not data"),
        ({"f": len}, "at ['f']: it is not data"),
        ({"f": test_a_key_that_is_refused}, "at ['f']: it is not data"),
        (int, "it is not data"),
        (object(), "it is not data"),
        ((n for n in ()), "it is not data"),
        ((VIEW,), "the memoryview at [0]: it is a view of memory"),
        ({"x": [{"y": VIEW}]}, "at ['x'][0]['y']: it is a view of memory"),
        (defaultdict(lambda: 0), "it has the factory"),
        ([defaultdict(Unknown)], "at [0]: it has the factory"),
    ],
)
def test_what_is_not_data(value: Any, words: str):
    assert words in refusal(value)


@pytest.mark.parametrize(
    "value",
    [random.Random(), threading.local(), LOCK, sqlite3.connect(":memory:")],
    ids=lambda value: type(value).__name__,
)
def test_hidden_state_is_refused_even_if_it_is_allowed(value: Any):
    assert "has state that cannot be seen" in refusal([value], type(value))


def test_fields_that_nobody_set():
    author = Author("x")
    del author.name
    assert "Author at [0]: it has no 'name', and the class no default" in refusal([author], Author)
    assert "it has no 'name', and the class no default" in refusal(Person.model_construct(), Person)


def test_named_tuples_with_attributes():
    class Named(Point):
        pass

    value = Named(1)
    assert MsgpackSerializer(allowed=[Named]).loads(MsgpackSerializer(allowed=[Named]).dumps(value)) == value
    value.extra = 1  # type: ignore[attr-defined]
    assert "attributes besides its fields" in refusal(value, Named)


def test_the_rules_of_a_nameless_zone():
    class Zone(dt.tzinfo):
        def utcoffset(self, when: Any) -> Any:
            return None if when is None else dt.timedelta(0)

    assert "Zone at [0].tzinfo: it is a zone" in refusal([dt.datetime(2020, 1, 1, tzinfo=Zone())])


def test_a_value_that_fails_while_it_is_read():
    class Broken:
        __slots__ = ("x",)

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("no luck")

    with pytest.raises(SerializationError, match="cannot keep this list: RuntimeError: no luck"):
        MsgpackSerializer(allowed=[Broken]).dumps([Broken()])


def test_a_value_that_contains_itself():
    loop: dict[str, Any] = {"a": 1}
    loop["b"] = [({"c": loop},)]
    assert "contains itself, at ['b'][0][0]['c']" in refusal(loop)
    box = Box([1])
    box.content.append(box)
    assert "contains itself, at [1].content[1]" in refusal([0, box], Box)


@pytest.mark.parametrize("levels", [1_100, 50_000])
def test_a_value_that_is_nested_too_deeply(levels: int):
    value: Any = 1
    for _ in range(levels):
        value = [value]
    assert "nested too deeply" in refusal(value)
    value = 1
    for _ in range(levels):
        value = (value,)
    assert "nested too deeply" in refusal(value)
    value = None
    for _ in range(levels):
        value = AIMessage("x", additional_kwargs={"next": value})
    assert "nested too deeply" in refusal(value)
    while value:
        value = value.additional_kwargs.pop("next")  # one by one: to free it all at once is too deep as well


@pytest.mark.parametrize("value", [Author("a"), Color.RED, Point(1), Person(name="p"), [SubAuthor("x")]])
def test_only_what_is_allowed_is_revived(value: Any):
    data = MsgpackSerializer(allowed=[Author, Color, Point, Person]).dumps(value)
    with pytest.raises(DeserializationError, match="may not be revived: annotate the state") as caught:
        SERIALIZER.loads(data)
    assert "tests.serde.values:" in str(caught.value)


def test_names_are_not_imported():
    data = MsgpackSerializer(allowed=[Author]).dumps(Author("a"))
    forged = data.replace(b"tests.serde.values:Author", b"xml.etree.cElementTr:Pars")
    assert forged != data
    modules = set(sys.modules)
    for name in (b"xml.etree.cElementTr:Pars", b"builtins:eval           x", b"os:system               x"):
        with pytest.raises(DeserializationError):
            MsgpackSerializer(allowed=[Author]).loads(data.replace(b"tests.serde.values:Author", name.ljust(25)[:25]))
    assert set(sys.modules) == modules


def test_subclasses_of_allowed_classes():
    serializer = MsgpackSerializer(allowed=[Author, Base])
    back = serializer.loads(serializer.dumps([SubAuthor("x"), Derived()]))
    assert list(map(type, back)) == [SubAuthor, Derived]


@pytest.mark.parametrize("root", [object, abc.ABC, BaseModel, collections.abc.Hashable, Shape, Protocol, Exception])
def test_roots_open_nothing(root: type[Any]):
    assert "of no class that may be revived" in refusal(Unknown(), root)
    assert "of no class that may be revived" in refusal(Person(name="x"), root)


def test_a_subclass_of_ones_own_message():
    @dataclass
    class Special(AIMessage):
        weight: int = 0

    back = SERIALIZER.loads(SERIALIZER.dumps(Special("x", weight=3)))
    assert type(back) is Special
    assert back == Special("x", weight=3)


def test_local_classes():
    @dataclass
    class Local:
        x: int

    serializer = MsgpackSerializer(allowed=[Local])
    assert serializer.loads(serializer.dumps([Local(1)])) == [Local(1)]


def of_one_name() -> tuple[type[Any], type[Any]]:
    def make() -> type[Any]:
        @dataclass
        class Twin(Author):
            pass

        return Twin

    return make(), make()


def test_two_classes_of_one_name():
    first, second = of_one_name()
    with pytest.raises(SerializationError, match=r"two classes called .*Twin.*rename one of them"):
        MsgpackSerializer(allowed=[first, second])
    with pytest.raises(SerializationError, match="two classes called"):
        MsgpackSerializer(allowed=[first]).with_allowed([second])


def test_a_class_that_was_defined_anew():
    first, second = of_one_name()
    serializer = MsgpackSerializer(allowed=[Author])
    assert type(serializer.loads(serializer.dumps(second("x")))) is second
    with pytest.raises(SerializationError, match="before its class was defined anew"):
        serializer.dumps(first("x"))


def test_with_allowed():
    base = MsgpackSerializer()
    assert base.with_allowed([]) is base
    assert base.with_allowed([int, str, dict]) is base
    wider = base.with_allowed([Doc, Author])
    assert wider is not base
    assert wider.with_allowed([Author]) is wider
    with pytest.raises(SerializationError):
        base.dumps(Author("x"))
    assert wider.loads(wider.dumps(Author("x"))) == Author("x")


@pytest.mark.parametrize("allowed", ["Author", 5, list[int] | None, len])
def test_only_classes_can_be_allowed(allowed: Any):
    with pytest.raises(TypeError, match="expected classes to allow"):
        MsgpackSerializer(allowed=[allowed])
