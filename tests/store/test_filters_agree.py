"""Whatever is kept and whatever is asked: SQLite finds what the filter says."""

import itertools
import json
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepgraph.store.filters import matches, parse
from stepgraph.store.sqlite import SqliteStore
from stepgraph.store.sqlite.narrowing import narrowed

KEYS = ["a", "b", "a.b", "", 'q"', "back\\slash", ".a", "é", "new\nline", "[0]", "a b", "*"]

TEXTS = ["", "a", "b", "ab", "a\0", "a\0b", "\0", "é", "z", "10", "null", "true", "🐎", "\uffff"]
INTEGERS = [0, 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**63 + 1, -(2**63) - 1, 10**400]
FLOATS = [0.1, 0.1 + 0.2, 0.3, 1.0, -0.0, 5e-324, 1.7976931348623157e308, 2.0**63, 1e-310]

texts = st.sampled_from(TEXTS)
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(INTEGERS),
    st.sampled_from(FLOATS),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), st.booleans(), texts, numbers)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
items = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)


def operators(inner):
    """Conditions on one value."""
    ordered = texts | numbers | st.floats(allow_nan=True) | st.just("\ud800")
    simple = [st.fixed_dictionaries({name: values}) for name in ("$eq", "$ne")] + [
        st.fixed_dictionaries({name: ordered}) for name in ("$gt", "$gte", "$lt", "$lte")
    ]
    return st.one_of(
        *simple,
        st.fixed_dictionaries({"$gte": ordered, "$lt": ordered}),
        st.fixed_dictionaries({"$in": st.lists(values, max_size=3)}),
        st.fixed_dictionaries({"$nin": st.lists(values, max_size=3)}),
        st.fixed_dictionaries({"$exists": st.booleans()}),
        st.fixed_dictionaries({"$not": inner}),
        st.fixed_dictionaries({"$or": st.lists(inner, min_size=1, max_size=3)}),
    )


conditions = st.recursive(
    values | st.just({}),
    lambda inner: operators(inner) | st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=2),
    max_leaves=5,
)
plain_filters = st.dictionaries(st.sampled_from(KEYS), conditions, max_size=3)
filters = st.recursive(
    plain_filters,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"$and": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"$or": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"$not": inner}),
    ),
    max_leaves=3,
)


@pytest.fixture(scope="module")
def connection():
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def unsound(connection, value, filter) -> bool:
    """Whether a value meets a filter and its SQL lets it not through."""
    condition = parse(filter)
    found = narrowed(condition)
    if found is None or not matches(condition, value):
        return False
    sql, parameters = found
    text = json.dumps(value, ensure_ascii=False)
    return not connection.execute(f"SELECT {sql} FROM (SELECT ? AS value)", (*parameters, text)).fetchone()[0]


@given(st.lists(items, min_size=1, max_size=4), filters)
@settings(max_examples=300, deadline=None)
def test_sql_holds_wherever_the_filter_does(connection, kept, filter):
    """The invariant of narrowing: what a filter matches, its SQL lets through."""
    assert not [value for value in kept if unsound(connection, value, filter)]


@pytest.mark.parametrize("operator", ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in"])
def test_every_pair_of_corners(connection, operator):
    corners = [*TEXTS, *INTEGERS, *FLOATS]
    operands = [[corner] if operator == "$in" else corner for corner in [*corners, "\ud800", float("nan")]]
    pairs = itertools.product(corners, operands)
    assert not [pair for pair in pairs if unsound(connection, {"a": pair[0]}, {"a": {operator: pair[1]}})]


@pytest.mark.parametrize("key", [*KEYS, "\ud800", "\x7f", "]"])
def test_every_key(connection, key):
    for value in ({key: 1}, {"a": {key: 1}}, {key: {"a": 1}}, {key: None}, {key: [1]}, {}):
        for filter in ({key: 1}, {"a": {key: 1}}, {key: {"a": 1}}, {key: None}, {key: {"$exists": False}}):
            assert not unsound(connection, value, filter)


@given(st.lists(items, min_size=1, max_size=6), filters)
@settings(max_examples=60, deadline=None)
def test_a_store_finds_what_the_filter_says(kept, filter):
    condition = parse(filter)
    with SqliteStore.from_conn_string(":memory:") as store:
        for number, value in enumerate(kept):
            store.put(("n",), str(number), value)
        expected = [str(number) for number, value in enumerate(kept) if matches(condition, value)]
        assert [item.key for item in store.search(("n",), filter=filter)] == expected
        assert [item.value for item in store.search(("n",))] == kept


@pytest.mark.parametrize(
    ("filter", "let_through"),
    [
        ({"kind": "note"}, ["note"]),
        ({"n": {"$gt": 3}}, ["four"]),
        ({"n": 4}, ["four"]),
        ({"n": {"$exists": True}}, ["two", "four"]),
        ({"deep": {"a.b": {"$in": [1, True]}}}, ["deep"]),
        ({"$or": [{"kind": "note"}, {"n": 2}]}, ["note", "two"]),
        ({"n": None}, ["note", "deep"]),
        ({"deep": {}}, ["deep"]),
    ],
)
def test_sql_does_narrow(connection, filter, let_through):
    values = {"note": {"kind": "note"}, "two": {"n": 2}, "four": {"n": 4}, "deep": {"deep": {"a.b": True}}}
    sql, parameters = narrowed(parse(filter))
    found = [
        name
        for name, value in values.items()
        if connection.execute(f"SELECT {sql} FROM (SELECT ? AS value)", (*parameters, json.dumps(value))).fetchone()[0]
    ]
    assert found == let_through


@pytest.mark.parametrize(
    "filter",
    [
        {"a": {"$ne": 1}},
        {"$not": {"a": 1}},
        {'q"': 1},
        {"a": "nul\0"},
        {"$or": [{"a": 1}, {"a": {"$nin": [2]}}]},
        {"a": {"$in": list(range(500))}},
        {"a": 10**400},
        {"a": object()},
    ],
)
def test_what_sql_cannot_tell_is_left_to_python(filter):
    assert narrowed(parse(filter)) is None


def test_deep_and_wide_filters_work():
    deep = {"a": 1}
    for number in range(40):
        deep = {"$or": [deep, {"b": number}]} if number % 2 else {"$and": [deep, {"c": None}]}
    wide = {"$or": [{"a": number} for number in range(2_000)]}
    with SqliteStore.from_conn_string(":memory:") as store:
        store.put(("n",), "k", {"a": 1})
        store.put(("n",), "l", {"a": -1})
        for filter in (deep, wide, {"a": {"$in": list(range(40_000))}}):
            assert [item.key for item in store.search(("n",), filter=filter)] == ["k"]
