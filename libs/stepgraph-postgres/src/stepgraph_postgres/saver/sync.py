"""PostgresSaver: checkpoints in PostgreSQL, set up and closed by sync code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from typing_extensions import Self

from stepgraph_postgres.saver.base import DatabaseSaver
from stepgraph_postgres.saver.schema import MIGRATIONS

__all__ = ["PostgresSaver"]


class PostgresSaver(DatabaseSaver):
    """Keeps checkpoints in PostgreSQL; see `DatabaseSaver` for the arguments.

    Works without `with`, too, and in async code.

    Example:
        ```python
        with PostgresSaver.from_conn_string("postgresql://…") as saver:
            saver.setup()
            graph = builder.compile(checkpointer=saver)
        ```
    """

    @classmethod
    @contextmanager
    def from_conn_string(cls, conn_string: str, **settings: Any) -> Iterator[Self]:
        """Open a saver for the time of a `with` block.

        Args:
            conn_string: A connection string, as a URI or as `key=value` pairs.
            settings: The keyword arguments of the class.
        """
        with cls(conn_string, **settings) as saver:
            yield saver

    def setup(self) -> None:
        """Make the tables, or bring them up to date; does nothing where they are.

        Any number of processes may call it at once.

        Raises:
            SaverError: The database refused or cannot be reached.
            NewerCheckpointError: A newer version made the tables.
        """
        self._database.run(MIGRATIONS.job())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
