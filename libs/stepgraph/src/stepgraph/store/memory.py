"""InMemoryStore: a store in this process, for tests, and for what may be forgotten.

What is put and what is read are copies: nobody can change what is kept but by `put`. Values may hold whatever
`copy.deepcopy` copies, though only JSON-like ones fit the stores that last.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import assert_never

from stepgraph.errors import SerializationError
from stepgraph.store.base import BaseStore, IndexConfig, TTLConfig
from stepgraph.store.expiry import Expiry
from stepgraph.store.filters import matches, parse
from stepgraph.store.index import Embedded, TextIndex
from stepgraph.store.items import Item, SearchItem, moment
from stepgraph.store.namespaces import Namespace, listed_namespaces, starts_with
from stepgraph.store.operations import GetOp, ListNamespacesOp, Op, PutOp, Result, SearchOp, checked
from stepgraph.store.ranking import page_of

__all__ = ["InMemoryStore"]


@dataclass(slots=True)
class _Row:
    """One item; `order` grows with creation, `ttl` is in seconds."""

    order: int
    value: dict[str, Any]
    created_at: float
    updated_at: float
    ttl: float | None
    expires_at: float | None
    vectors: tuple[bytes, ...]


class InMemoryStore(BaseStore):
    """A store in this process.

    Args:
        index: How to search by meaning; without it, `query` ranks nothing.
        ttl: How long items live; for ever by default.
        clock: Returns the time, in seconds since 1970.
    """

    supports_ttl = True

    def __init__(
        self,
        *,
        index: IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ttl_config = ttl
        self.index_config: IndexConfig | None = index
        self._expiry = Expiry.of(ttl)
        self._index = TextIndex(index) if index else None
        self._clock = clock
        self._rows: dict[Namespace, dict[str, _Row]] = {}
        self._created = 0
        self._lock = threading.Lock()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations at once; see `BaseStore.batch`."""
        ops = [_owned(op) for op in checked(ops)]
        return self._apply(ops, self._index.embed(ops) if self._index else Embedded())

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See `batch`."""
        ops = [_owned(op) for op in checked(ops)]
        return self._apply(ops, await self._index.aembed(ops) if self._index else Embedded())

    def sweep_ttl(self) -> int:
        """Delete what has expired, and return how many items that were."""
        with self._lock:
            now = self._clock()
            gone = [
                (namespace, key)
                for namespace, rows in self._rows.items()
                for key, row in rows.items()
                if row.expires_at is not None and row.expires_at <= now
            ]
            for namespace, key in gone:
                self._delete(namespace, key)
        return len(gone)

    def _apply(self, ops: Sequence[Op], embedded: Embedded) -> list[Result]:
        with self._lock:
            now = self._clock()
            results = [self._read(op, embedded.queries.get(position), now) for position, op in enumerate(ops)]
            for position, op in enumerate(ops):
                if isinstance(op, PutOp):
                    self._put(op, embedded.puts.get(position, ()), now)
        return results

    def _read(self, op: Op, query: bytes | None, now: float) -> Result:
        match op:
            case GetOp():
                return self._get(op, now)
            case SearchOp():
                return self._search(op, query, now)
            case ListNamespacesOp():
                found = {namespace for namespace, _, _ in self._live((), now)}
                return listed_namespaces(found, op.match_conditions or (), op.max_depth, op.limit, op.offset)
            case PutOp():
                return None
            case _:
                assert_never(op)

    def _get(self, op: GetOp, now: float) -> Item | None:
        namespace = tuple(op.namespace)
        row = self._rows.get(namespace, {}).get(op.key)
        if row is None or self._expiry.hides(row.expires_at, now):
            return None
        if op.refresh_ttl:
            _refresh(row, now)
        return Item(
            value=_copied(row.value),
            key=op.key,
            namespace=namespace,
            created_at=moment(row.created_at),
            updated_at=moment(row.updated_at),
        )

    def _search(self, op: SearchOp, query: bytes | None, now: float) -> list[SearchItem]:
        condition = parse(op.filter)
        found = [each for each in self._live(tuple(op.namespace_prefix), now) if matches(condition, each[2].value)]
        found.sort(key=lambda each: each[2].order)
        page = page_of([row.vectors for _, _, row in found], query, op.limit, op.offset)
        items = []
        for position, score in page:
            namespace, key, row = found[position]
            if op.refresh_ttl:
                _refresh(row, now)
            times = moment(row.created_at), moment(row.updated_at)
            items.append(SearchItem(namespace, key, _copied(row.value), *times, score))
        return items

    def _live(self, prefix: Namespace, now: float) -> Iterator[tuple[Namespace, str, _Row]]:
        for namespace, rows in self._rows.items():
            if starts_with(namespace, prefix):
                for key, row in rows.items():
                    if not self._expiry.hides(row.expires_at, now):
                        yield namespace, key, row

    def _put(self, op: PutOp, vectors: tuple[bytes, ...], now: float) -> None:
        namespace, value = tuple(op.namespace), op.value
        former = self._rows.get(namespace, {}).get(op.key)
        if former is not None and (value is None or self._expiry.hides(former.expires_at, now)):
            self._delete(namespace, op.key)
            former = None
        if value is None:
            return
        if former is None:
            self._created += 1
        ttl = None if op.ttl is None else op.ttl * 60
        self._rows.setdefault(namespace, {})[op.key] = _Row(
            order=self._created if former is None else former.order,
            value=dict(value),
            created_at=now if former is None else former.created_at,
            updated_at=now,
            ttl=ttl,
            expires_at=None if ttl is None else now + ttl,
            vectors=vectors,
        )

    def _delete(self, namespace: Namespace, key: str) -> None:
        rows = self._rows[namespace]
        del rows[key]
        if not rows:
            del self._rows[namespace]


def _owned(op: Op) -> Op:
    """Return the operation with a value that nobody else can change."""
    if not isinstance(op, PutOp) or op.value is None:
        return op
    try:
        return op._replace(value=_copied(dict(op.value)))
    except Exception as error:
        raise SerializationError(
            f"the item {op.key!r} of namespace {tuple(op.namespace)!r} cannot be kept, for it cannot be copied: {error}"
        ) from error


def _refresh(row: _Row, now: float) -> None:
    if row.ttl is not None:
        row.expires_at = now + row.ttl


def _copied(value: Any) -> Any:
    """Return a copy, deep where values can be changed; several times faster than `copy.deepcopy` for plain ones."""
    kind = type(value)
    if kind is dict:
        return {key: _copied(each) for key, each in value.items()}
    if kind is list:
        return [_copied(each) for each in value]
    if kind in (str, int, float, bool, type(None)):
        return value
    return copy.deepcopy(value)
