"""Database: one PostgreSQL database behind both colours of method, native in each where that is possible.

The invariant: what a user hands in (a connection, a pool) stays the user's; only what was opened here is closed here.
"""

from __future__ import annotations

import asyncio
from typing import TypeAlias, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from stepgraph.errors import SaverError
from stepgraph_postgres.async_database import AsyncDatabase, AsyncSource
from stepgraph_postgres.settings import PoolSettings
from stepgraph_postgres.sync_database import SyncDatabase, SyncSource
from stepgraph_postgres.work import Job

__all__ = ["Database", "Source"]

T = TypeVar("T")

Source: TypeAlias = str | PoolSettings | SyncSource | AsyncSource
"""A connection string, settings for pools, or a pool or connection of either colour."""


class Database:
    """Performs jobs for sync and for async callers.

    Args:
        source: Where the database is. A connection string or settings serve both colours, each with pools of its own.
            A blocking pool or connection serves async callers through threads; an asynchronous one serves only them.
        pipelined: Whether statements that go together are sent in one round trip.
    """

    def __init__(self, source: Source, *, pipelined: bool = True) -> None:
        if isinstance(source, str):
            source = PoolSettings(source)
        self._sync: SyncDatabase | None = None
        self._async: AsyncDatabase | None = None
        if isinstance(source, (PoolSettings, psycopg.Connection, ConnectionPool)):
            self._sync = SyncDatabase(source, pipelined=pipelined)
        if isinstance(source, (PoolSettings, psycopg.AsyncConnection, AsyncConnectionPool)):
            self._async = AsyncDatabase(source, pipelined=pipelined)
        if self._sync is None and self._async is None:
            raise TypeError(
                "expected a connection string, a psycopg connection or a psycopg_pool pool, got "
                f"{type(source).__name__}"
            )

    @property
    def serves_sync(self) -> bool:
        """Whether `run` can be called."""
        return self._sync is not None

    def run(self, job: Job[T]) -> T:
        """Perform `job`."""
        if self._sync is None:
            raise SaverError(
                f"{job.name} was asked for by a sync method, and the pool or connection is asynchronous; call the "
                "method's async twin, or give a connection string, which serves both"
            )
        return self._sync.run(job)

    async def arun(self, job: Job[T]) -> T:
        """Perform `job` without blocking the event loop."""
        if self._async is not None:
            return await self._async.run(job)
        assert self._sync is not None
        return await asyncio.to_thread(self._sync.run, job)

    def close(self) -> None:
        """Close what was opened here."""
        if self._sync is not None:
            self._sync.close()
        if self._async is not None:
            self._async.close()

    async def aclose(self) -> None:
        """See `close`; waits for what belongs to the running event loop."""
        if self._async is not None:
            await self._async.aclose()
        if self._sync is not None:
            await asyncio.to_thread(self._sync.close)
