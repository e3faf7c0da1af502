"""Reading: the reads of a batch of operations, as work on one snapshot of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import assert_never

from stepgraph.store.filters import Condition, Every, matches, parse
from stepgraph.store.index import Embedded
from stepgraph.store.items import Item, SearchItem, moment
from stepgraph.store.namespaces import MatchCondition, Namespace, listed_namespaces
from stepgraph.store.operations import GetOp, ListNamespacesOp, Op, PutOp, Result, SearchOp
from stepgraph.store.sqlite.values import decoded
from stepgraph_postgres.store import queries
from stepgraph_postgres.store.index import VectorIndex
from stepgraph_postgres.store.queries import ItemRow
from stepgraph_postgres.work import Batch, Rows, Statement, Work

__all__ = ["Reading"]

_PAGE: Final = 256
"""How many rows are read at a time where Python has to test them."""

_Hit = tuple[ItemRow, dict[str, Any], "float | None"]


class Reading:
    """The reads of one batch.

    Args:
        index: What ranks, `None` where nothing does.
        embedded: The vectors of the queries.
        live_at: What has expired by then is hidden; `None` hides nothing.

    Attributes:
        refreshed: The ids of the items whose time to live restarts.
    """

    def __init__(self, index: VectorIndex | None, embedded: Embedded, live_at: float | None) -> None:
        self.refreshed: list[int] = []
        self._index = index
        self._embedded = embedded
        self._live_at = live_at

    def results(self, ops: Sequence[Op]) -> Work[list[Result]]:
        """Return one result per operation."""
        gets = [op for op in ops if isinstance(op, GetOp)]
        found: list[Rows] = []
        if gets:
            alone = all(isinstance(op, (GetOp, PutOp)) for op in ops)
            statements = [queries.get(op.namespace, op.key, self._live_at) for op in gets]
            found = yield Batch(statements, commits=alone)
        rows = iter(found)
        results: list[Result] = []
        for position, op in enumerate(ops):
            match op:
                case GetOp():
                    results.append(self._item(op, next(rows)))
                case SearchOp():
                    results.append((yield from self._search(op, self._embedded.queries.get(position))))
                case ListNamespacesOp():
                    results.append((yield from self._namespaces(op)))
                case PutOp():
                    results.append(None)
                case _:
                    assert_never(op)
        return results

    def _item(self, op: GetOp, rows: Rows) -> Item | None:
        if not rows:
            return None
        row = ItemRow(*rows[0])
        self._touch(row, refresh=op.refresh_ttl)
        times = {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}
        return Item(value=_value(row), key=row.key, namespace=tuple(op.namespace), **times)

    def _search(self, op: SearchOp, query: bytes | None) -> Work[list[SearchItem]]:
        condition = parse(op.filter)
        if query is None or self._index is None:
            hits = yield from self._page(op, condition)
        else:
            hits = yield from self._nearest(op, condition, query, self._index)
        items = []
        for row, value, score in hits:
            self._touch(row, refresh=op.refresh_ttl)
            times = moment(row.created_at), moment(row.updated_at)
            items.append(SearchItem(queries.to_namespace(row.namespace), row.key, value, *times, score))
        return items

    def _page(self, op: SearchOp, condition: Condition) -> Work[list[_Hit]]:
        """Return one page in the order of creation; reads little further than its end."""
        if condition == Every(()):
            statement = queries.search(
                op.namespace_prefix, condition, self._live_at, above=0, limit=op.limit, offset=op.offset
            )
            (rows,) = yield Batch([statement])
            return [(row, _value(row), None) for row in map(ItemRow._make, rows)]
        met = yield from self._met(op, condition, op.offset + op.limit, queries.search)
        return met[op.offset :]

    def _met(self, op: SearchOp, condition: Condition, count: int, query: Any) -> Work[list[_Hit]]:
        """Return the first items that meet a condition."""
        met: list[_Hit] = []
        above = 0
        while len(met) < count:
            statement: Statement = query(op.namespace_prefix, condition, self._live_at, above=above, limit=_PAGE)
            (rows,) = yield Batch([statement])
            for row in map(ItemRow._make, rows):
                value = _value(row)
                if matches(condition, value):
                    met.append((row, value, None))
                above = row.id
            if len(rows) < _PAGE:
                break
        return met[:count]

    def _nearest(self, op: SearchOp, condition: Condition, query: bytes, index: VectorIndex) -> Work[list[_Hit]]:
        """Return one page in the order of nearness, each item by its best vector, those without vectors last."""
        count = op.offset + op.limit
        ranked = yield from self._ranked(op, condition, query, index, count)
        if len(ranked) < count:
            ranked += yield from self._met(op, condition, count - len(ranked), queries.unranked)
        return ranked[op.offset : count]

    def _ranked(
        self, op: SearchOp, condition: Condition, query: bytes, index: VectorIndex, count: int
    ) -> Work[list[_Hit]]:
        """Return the nearest items; an item may have several vectors, so more are asked for until there are enough."""
        if index.kind != "flat":  # go on through the index where a filter leaves out what it found first
            yield Batch([Statement(f"SET LOCAL {index.kind}.iterative_scan = relaxed_order")])
        limit = 2 * count + 16
        while True:
            statement = queries.near(
                op.namespace_prefix, condition, self._live_at, operator=index.operator, query=query, limit=limit
            )
            (rows,) = yield Batch([statement])
            best: dict[int, _Hit] = {}
            for *columns, distance in rows:
                row, score = ItemRow._make(columns), index.score(distance)
                value = _value(row)
                if matches(condition, value) and ((held := best.get(row.id)) is None or (held[2] or 0.0) < score):
                    best[row.id] = (row, value, score)
            if len(rows) < limit or len(best) > count:
                return sorted(best.values(), key=lambda hit: (-(hit[2] or 0.0), hit[0].id))[:count]
            limit *= 4

    def _namespaces(self, op: ListNamespacesOp) -> Work[list[Namespace]]:
        conditions = op.match_conditions or ()
        (rows,) = yield Batch([queries.namespaces(_common_prefix(conditions), self._live_at)])
        found = [queries.to_namespace(text) for (text,) in rows]
        return listed_namespaces(found, conditions, op.max_depth, op.limit, op.offset)

    def _touch(self, row: ItemRow, *, refresh: bool) -> None:
        if refresh and row.ttl is not None:
            self.refreshed.append(row.id)


def _value(row: ItemRow) -> dict[str, Any]:
    return decoded(queries.to_namespace(row.namespace), row.key, row.value)


def _common_prefix(conditions: Sequence[MatchCondition]) -> Namespace:
    """Return labels that every namespace begins with that meets the conditions."""
    for kind, path in conditions:
        if kind == "prefix":
            wildcard = path.index("*") if "*" in path else len(path)
            return tuple(path[:wildcard])
    return ()
