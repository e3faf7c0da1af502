"""Values of every type that is kept, and the classes of some of them."""

import datetime as dt
import enum
import functools
import ipaddress
import re
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, computed_field, field_validator

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from stepgraph.types import NOT_GIVEN, Command, Interrupt, Overwrite, Send

T = TypeVar("T")


class Color(enum.Enum):
    RED = 1
    BLUE = "blue"
    CRIMSON = 1  # noqa: PIE796 - an alias


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mood(str, enum.Enum):
    GOOD = "good"


class Right(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    RUN = enum.auto()


class Mask(enum.IntFlag):
    ONE = 1
    FOUR = 4


class Point(NamedTuple):
    x: int
    y: Any = 0


@dataclass
class Author:
    name: str
    born: dt.date | None = None


@dataclass
class Doc:
    title: str
    authors: list[Author] = field(default_factory=list)
    seed: InitVar[int] = 0
    score: float = field(default=0.0, compare=False)
    derived: str = field(init=False)

    def __post_init__(self, seed: int) -> None:
        self.derived = f"{self.title}/{seed}"
        self.extra = [seed]

    @functools.cached_property
    def words(self) -> list[str]:
        return self.title.split()


@dataclass(frozen=True, slots=True)
class Slotted:
    a: int
    b: Any = field(default=None, repr=False)
    late: int = field(init=False, compare=False)


@dataclass(frozen=True)
class Frozen:
    value: Any


@dataclass
class Box(Generic[T]):
    content: T


class SubAuthor(Author):
    pass


class Attributes:
    """A plain class, with a slot, a private attribute and a dict."""

    __slots__ = ("__dict__", "__hidden", "slot")

    def __init__(self) -> None:
        raise AssertionError("a constructor ran")

    @classmethod
    def make(cls, slot: Any, hidden: Any, **others: Any) -> "Attributes":
        made = object.__new__(cls)
        made.slot = slot
        made.__hidden = hidden
        vars(made).update(others)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attributes) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self.slot)

    def _all(self) -> tuple[Any, ...]:
        return self.slot, self.__hidden, vars(self)


class Empty:
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Empty

    def __hash__(self) -> int:
        return 1


class UserId(str):
    """Text with an attribute."""


class Metres(float):
    pass


