"""What is loaded equals what was dumped and has its types, whatever it is."""

import datetime as dt
import math
import os
import pathlib
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, HttpUrl, PostgresDsn, SecretStr

from stepgraph.serde import JsonPlusSerializer, MsgpackSerializer, Serializer, types_in
from stepgraph.types import NOT_GIVEN
from tests.serde.same import same
from tests.serde.values import CLASSES, MESSAGES, NAMED, PLAIN, Person, Slotted, Tags, doc, person, user_id

SERIALIZER = MsgpackSerializer(allowed=CLASSES)
ALL = {**PLAIN, **MESSAGES, **NAMED}


def again(value: Any) -> Any:
    return SERIALIZER.loads(SERIALIZER.dumps(value))


@pytest.mark.parametrize("name", ALL)
def test_values(name: str):
    value = ALL[name]
    assert same(again(value), value)
    assert same(again([{"deep": (value, {"x": value})}]), [{"deep": (value, {"x": value})}])


def test_it_is_a_serializer():
    assert isinstance(SERIALIZER, Serializer)
    assert JsonPlusSerializer is MsgpackSerializer


def test_it_takes_what_databases_return():
    data = SERIALIZER.dumps(("a", 1))
    assert SERIALIZER.loads(bytearray(data)) == SERIALIZER.loads(memoryview(data)) == ("a", 1)


def test_typed():
    kind, data = SERIALIZER.dumps_typed((1,))
    assert kind == "msgpack"
    assert SERIALIZER.loads_typed((kind, data)) == (1,)


def test_not_a_number_keeps_its_bits():
    (odd,) = struct.unpack(">d", b"\x7f\xf8\x00\x00\x00\x00\xab\xcd")
    assert struct.pack(">d", again(odd)) == struct.pack(">d", odd)
    assert math.copysign(1, again(-0.0)) == -1
    assert str(again(Decimal("sNaN12"))) == "sNaN12"


def test_folds_and_zones():
    when = again(PLAIN["zoned times"][0])
    assert (when.fold, when.tzinfo.key, when.utcoffset()) == (1, "Europe/Berlin", dt.timedelta(hours=1))
    assert again(PLAIN["zoned times"][1]).utcoffset() == dt.timedelta(hours=2)
    assert again(dt.timezone.utc) is dt.timezone.utc


class Fixed(dt.tzinfo):
    """As pydantic and dateutil have one."""

    def utcoffset(self, _: Any) -> dt.timedelta:
        return dt.timedelta(hours=3)


def test_a_fixed_offset_of_another_package_becomes_pythons_own():
    when = dt.datetime(2020, 1, 1, tzinfo=Fixed())
    assert again(when) == dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def test_paths():
    assert same(again(pathlib.Path("a/b")), pathlib.Path("a/b"))


def test_there_is_one_not_given():
    assert again({"x": NOT_GIVEN})["x"] is NOT_GIVEN


def test_dataclasses_keep_what_they_hold_and_run_nothing():
    value = doc()
    back = again(value)
    assert (back.derived, back.extra, back.score) == ("a b/3", [3], 0.0)
    assert "words" not in vars(back)  # a cached property: made again when it is asked for
    assert back.words == ["a", "b"]


def test_slots_that_were_never_set():
    assert not hasattr(again(Slotted(1)), "late")
    value = Slotted(1)
    object.__setattr__(value, "late", 3)
    assert again(value).late == 3


def test_models_keep_what_they_hold():
    back = again(person())
    assert type(back.friends[0]) is Person
    assert back.friends[0].nick == "c"
    assert back.model_fields_set == {"name", "friends", "more"}
    assert back.friends[0].model_fields_set == {"name", "nick"}
    assert (back._secret, back.friends[0]._secret) == (7, 1)
    assert "shout" not in vars(back)
    assert back.shout == "A"
    assert back.model_dump() == person().model_dump()


def test_subclasses_of_builtins():
    assert again(user_id()).realm == ["r"]
    tags = again(Tags([1, (2,)]))
    assert type(tags) is Tags
    assert list.copy(tags) == [1, (2,)]


def test_sharing_is_not_kept():
    shared = [1]
    left, right = again([shared, shared])
    assert left == right
    assert left is not right


def test_a_list_as_deep_as_it_may_be():
    value: Any = []
    for _ in range(500):
        value = [value]
    back, depth = again(value), 0
    while back:
        (back,) = back
        depth += 1
    assert depth == 500


def test_long_lists_and_large_bytes():
    value = {"numbers": list(range(100_000)), "bytes": b"x" * 1_000_000, "buffer": bytearray(200_000)}
    assert same(again(value), value)


SETS = """
from stepgraph.serde import MsgpackSerializer
names = {f"name {n}" for n in range(100)}
value = [names, frozenset((name, 1) for name in names), {1, "a", None, b"x"}]
print(list(names) == sorted(names), MsgpackSerializer().dumps(value).hex())
"""


def test_equal_sets_give_equal_bytes_in_every_process():
    def dumped(seed: str) -> list[str]:
        found = subprocess.run(
            [sys.executable, "-c", SETS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        return found.stdout.split()

    first, second = dumped("1"), dumped("2")
    assert first == second
    assert first[0] == "False"  # else it would prove nothing


def test_threads_share_one_serializer():
    values = [[name, NAMED, n, {"x": (n,) * 50}] for n, name in enumerate(PLAIN)]
    start = threading.Barrier(8)

    def work(_: int) -> bool:
        start.wait()
        return all(same(again(value), value) for value in values)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


times = st.datetimes(timezones=st.none() | st.timezones(), allow_imaginary=True)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None, exclude_categories=()))
    | st.binary()
    | st.binary().map(bytearray)
    | st.complex_numbers(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.uuids()
    | st.dates()
    | st.timedeltas()
    | st.times()
    | times
    | st.ip_addresses()
)
hashable = st.recursive(
    st.none() | st.integers() | st.text() | st.binary() | st.uuids() | st.fractions(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)
values = st.recursive(
    scalars | hashable,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.dictionaries(hashable, inner, max_size=3)
        | st.sets(hashable, max_size=3)
        | st.builds(Slotted, st.integers(), inner)
        | st.builds(lambda item: Person(name="p", more=item), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(values)
def test_any_value(value: Any):
    assert same(again(value), value)


@settings(deadline=None)
@given(st.dictionaries(hashable, st.integers()))
def test_dicts_keep_their_order(value: dict[Any, int]):
    assert list(again(value).items()) == list(value.items())


def test_fractions_are_as_they_were():
    assert hash(again(Fraction(3, 7))) == hash(Fraction(3, 7))


def test_same_looks_at_types():
    assert not same((1,), [1])
    assert not same([bytearray(b"x")], [b"x"])
    assert not same({"a": {1.0}}, {"a": {1}})
    assert not same(1, True)


class Settings(BaseModel):
    url: HttpUrl
    password: SecretStr
    dsn: PostgresDsn
    when: AwareDatetime


def test_what_pydantic_makes_of_input():
    settings = Settings(
        url="https://a.b/c?d=ü", password="p", dsn="postgres://u:p@h1:1,h2:2/db", when="2020-01-01T00:00:00+03:00"
    )
    serializer = MsgpackSerializer(allowed=types_in(Settings))
    back = serializer.loads(serializer.dumps(settings))
    assert back == settings
    assert list(map(type, vars(back).values())) == list(map(type, vars(settings).values()))
    assert back.password.get_secret_value() == "p"
    assert back.when.isoformat() == "2020-01-01T00:00:00+03:00"
