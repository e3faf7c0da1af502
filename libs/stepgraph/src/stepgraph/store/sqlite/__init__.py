"""SqliteStore: a store in a SQLite file, on the standard library alone.

The store decides nothing that the one in memory decides otherwise: filters, order, ranking and expiry are shared code.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from typing_extensions import Self

from stepgraph.store.base import BaseStore, IndexConfig, TTLConfig
from stepgraph.store.expiry import Expiry
from stepgraph.store.index import Embedded, TextIndex
from stepgraph.store.operations import Op, PutOp, Result, checked
from stepgraph.store.sqlite.database import Database
from stepgraph.store.sqlite.queries import SCHEMA
from stepgraph.store.sqlite.transactions import Reading, changes_of, sweep, write
from stepgraph.store.sqlite.values import encoded

__all__ = ["SqliteStore"]

_Read: TypeAlias = "tuple[list[Result], list[int]]"
"""The results of a batch, and the ids of the items whose time to live restarts."""


class SqliteStore(BaseStore):
    """A store in a SQLite file. Sync and async methods may be called from any thread and any event loop, at once.

    Values are dicts of what JSON has: strings, integers, finite floats, booleans, `None`, lists, and dicts with string
    keys. What comes back equals what was put; anything else is refused with `SerializationError`.

    Use it as a context manager, or call `close`.

    Args:
        conn: A path, a URI that begins with `file:`, `":memory:"`, or an open connection, of which the file is used.
        index: How to search by meaning; without it, `query` ranks nothing.
        ttl: How long items live; for ever by default.
        timeout: Seconds to wait for another process that holds the file.
        clock: Returns the time, in seconds since 1970.
    """

    supports_ttl = True

    def __init__(
        self,
        conn: str | Path | sqlite3.Connection,
        *,
        index: IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ttl_config = ttl
        self.index_config: IndexConfig | None = index
        self._expiry = Expiry.of(ttl)
        self._index = TextIndex(index) if index else None
        self._clock = clock
        self._database = Database(conn, SCHEMA, timeout=timeout)

    @classmethod
    @contextmanager
    def from_conn_string(
        cls,
        conn_string: str,
        *,
        index: IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> Iterator[Self]:
        """Open a store for the length of a `with` block.

        Args:
            conn_string: A path, a URI that begins with `file:`, or `":memory:"`.
            index: How to search by meaning.
            ttl: How long items live.
            timeout: Seconds to wait for another process that holds the file.
            clock: Returns the time, in seconds since 1970.
        """
        with cls(conn_string, index=index, ttl=ttl, timeout=timeout, clock=clock) as store:
            yield store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def setup(self) -> None:
        """Create the tables, or bring them up to date. The first use does it too.

        Raises:
            NewerCheckpointError: A newer version of stepgraph wrote the file.
            SaverError: The file cannot be written.
        """
        self._database.set_up()

    def close(self) -> None:
        """Stop the sweeper, finish what is queued and close the file. Calling it again does nothing."""
        super().stop_ttl_sweeper()  # in an async store the method of that name is a coroutine
        self._database.close()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations at once; see `BaseStore.batch`."""
        ops, texts = _encoded(ops)
        embedded = self._index.embed(ops) if self._index else Embedded()
        now = self._clock()
        results, refreshed = self._read(ops, embedded, now)
        written = self._write(ops, texts, embedded, refreshed, now)
        if written is not None:
            written.result()
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See `batch`; the event loop is not blocked."""
        ops, texts = _encoded(ops)
        embedded = await self._index.aembed(ops) if self._index else Embedded()
        now = self._clock()
        if _only_puts(ops):  # needs no thread to read in
            results, refreshed = self._read(ops, embedded, now)
        else:
            results, refreshed = await asyncio.to_thread(self._read, ops, embedded, now)
        written = self._write(ops, texts, embedded, refreshed, now)
        if written is not None:
            await asyncio.wrap_future(written)
        return results

    def sweep_ttl(self) -> int:
        """Delete what has expired, and return how many items that were."""
        now = self._clock()
        return self._database.write(lambda connection: sweep(connection, now)).result()

    def _read(self, ops: Sequence[Op], embedded: Embedded, now: float) -> _Read:
        if _only_puts(ops):
            return [None] * len(ops), []

        def read(connection: sqlite3.Connection) -> _Read:
            reading = Reading(connection, self._expiry, now)
            return reading.results(ops, embedded), reading.refreshed

        return self._database.read(read)

    def _write(
        self,
        ops: Sequence[Op],
        texts: Sequence[str | None],
        embedded: Embedded,
        refreshed: Sequence[int],
        now: float,
    ) -> Future[None] | None:
        """Queue what a batch changes, and return the future of its transaction, `None` if it changes nothing."""
        changes = changes_of(ops, texts, embedded)
        if not changes and not refreshed:
            return None
        expiry = self._expiry
        return self._database.write(lambda connection: write(connection, changes, refreshed, expiry, now))


def _encoded(ops: Iterable[Op]) -> tuple[list[Op], list[str | None]]:
    """Return checked operations and the values that they put, as text."""
    ops = checked(ops)
    return ops, [_text(op) for op in ops]


def _text(op: Op) -> str | None:
    if isinstance(op, PutOp) and op.value is not None:
        return encoded(op.namespace, op.key, op.value)
    return None


def _only_puts(ops: Sequence[Op]) -> bool:
    return all(isinstance(op, PutOp) for op in ops)
