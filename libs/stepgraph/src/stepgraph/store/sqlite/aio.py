"""AsyncSqliteStore: the same store, opened and closed with `async with`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from typing_extensions import Self

from stepgraph.store.base import IndexConfig, TTLConfig
from stepgraph.store.sqlite import SqliteStore

__all__ = ["AsyncSqliteStore"]


class AsyncSqliteStore(SqliteStore):
    """A store in a SQLite file, for async code; see `SqliteStore`.

    It has the sync methods too. Those about its own life (`setup`, `sweep_ttl`, `start_ttl_sweeper` and
    `stop_ttl_sweeper`) are coroutines here, as programs for such stores expect.
    """

    @classmethod
    @asynccontextmanager
    async def from_conn_string(  # type: ignore[override]  # an async context manager
        cls,
        conn_string: str,
        *,
        index: IndexConfig | None = None,
        ttl: TTLConfig | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator[Self]:
        """Open a store for the length of an `async with` block; see `SqliteStore.from_conn_string`."""
        async with cls(conn_string, index=index, ttl=ttl, timeout=timeout, clock=clock) as store:
            yield store

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def setup(self) -> None:  # type: ignore[override]
        """See `SqliteStore.setup`."""
        await asyncio.to_thread(super().setup)

    async def aclose(self) -> None:
        """See `SqliteStore.close`."""
        await asyncio.to_thread(self.close)

    async def sweep_ttl(self) -> int:  # type: ignore[override]
        """See `SqliteStore.sweep_ttl`."""
        return await asyncio.to_thread(super().sweep_ttl)

    async def start_ttl_sweeper(  # type: ignore[override]
        self, sweep_interval_minutes: float | None = None
    ) -> asyncio.Future[None]:
        """See `BaseStore.start_ttl_sweeper`."""
        return asyncio.wrap_future(super().start_ttl_sweeper(sweep_interval_minutes))

    async def stop_ttl_sweeper(self, timeout: float | None = None) -> bool:  # type: ignore[override]
        """See `BaseStore.stop_ttl_sweeper`."""
        return await asyncio.to_thread(super().stop_ttl_sweeper, timeout)

    def _sweep(self) -> int:
        return super().sweep_ttl()
