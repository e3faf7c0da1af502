"""DatabaseStore: what the two stores share, which is all but their doors.

The store decides nothing that the one in memory decides otherwise: filters, namespaces and expiry are shared code.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from stepgraph.errors import SerializationError
from stepgraph.store.base import BaseStore, IndexConfig, TTLConfig
from stepgraph.store.expiry import Expiry
from stepgraph.store.index import Embedded
from stepgraph.store.operations import Op, PutOp, Result, checked
from stepgraph.store.sqlite.values import encoded
from stepgraph_postgres.database import Database, Source
from stepgraph_postgres.store import queries
from stepgraph_postgres.store.index import PostgresIndexConfig, VectorIndex
from stepgraph_postgres.store.reading import Reading
from stepgraph_postgres.store.schema import MIGRATIONS, vectors_job
from stepgraph_postgres.work import Batch, Job, Statement, Work

__all__ = ["DatabaseStore"]


class _Todo(NamedTuple):
    """A batch that was checked: what it puts is text already."""

    ops: list[Op]
    texts: list[str | None]
    now: float


class DatabaseStore(BaseStore):
    """A store in a PostgreSQL database. Any number of stores and processes may use one.

    Call `setup` once before the first use. Given a connection string, a store serves callers of both colours, from any
    thread and in any event loop, with pools of its own; given a pool or a connection, it serves those that this serves.

    Values are dicts of what JSON has: strings, integers, finite floats, booleans, `None`, lists, and dicts with string
    keys. What comes back equals what was put; anything else is refused with `SerializationError`.

    Args:
        conn: A connection string, `PoolSettings`, or a pool or connection of psycopg. A pool or connection stays the
            caller's: the store does not close it.
        index: How to search by meaning, which needs pgvector; without it, `query` ranks nothing.
        ttl: How long items live; for ever by default.
        pipeline: Whether statements that go together are sent in one round trip; `False` for a proxy between that
            does not know the pipeline mode.
        clock: Returns the time, in seconds since 1970.
    """

    supports_ttl = True

    def __init__(
        self,
        conn: Source,
        *,
        index: PostgresIndexConfig | IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        pipeline: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ttl_config: TTLConfig | None = ttl
        self.index_config: PostgresIndexConfig | IndexConfig | None = index
        self._expiry = Expiry.of(ttl)
        self._index = VectorIndex(index) if index else None
        self._clock = clock
        self._database = Database(conn, pipelined=pipeline)

    def close(self) -> None:
        """Stop the sweeper and close the pools that belong to the store; they open again when they are needed."""
        BaseStore.stop_ttl_sweeper(self)  # in an async store the method of that name is a coroutine
        self._database.close()

    async def aclose(self) -> None:
        """See `close`."""
        await asyncio.to_thread(BaseStore.stop_ttl_sweeper, self)
        await self._database.aclose()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations at once; see `BaseStore.batch`."""
        todo = self._todo(ops)
        embedded = self._index.embed(todo.ops) if self._index else Embedded()
        reading = self._reading(todo, embedded)
        results = self._database.run(_read(reading, todo)) if _reads(todo) else _nothing(todo)
        if job := self._written(todo, embedded, reading.refreshed):
            self._database.run(job)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See `batch`."""
        todo = self._todo(ops)
        embedded = await self._index.aembed(todo.ops) if self._index else Embedded()
        reading = self._reading(todo, embedded)
        results = await self._database.arun(_read(reading, todo)) if _reads(todo) else _nothing(todo)
        if job := self._written(todo, embedded, reading.refreshed):
            await self._database.arun(job)
        return results

    def sweep_ttl(self) -> int:
        """Delete what has expired, and return how many items that were."""
        return self._database.run(self._sweeping())

    async def asweep_ttl(self) -> int:
        """See `sweep_ttl`."""
        return await self._database.arun(self._sweeping())

    def _setup_jobs(self) -> list[Job[Any]]:
        return [MIGRATIONS.job(), *([vectors_job(self._index)] if self._index else [])]

    def _todo(self, ops: Iterable[Op]) -> _Todo:
        ops = checked(ops)
        return _Todo(ops, [_text(op) for op in ops], self._clock())

    def _reading(self, todo: _Todo, embedded: Embedded) -> Reading:
        return Reading(self._index, embedded, todo.now if self._expiry.omit else None)

    def _written(self, todo: _Todo, embedded: Embedded, refreshed: Sequence[int]) -> Job[None] | None:
        """Return the job that writes what a batch changes, `None` if it changes nothing."""
        statements = [queries.refresh(refreshed, todo.now)] if refreshed else []
        for position, (op, text) in enumerate(zip(todo.ops, todo.texts, strict=True)):
            if isinstance(op, PutOp):
                statements += self._change(op, text, todo.now, embedded.puts.get(position, ()))
        return _job("writing to the store", statements) if statements else None

    def _change(self, op: PutOp, text: str | None, now: float, vectors: Sequence[bytes]) -> list[Statement]:
        if text is None:
            return [queries.delete(op.namespace, op.key)]
        ttl = None if op.ttl is None else op.ttl * 60
        put = queries.upsert(op.namespace, op.key, text, now, ttl, vectors)
        # What has expired is gone where reads do not see it, so that the put creates an item.
        return [queries.delete_expired(op.namespace, op.key, now), put] if self._expiry.omit else [put]

    def _sweeping(self) -> Job[int]:
        statement = queries.sweep(self._clock())

        def work(_: bool) -> Work[int]:
            (rows,) = yield Batch([statement], commits=True)
            return int(rows[0][0])

        return Job("sweeping the store", work)


def _read(reading: Reading, todo: _Todo) -> Job[list[Result]]:
    def work(_: bool) -> Work[list[Result]]:
        reading.refreshed.clear()
        return (yield from reading.results(todo.ops))

    return Job("reading from the store", work, reading=True)


def _job(name: str, statements: Sequence[Statement]) -> Job[None]:
    def work(_: bool) -> Work[None]:
        yield Batch(statements, commits=True)

    return Job(name, work)


def _reads(todo: _Todo) -> bool:
    return not all(isinstance(op, PutOp) for op in todo.ops)


def _nothing(todo: _Todo) -> list[Result]:
    return [None] * len(todo.ops)


def _text(op: Op) -> str | None:
    if not isinstance(op, PutOp):
        return None
    if "\0" in op.key or any("\0" in label for label in op.namespace):
        raise SerializationError(f"PostgreSQL keeps no NUL in a name, got key {op.key!r} in {tuple(op.namespace)!r}")
    return None if op.value is None else encoded(op.namespace, op.key, op.value)
