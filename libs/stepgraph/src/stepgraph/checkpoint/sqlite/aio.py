"""AsyncSqliteSaver: checkpoints in a SQLite file, opened and closed by async code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

from typing_extensions import Self

from stepgraph.checkpoint.sqlite.saver import FileSaver

__all__ = ["AsyncSqliteSaver"]


class AsyncSqliteSaver(FileSaver):
    """Keeps checkpoints in a SQLite database; see `FileSaver` for the arguments.

    The tables are made when they are first needed. Works without `async with`, and in any event loop, too.

    Example:
        ```python
        async with AsyncSqliteSaver("checkpoints.sqlite") as saver:
            graph = builder.compile(checkpointer=saver)
        ```
    """

    @classmethod
    @asynccontextmanager
    async def from_conn_string(cls, conn_string: str | os.PathLike[str], **settings: Any) -> AsyncIterator[Self]:
        """Open a saver for the time of an `async with` block.

        Args:
            conn_string: A path, or `":memory:"`.
            settings: The keyword arguments of the class.
        """
        async with cls(conn_string, **settings) as saver:
            yield saver

    async def setup(self) -> None:
        """Make the tables now, or move them over from an older version; does nothing where they are.

        Raises:
            SaverError: The file cannot be opened or written.
            NewerCheckpointError: A newer version made the tables.
        """
        await asyncio.to_thread(self._core.set_up)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
