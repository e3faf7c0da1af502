"""SqliteSaver: checkpoints in a SQLite file, for code of both colours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from typing_extensions import Self

from stepgraph.checkpoint.sqlite.saver import FileSaver

__all__ = ["SqliteSaver"]


class SqliteSaver(FileSaver):
    """Keeps checkpoints in a SQLite database; see `FileSaver` for the arguments.

    The tables are made when they are first needed. Works without `with`, too.

    Example:
        ```python
        with SqliteSaver("checkpoints.sqlite") as saver:
            graph = builder.compile(checkpointer=saver)
        ```
    """

    @classmethod
    @contextmanager
    def from_conn_string(cls, conn_string: str | os.PathLike[str], **settings: Any) -> Iterator[Self]:
        """Open a saver for the time of a `with` block.

        Args:
            conn_string: A path, or `":memory:"`.
            settings: The keyword arguments of the class.
        """
        with cls(conn_string, **settings) as saver:
            yield saver

    def setup(self) -> None:
        """Make the tables now, or move them over from an older version; does nothing where they are.

        Raises:
            SaverError: The file cannot be opened or written.
            NewerCheckpointError: A newer version made the tables.
        """
        self._core.set_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
