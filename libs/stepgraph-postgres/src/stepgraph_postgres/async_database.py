"""AsyncDatabase: performs jobs on connections of psycopg's asynchronous kind.

The twin of `SyncDatabase`, line by line. The invariant: nothing but the pool is shared between tasks, and a
connection is only ever used in the event loop that made it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from stepgraph.errors import SaverError
from stepgraph_postgres.attempts import Attempts, is_lost
from stepgraph_postgres.loop_pool import LoopPool
from stepgraph_postgres.loop_pools import LoopPools
from stepgraph_postgres.settings import PoolSettings
from stepgraph_postgres.work import Job, Rows, Statement, framed

__all__ = ["AsyncDatabase", "AsyncSource"]

T = TypeVar("T")

AsyncSource: TypeAlias = psycopg.AsyncConnection[Any] | AsyncConnectionPool[Any]


class AsyncDatabase:
    """Performs jobs, each on a connection of its own.

    Args:
        source: A pool or a connection (jobs then take turns on it) of one event loop, or settings for pools that are
            opened in whatever loop needs one and belong to this object.
        pipelined: Whether statements that go together are sent in one round trip.
    """

    def __init__(self, source: AsyncSource | PoolSettings, *, pipelined: bool = True) -> None:
        self._source: AsyncSource | LoopPools = LoopPools(source) if isinstance(source, PoolSettings) else source
        self._pipelined = pipelined and psycopg.Pipeline.is_supported()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()

    async def run(self, job: Job[T]) -> T:
        """Perform `job`, again where that is known to be right.

        Raises:
            SaverError: The database failed, or the pool belongs to another event loop.
        """
        attempts = Attempts(job)
        while True:
            try:
                async with self._connection() as connection:
                    return await self._perform(connection, job, attempts)
            except psycopg.Error as error:
                attempts.failed(error)
                await self._weed(error)

    async def aclose(self) -> None:
        """Close the pools that belong to this object; they open again when they are needed."""
        if isinstance(self._source, LoopPools):
            await self._source.aclose()

    def close(self) -> None:
        """Close the pools that belong to this object, from outside of any event loop."""
        if isinstance(self._source, LoopPools):
            self._source.close()

    async def _perform(self, connection: psycopg.AsyncConnection[Any], job: Job[T], attempts: Attempts) -> T:
        work = job.start(attempts.maybe_committed)
        inside = False
        rows: list[Rows] | None = None
        while True:
            try:
                batch = next(work) if rows is None else work.send(rows)
            except StopIteration as done:
                if inside:
                    attempts.committing = True
                    await connection.execute("COMMIT")
                result: T = done.value
                return result
            statements = framed(batch, inside=inside, reading=job.reading, pipelined=self._pipelined)
            attempts.committing = batch.commits
            got = await self._send(connection, statements)
            attempts.committing = False
            start = int(not inside and len(statements) > len(batch.statements))
            rows = got[start : start + len(batch.statements)]
            inside = not batch.commits

    async def _send(self, connection: psycopg.AsyncConnection[Any], statements: Sequence[Statement]) -> list[Rows]:
        if len(statements) == 1 or not self._pipelined:
            return [await _rows(await _execute(connection, statement)) for statement in statements]
        async with connection.pipeline():
            cursors = [await _execute(connection, statement) for statement in statements]
        return [await _rows(cursor) for cursor in cursors]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        if isinstance(self._source, psycopg.AsyncConnection):
            self._check_loop()
            async with self._lock, _lent(self._source) as connection:
                yield connection
            return
        async with self._pool().connection() as lent, _lent(lent) as connection:
            yield connection

    def _pool(self) -> LoopPool | AsyncConnectionPool[Any]:
        if isinstance(self._source, LoopPools):
            return self._source.here()
        assert isinstance(self._source, AsyncConnectionPool)
        self._check_loop()
        return self._source

    def _check_loop(self) -> None:
        """Refuse an event loop other than the first: the connections are bound to that one."""
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        if self._loop is not loop:
            raise SaverError(
                "expected the event loop in which this saver or store first used its pool or connection, and was "
                "called in another; give it a connection string, and it keeps a pool for each loop"
            )

    async def _weed(self, error: psycopg.Error) -> None:
        """Where one connection was lost, the idle ones may be: have the pool replace them before the next attempt."""
        if is_lost(error) and not isinstance(self._source, psycopg.AsyncConnection):
            pool = self._pool()
            with suppress(psycopg.Error):  # the next attempt says what is wrong
                await (pool.drop_idle() if isinstance(pool, LoopPool) else pool.check())


@asynccontextmanager
async def _lent(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Yield `connection` in autocommit mode, for transactions are begun and ended by statements."""
    manual = not connection.autocommit
    if manual:
        await connection.set_autocommit(True)
    try:
        yield connection
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise
    finally:
        if manual and not connection.closed:
            await connection.set_autocommit(False)


async def _execute(
    connection: psycopg.AsyncConnection[Any], statement: Statement
) -> psycopg.AsyncCursor[tuple[Any, ...]]:
    cursor = connection.cursor(binary=True, row_factory=tuple_row)
    return await cursor.execute(statement.sql.encode(), statement.params)


async def _rows(cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> Rows:
    return await cursor.fetchall() if cursor.description is not None else []
