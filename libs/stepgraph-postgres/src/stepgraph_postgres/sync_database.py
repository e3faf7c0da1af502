"""SyncDatabase: performs jobs on connections of psycopg's blocking kind.

The invariant: nothing but the pool is shared between threads, so jobs run side by side, as many as it has
connections; a connection goes back without a transaction on it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from stepgraph_postgres.attempts import Attempts, is_lost
from stepgraph_postgres.settings import PoolSettings
from stepgraph_postgres.work import Job, Rows, Statement, framed

__all__ = ["SyncDatabase", "SyncSource"]

T = TypeVar("T")

SyncSource: TypeAlias = psycopg.Connection[Any] | ConnectionPool[Any]


class SyncDatabase:
    """Performs jobs, each on a connection of its own.

    Args:
        source: A pool, a connection (jobs then take turns on it), or settings for a pool that is opened when it is
            first needed and belongs to this object.
        pipelined: Whether statements that go together are sent in one round trip.
    """

    def __init__(self, source: SyncSource | PoolSettings, *, pipelined: bool = True) -> None:
        self._source = source
        self._pipelined = pipelined and psycopg.Pipeline.is_supported()
        self._lock = threading.RLock()
        self._own: ConnectionPool[Any] | None = None
        self._pid = os.getpid()

    def run(self, job: Job[T]) -> T:
        """Perform `job`, again where that is known to be right.

        Raises:
            SaverError: The database failed.
        """
        attempts = Attempts(job)
        while True:
            try:
                with self._connection() as connection:
                    return self._perform(connection, job, attempts)
            except psycopg.Error as error:
                attempts.failed(error)
                self._weed(error)

    def close(self) -> None:
        """Close the pool that belongs to this object; it opens again when it is needed."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            own.close()

    def _perform(self, connection: psycopg.Connection[Any], job: Job[T], attempts: Attempts) -> T:
        work = job.start(attempts.maybe_committed)
        inside = False
        rows: list[Rows] | None = None
        while True:
            try:
                batch = next(work) if rows is None else work.send(rows)
            except StopIteration as done:
                if inside:
                    attempts.committing = True
                    connection.execute("COMMIT")
                result: T = done.value
                return result
            statements = framed(batch, inside=inside, reading=job.reading, pipelined=self._pipelined)
            attempts.committing = batch.commits
            got = self._send(connection, statements)
            attempts.committing = False
            start = int(not inside and len(statements) > len(batch.statements))
            rows = got[start : start + len(batch.statements)]
            inside = not batch.commits

    def _send(self, connection: psycopg.Connection[Any], statements: Sequence[Statement]) -> list[Rows]:
        if len(statements) == 1 or not self._pipelined:
            return [_rows(_execute(connection, statement)) for statement in statements]
        with connection.pipeline():
            cursors = [_execute(connection, statement) for statement in statements]
        return [_rows(cursor) for cursor in cursors]

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        if isinstance(self._source, psycopg.Connection):
            with self._lock:
                yield from _lent(self._source)
            return
        with self._pool().connection() as connection:
            yield from _lent(connection)

    def _pool(self) -> ConnectionPool[Any]:
        if isinstance(self._source, ConnectionPool):
            return self._source
        assert isinstance(self._source, PoolSettings)
        if self._own is not None and self._pid == os.getpid():
            return self._own
        with self._lock:
            if self._own is None or self._pid != os.getpid():  # connections do not outlive a fork
                self._own = self._source.open_sync()
                self._pid = os.getpid()
            return self._own

    def _weed(self, error: psycopg.Error) -> None:
        """Where one connection was lost, the idle ones may be: have the pool replace them before the next attempt."""
        if is_lost(error) and not isinstance(self._source, psycopg.Connection):
            with suppress(psycopg.Error):  # the next attempt says what is wrong
                self._pool().check()


def _lent(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Yield `connection` in autocommit mode, for transactions are begun and ended by statements."""
    manual = not connection.autocommit
    if manual:
        connection.set_autocommit(True)
    try:
        yield connection
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise
    finally:
        if manual and not connection.closed:
            connection.set_autocommit(False)


def _execute(connection: psycopg.Connection[Any], statement: Statement) -> psycopg.Cursor[tuple[Any, ...]]:
    cursor = connection.cursor(binary=True, row_factory=tuple_row)
    return cursor.execute(statement.sql.encode(), statement.params)


def _rows(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Rows:
    return cursor.fetchall() if cursor.description is not None else []
