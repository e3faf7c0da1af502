"""Database: one SQLite file as its users see it: a thread that writes, and connections that read.

Readers and the writer do not wait for one another. A database in memory has one connection, which everybody takes in
turn. Every error of SQLite leaves as one of ours, which names the file.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, TypeVar

from stepgraph.errors import SaverError
from stepgraph.store.sqlite.file import SqliteFile
from stepgraph.store.sqlite.schema import Schema
from stepgraph.store.sqlite.writer import Writer

__all__ = ["Database"]

T = TypeVar("T")

_IDLE: Final = 8
"""Connections for reading that are kept for the next reader."""


class Database:
    """A SQLite file, or a database in memory, with one part's tables in it.

    Safe to use from any thread, and from several processes at once; a forked child opens the file anew.

    Args:
        source: A path, a URI that begins with `file:`, `":memory:"`, or an open connection, of which the file is used.
        schema: The tables.
        timeout: Seconds to wait for another process that holds the file.
    """

    def __init__(self, source: str | Path | sqlite3.Connection, schema: Schema, *, timeout: float = 10.0) -> None:
        self.file: SqliteFile = SqliteFile.of(source, schema, timeout)
        self._begin()
        _OPEN.add(self)

    def _begin(self) -> None:
        self._guard: AbstractContextManager[Any] = nullcontext() if self.file.shared is None else threading.Lock()
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._is_set_up = False
        self._writer = Writer(self.file.connect_writer, self.file.failure, self._guard, owned=self.file.owned)
        self._finalizer = weakref.finalize(self, _dispose, self._writer, self._idle)
        if self.file.shared is not None:
            self.write(_nothing)  # the writer has the connection from now on, and closes it

    def write(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Run a job in the next transaction, and return the future of what it returns.

        The future fails with `SaverError` if the database does, and else with what the job raises.

        Raises:
            SaverError: The database is closed.
        """
        future = self._writer.submit(job)
        if future is None:
            raise self._refusal()
        return future

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query on a snapshot of the database, and return what it returns.

        Raises:
            SaverError: The database failed, or is closed.
            CorruptCheckpointError: The file is damaged, or no database.
        """
        self.set_up()
        try:
            with self._reader() as connection:
                connection.execute("BEGIN")
                try:
                    return query(connection)
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")  # nothing was written
        except sqlite3.Error as error:
            raise self.file.failure(error) from error

    def set_up(self) -> None:
        """Create the tables, or bring them up to date; do nothing where they are."""
        if not self._is_set_up:
            self.write(_nothing).result()
            self._is_set_up = True

    def close(self) -> None:
        """Finish what is queued and close every connection. Calling it again does nothing."""
        with self._lock:
            self._is_closed = True
        self._writer.stop()
        self._finalizer()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        if self.file.shared is not None:
            with self._guard:
                if self._is_closed:
                    raise self._refusal()
                yield self.file.shared
            return
        connection = self._taken()
        sound = False
        try:
            yield connection
            sound = True
        finally:
            with self._lock:
                keep = sound and not self._is_closed and len(self._idle) < _IDLE
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _taken(self) -> sqlite3.Connection:
        with self._lock:
            if self._is_closed:
                raise self._refusal()
            if self._idle:
                return self._idle.pop()
        return self.file.connect()

    def _refusal(self) -> SaverError:
        return SaverError(f"{self.file.name}: it is closed; use it inside its `with` block, or open it again")

    def _after_fork(self) -> None:
        """Leave to the parent, in a forked child, its connections and its thread."""
        _INHERITED.extend(self._idle)
        self._finalizer.detach()
        was_closed = self._is_closed
        self._begin()
        if was_closed:
            self.close()


_OPEN: Final[weakref.WeakSet[Database]] = weakref.WeakSet()

_INHERITED: Final[list[sqlite3.Connection]] = []
"""Connections that a parent opened: they must neither be used nor closed in a child."""


def _nothing(_: sqlite3.Connection) -> None:
    """Make the writer open the file."""


def _dispose(writer: Writer, idle: list[sqlite3.Connection]) -> None:
    writer.stop(wait=False)
    while idle:
        idle.pop().close()


def _begin_anew() -> None:
    for database in tuple(_OPEN):
        database._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