class Tags(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise AssertionError("code of the subclass ran")


class Settings(dict):  # type: ignore[type-arg]
    pass


class Pair(tuple):  # type: ignore[type-arg]
    __slots__ = ()


class Person(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    friends: list["Person"] = Field(default_factory=list)
    age: int | None = None
    _secret: int = PrivateAttr(default=1)

    @computed_field  # type: ignore[prop-decorator]
    @functools.cached_property
    def shout(self) -> str:
        return self.name.upper()


class Checked(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def _positive(cls, number: int) -> int:
        assert number > 0
        return number


class Generically(BaseModel, Generic[T]):
    item: T


CLASSES = frozenset(
    {
        Attributes,
        Author,
        Box,
        Checked,
        Color,
        Doc,
        Empty,
        Frozen,
        Generically,
        Level,
        Mask,
        Metres,
        Mood,
        Pair,
        Person,
        Point,
        Right,
        Settings,
        Slotted,
        Tags,
        UserId,
    }
)


def doc() -> Doc:
    made = Doc("a b", [Author("x", dt.date(2000, 1, 2)), SubAuthor("y")], seed=3)
    assert made.words == ["a", "b"]
    return made


def user_id() -> UserId:
    made = UserId("u")
    made.realm = ["r"]  # type: ignore[attr-defined]
    return made


def person() -> Person:
    made = Person(name="a", friends=[Person(name="b", nick="c")], more={"x": (1,)})
    made._secret = 7
    assert made.shout == "A"
    return made


BERLIN = ZoneInfo("Europe/Berlin")
_AI = AIMessage("hi", response_metadata={"m": 1.5})
_AI.tool_calls = [{"name": "f", "args": {"x": (1,)}, "id": "c"}]  # without a type, as they were kept once
MESSAGES: dict[str, Any] = {
    "human": HumanMessage("hi", id="1", name="n"),
    "system": SystemMessage([{"type": "text", "text": "x"}, "y"]),
    "ai": _AI,
    "ai chunk": AIMessageChunk("h"),
    "tool": ToolMessage("r", tool_call_id="c", artifact={1, 2}, status="error"),
    "remove": RemoveMessage("1"),
    "send": Send("node", {"x": (1, AIMessage("a"))}),
    "command": Command(update={"a": (1,)}, goto=[Send("n", 1), "m"], graph=Command.PARENT),
    "command that answers": Command(resume=None),
    "overwrite": Overwrite([1, (2,)]),
    "interrupt": Interrupt({"question": ("?",)}, "id", {"type": "string"}),
    "not given": NOT_GIVEN,
}
PLAIN: dict[str, Any] = {
    "none": None,
    "booleans": [True, False],
    "integers": [0, -1, 2**63, 2**64 - 1, -(2**63)],
    "long integers": [2**64, -(2**63) - 1, 10**100, -(10**100), 255 << 64],
    "floats": [0.0, -0.0, 1.5, 5e-324, float("inf"), float("-inf")],
    "text": ["", "ü", "日本", "\x00", "ł" * 3],
    "text that is not Unicode": {"\ud800": "\udfff a"},
    "bytes": [b"", b"\x00\xff", b"\xc4"],
    "bytearrays": [bytearray(b"x"), {"a": (bytearray(b""), [b"b"])}, bytearray(b"\xc4")],
    "tuples": (1, (), ((2,), [(3,)])),
    "sets": [{1, 2}, {"b", "a"}, set(), frozenset({(1,), frozenset()}), {1, "a", None}],
    "dicts": [{}, {"a": {"b": []}}],
    "keys": {1: "a", None: "b", 2.5: "c", (1, "x"): "d", b"x": "e", True + 1: "f", frozenset({1}): "g", 2**70: "h"},
    "one key": [{5: 1}, {(5,): 1}, {b"\x01": 1}],
    "order": {"z": 1, "a": 2, "m": 3},
    "ranges": [range(3), range(2**70, 0, -3), slice(1, None, 2), ...],
    "complex": [1 + 2j, complex("inf")],
    "deques": [deque([1, (2,)], 5), deque()],
    "defaultdicts": [defaultdict(list, a=[1]), defaultdict(None, {(1,): 2}), defaultdict(int)],
    "ordered dicts": OrderedDict([("b", 1), ("a", 2)]),
    "counters": Counter({"a": -1, ("b",): 0}),
    "patterns": [re.compile("a+", re.IGNORECASE | re.MULTILINE), re.compile(rb"\d"), re.compile("(?x) a")],
    "dates": [dt.date.min, dt.date.max, dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1)],
    "naive times": [dt.datetime.min, dt.datetime.max, dt.time(1, 2, 3, 4), dt.datetime(2020, 10, 25, 2, 30, fold=1)],
    "zoned times": [
        dt.datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        dt.datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN),
        dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
        dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-3, microseconds=5), "there")),
        dt.time(1, tzinfo=dt.timezone.utc),
    ],
    "zones": [dt.timezone.utc, dt.timezone(dt.timedelta(minutes=90)), BERLIN],
    "ids": [UUID(int=5), UUID(int=2**128 - 1)],
    "decimals": [Decimal("1.50"), Decimal("-0"), Decimal("Infinity"), Decimal("1E+999999")],
    "fractions": [Fraction(1, 3), Fraction(-(2**70), 3)],
    "paths": [PurePosixPath("/a/../b"), PureWindowsPath("c:\\x"), PurePosixPath("")],
    "addresses": [
        ipaddress.ip_address("1.2.3.4"),
        ipaddress.ip_address("fe80::1%eth0"),
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("fe80::/10"),
        ipaddress.ip_interface("10.0.0.1/8"),
        ipaddress.ip_interface("fe80::1/64"),
    ],
}
NAMED: dict[str, Any] = {
    "enum members": [Color.RED, Color.BLUE, Color.CRIMSON, Level.HIGH, Mood.GOOD],
    "flags": [Right.READ, Right.READ | Right.RUN, Right(0), Mask.FOUR, Mask(5), Mask(64)],
    "enum keys": {Color.RED: 1, Mood.GOOD: 2},
    "named tuples": [Point(1), Point(1, (2,)), (Point(1, Point(2, 3)),)],
    "dataclass": doc(),
    "slots": [Slotted(1, (2,)), Slotted(2)],
    "frozen": Frozen({"a": Frozen(1)}),
    "generic": [Box([1]), Box[int](1)],
    "attributes": [Attributes.make((1,), {2}, a=3), Empty()],
    "text with attributes": user_id(),
    "subclasses of builtins": [Metres(1.5), Settings({(1,): 2}), Pair((1, [2]))],
    "model": person(),
    "model that would not validate": Checked.model_construct(number=-1),
    "generic model": Generically[int](item=3),
}
