"""AsyncPostgresStore: the same store, set up and closed by async code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from typing_extensions import Self

from stepgraph_postgres.store.base import DatabaseStore

__all__ = ["AsyncPostgresStore"]


class AsyncPostgresStore(DatabaseStore):
    """A store in PostgreSQL, for async code; see `DatabaseStore` for the arguments.

    The methods about its own life (`setup`, `sweep_ttl`, `start_ttl_sweeper` and `stop_ttl_sweeper`) are coroutines
    here, as programs for such stores expect. The sweeper's thread needs a connection string, or a blocking pool.

    Example:
        ```python
        async with AsyncPostgresStore.from_conn_string("postgresql://…") as store:
            await store.setup()
            await store.aput(("users", "ada"), "likes", {"food": "toast"})
        ```
    """

    @classmethod
    @asynccontextmanager
    async def from_conn_string(cls, conn_string: str, **settings: Any) -> AsyncIterator[Self]:
        """Open a store for the time of an `async with` block.

        Args:
            conn_string: A connection string, as a URI or as `key=value` pairs.
            settings: The keyword arguments of the class.
        """
        async with cls(conn_string, **settings) as store:
            yield store

    async def setup(self) -> None:
        """Make the tables, or bring them up to date, and the index; does nothing where they are.

        Raises:
            SaverError: The database refused or cannot be reached, or has no pgvector and the store has an index.
            NewerCheckpointError: A newer version made the tables.
            ValueError: The tables hold vectors of another length.
        """
        for job in self._setup_jobs():
            await self._database.arun(job)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def sweep_ttl(self) -> int:  # type: ignore[override]
        """See `DatabaseStore.sweep_ttl`."""
        return await self.asweep_ttl()

    async def start_ttl_sweeper(  # type: ignore[override]
        self, sweep_interval_minutes: float | None = None
    ) -> asyncio.Future[None]:
        """See `BaseStore.start_ttl_sweeper`."""
        return asyncio.wrap_future(super().start_ttl_sweeper(sweep_interval_minutes))

    async def stop_ttl_sweeper(self, timeout: float | None = None) -> bool:  # type: ignore[override]
        """See `BaseStore.stop_ttl_sweeper`."""
        return await asyncio.to_thread(super().stop_ttl_sweeper, timeout)

    def _sweep(self) -> int:
        return self._database.run(self._sweeping())
