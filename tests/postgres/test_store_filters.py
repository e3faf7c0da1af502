"""Whatever is kept and whatever is asked: PostgreSQL finds what the filter says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stepgraph.store.filters import matches, parse
from stepgraph_postgres import PostgresStore
from stepgraph_postgres.store.narrowing import narrowed
from tests.postgres.tables import drop_store_tables
from tests.store.test_filters_agree import filters, items

INSENSITIVE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def connection(database_uri: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_uri, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def store(database_uri: str) -> Iterator[PostgresStore]:
    drop_store_tables(database_uri)
    with PostgresStore.from_conn_string(database_uri) as store:
        store.setup()
        yield store


def lets_through(connection: psycopg.Connection[Any], sql: str, parameters: Any, value: Any) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    doc = None if "\\u0000" in text else text
    row = connection.execute(f"SELECT {sql} FROM (SELECT %s::jsonb AS doc) t".encode(), (*parameters, doc)).fetchone()
    assert row is not None
    return bool(row[0])


@given(st.lists(items, min_size=1, max_size=4), filters)
@settings(INSENSITIVE, max_examples=300)
def test_sql_holds_wherever_the_filter_does(connection: Any, kept: list[Any], filter: Any) -> None:
    condition = parse(filter)
    found = narrowed(condition)
    if found is not None:
        for value in kept:
            if matches(condition, value):
                assert lets_through(connection, *found, value), found


@given(st.lists(items, min_size=1, max_size=6), filters)
@settings(INSENSITIVE, max_examples=40)
def test_a_store_finds_what_the_filter_says(store: PostgresStore, kept: list[Any], filter: Any) -> None:
    for item in store.search(("n",), limit=100):
        store.delete(item.namespace, item.key)
    for number, value in enumerate(kept):
        store.put(("n",), str(number), value)
    condition = parse(filter)
    expected = [str(number) for number, value in enumerate(kept) if matches(condition, value)]
    assert [item.key for item in store.search(("n",), filter=filter)] == expected
    assert [item.value for item in store.search(("n",))] == kept


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"kind": "note"}, ["note"]),
        ({"n": {"$gt": 3}}, ["four"]),
        ({"n": 4}, ["four"]),
        ({"n": {"$exists": True}}, ["two", "four"]),
        ({"deep": {"a.b": {"$in": [1, True]}}}, ["deep"]),
        ({"$or": [{"kind": "note"}, {"n": 2}]}, ["note", "two"]),
        ({"n": None}, ["note", "deep"]),
        ({"deep": {}}, ["deep"]),
        ({"kind": {"$gte": "n"}}, ["note"]),
    ],
)
def test_sql_does_narrow(connection: Any, filter: Any, names: list[str]) -> None:
    values = {"note": {"kind": "note"}, "two": {"n": 2}, "four": {"n": 4}, "deep": {"deep": {"a.b": True}}}
    found = narrowed(parse(filter))
    assert found is not None
    assert [name for name, value in values.items() if lets_through(connection, *found, value)] == names


@pytest.mark.parametrize(
    "filter", [{"a": {"$ne": 1}}, {"$not": {"a": 1}}, {"a": "nul\0"}, {"0": 1}, {"a": 10**400}, {"a": object()}]
)
def test_what_sql_cannot_tell_is_left_to_python(filter: Any) -> None:
    assert narrowed(parse(filter)) is None


def test_a_filter_is_read_page_by_page(store: PostgresStore) -> None:
    for start in range(0, 600, 200):
        store.batch([store._put_op(("many",), str(n), {"n": n}, None, None) for n in range(start, start + 200)])
    found = store.search(("many",), filter={"n": {"$ne": 3}}, limit=5, offset=590)
    assert [item.value["n"] for item in found] == [591, 592, 593, 594, 595]
