"""Transactions: a batch, on a connection: its reads on one snapshot, its writes in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from sys import maxsize
from typing import Any, NamedTuple

from typing_extensions import assert_never

from stepgraph.store.expiry import Expiry
from stepgraph.store.filters import Condition, Every, matches, parse
from stepgraph.store.index import Embedded
from stepgraph.store.items import Item, SearchItem, moment
from stepgraph.store.namespaces import MatchCondition, Namespace, listed_namespaces
from stepgraph.store.operations import GetOp, ListNamespacesOp, Op, PutOp, Result, SearchOp
from stepgraph.store.ranking import page_of
from stepgraph.store.sqlite import queries
from stepgraph.store.sqlite.queries import Sql
from stepgraph.store.sqlite.values import decoded

__all__ = ["Change", "Reading", "changes_of", "sweep", "write"]

_CHUNK = 500
"""Ids to a statement: SQLite bounds the number of parameters."""


class _Row(NamedTuple):
    """One row of `store_items`."""

    id: int
    namespace: str
    key: str
    value: str
    created_at: float
    updated_at: float
    ttl: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A put, ready to be written; `value` is text, `None` to delete; `ttl` is in seconds."""

    namespace: Namespace
    key: str
    value: str | None
    ttl: float | None
    vectors: tuple[bytes, ...]


class Reading:
    """The reads of a batch.

    Args:
        connection: Where to read.
        expiry: Which items are hidden.
        now: The time.
    """

    def __init__(self, connection: sqlite3.Connection, expiry: Expiry, now: float) -> None:
        self.refreshed: list[int] = []
        self._connection = connection
        self._live_at = now if expiry.omit else None

    def results(self, ops: Sequence[Op], embedded: Embedded) -> list[Result]:
        """Return one result per operation, and note in `refreshed` whose time to live restarts."""
        return [self._result(op, embedded.queries.get(position)) for position, op in enumerate(ops)]

    def _result(self, op: Op, query: bytes | None) -> Result:
        match op:
            case GetOp():
                return self._get(op)
            case SearchOp():
                return self._search(op, query)
            case ListNamespacesOp():
                return self._namespaces(op)
            case PutOp():
                return None
            case _:
                assert_never(op)

    def _get(self, op: GetOp) -> Item | None:
        row = next(self._rows(queries.get(op.namespace, op.key, self._live_at)), None)
        if row is None:
            return None
        self._touch(row, refresh=op.refresh_ttl)
        namespace = tuple(op.namespace)
        return Item(
            value=decoded(namespace, row.key, row.value),
            key=row.key,
            namespace=namespace,
            created_at=moment(row.created_at),
            updated_at=moment(row.updated_at),
        )

    def _search(self, op: SearchOp, query: bytes | None) -> list[SearchItem]:
        condition = parse(op.filter)
        found = self._page(op, condition) if query is None else self._nearest(op, condition, query)
        items = []
        for row, value, score in found:
            self._touch(row, refresh=op.refresh_ttl)
            times = moment(row.created_at), moment(row.updated_at)
            items.append(SearchItem(queries.to_namespace(row.namespace), row.key, value, *times, score))
        return items

    def _page(self, op: SearchOp, condition: Condition) -> list[tuple[_Row, dict[str, Any], float | None]]:
        """Return one page in the order of creation; reads no further than its end."""
        if condition == Every(()):
            rows = self._rows(queries.page(op.namespace_prefix, self._live_at, op.limit, op.offset))
            return [(row, _value(row), None) for row in rows]
        found = islice(self._matching(op, condition), min(op.offset, maxsize), min(op.offset + op.limit, maxsize))
        return [(row, value, None) for row, value in found]

    def _nearest(
        self, op: SearchOp, condition: Condition, query: bytes
    ) -> list[tuple[_Row, dict[str, Any], float | None]]:
        """Return one page in the order of nearness."""
        met = None if condition == Every(()) else {row.id for row, _ in self._matching(op, condition)}
        candidates: dict[int, list[bytes]] = {}
        sql = queries.vectors(op.namespace_prefix, condition, self._live_at)
        for item, vector in self._connection.execute(*sql):
            if met is None or item in met:
                vectors = candidates.setdefault(item, [])
                if vector is not None:
                    vectors.append(vector)
        ids = list(candidates)
        page = [
            (ids[position], score) for position, score in page_of(list(candidates.values()), query, op.limit, op.offset)
        ]
        rows = self._by_id([item for item, _ in page])
        return [(rows[item], _value(rows[item]), score) for item, score in page]

    def _by_id(self, ids: Sequence[int]) -> dict[int, _Row]:
        return {
            row.id: row
            for start in range(0, len(ids), _CHUNK)
            for row in self._rows(queries.rows_of(ids[start : start + _CHUNK]))
        }

    def _matching(self, op: SearchOp, condition: Condition) -> Iterator[tuple[_Row, dict[str, Any]]]:
        for row in self._rows(queries.search(op.namespace_prefix, condition, self._live_at)):
            value = _value(row)
            if matches(condition, value):
                yield row, value

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        conditions = op.match_conditions or ()
        rows = self._connection.execute(*queries.namespaces(_common_prefix(conditions), self._live_at))
        found = [queries.to_namespace(text) for (text,) in rows]
        return listed_namespaces(found, conditions, op.max_depth, op.limit, op.offset)

    def _rows(self, sql: Sql) -> Iterator[_Row]:
        return map(_Row._make, self._connection.execute(*sql))

    def _touch(self, row: _Row, *, refresh: bool) -> None:
        if refresh and row.ttl is not None:
            self.refreshed.append(row.id)


