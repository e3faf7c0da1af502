"""AsyncPostgresSaver: checkpoints in PostgreSQL, set up and closed by async code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

from typing_extensions import Self

from stepgraph_postgres.saver.base import DatabaseSaver
from stepgraph_postgres.saver.schema import MIGRATIONS

__all__ = ["AsyncPostgresSaver"]


class AsyncPostgresSaver(DatabaseSaver):
    """Keeps checkpoints in PostgreSQL; see `DatabaseSaver` for the arguments.

    Works without `async with`, too, and given a connection string also in sync code.

    Example:
        ```python
        async with AsyncPostgresSaver.from_conn_string("postgresql://…") as saver:
            await saver.setup()
            graph = builder.compile(checkpointer=saver)
        ```
    """

    @classmethod
    @asynccontextmanager
    async def from_conn_string(cls, conn_string: str, **settings: Any) -> AsyncIterator[Self]:
        """Open a saver for the time of an `async with` block.

        Args:
            conn_string: A connection string, as a URI or as `key=value` pairs.
            settings: The keyword arguments of the class.
        """
        async with cls(conn_string, **settings) as saver:
            yield saver

    async def setup(self) -> None:
        """Make the tables, or bring them up to date; does nothing where they are.

        Any number of processes may call it at once.

        Raises:
            SaverError: The database refused or cannot be reached.
            NewerCheckpointError: A newer version made the tables.
        """
        await self._database.arun(MIGRATIONS.job())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