def changes_of(ops: Sequence[Op], texts: Sequence[str | None], embedded: Embedded) -> list[Change]:
    """Return the puts of a batch; `texts` holds the value of each operation, encoded."""
    return [
        Change(
            tuple(op.namespace),
            op.key,
            text,
            None if op.ttl is None else op.ttl * 60,
            embedded.puts.get(position, ()),
        )
        for position, (op, text) in enumerate(zip(ops, texts, strict=True))
        if isinstance(op, PutOp)
    ]


def write(
    connection: sqlite3.Connection, changes: Sequence[Change], refreshed: Sequence[int], expiry: Expiry, now: float
) -> None:
    """Write what a batch changes, in order."""
    for item in refreshed:
        connection.execute(*queries.refresh(item, now))
    for change in changes:
        _write(connection, change, expiry, now)


def sweep(connection: sqlite3.Connection, now: float) -> int:
    """Delete what has expired, and return how many items that were."""
    vectors, items = queries.sweep(now)
    connection.execute(*vectors)
    return connection.execute(*items).rowcount


def _write(connection: sqlite3.Connection, change: Change, expiry: Expiry, now: float) -> None:
    place = change.namespace, change.key
    former = connection.execute(*queries.select_id(*place)).fetchone()
    if former is not None:
        connection.execute(*queries.delete_vectors(former[0]))
        if change.value is None:
            connection.execute(*queries.delete(former[0]))
        elif expiry.omit:  # what has expired is gone, so that the put creates an item
            connection.execute(*queries.delete_expired(former[0], now))
    if change.value is None:
        return
    connection.execute(*queries.upsert(*place, change.value, now, change.ttl))
    if change.vectors:
        (item,) = connection.execute(*queries.select_id(*place)).fetchone()
        for statement in queries.insert_vectors(item, change.vectors):
            connection.execute(*statement)


def _value(row: _Row) -> dict[str, Any]:
    return decoded(queries.to_namespace(row.namespace), row.key, row.value)


def _common_prefix(conditions: Sequence[MatchCondition]) -> Namespace:
    """Return labels that every namespace begins with that meets the conditions."""
    for kind, path in conditions:
        if kind == "prefix":
            wildcard = path.index("*") if "*" in path else len(path)
            return tuple(path[:wildcard])
    return ()
