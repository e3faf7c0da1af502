"""PostgresStore: long-term memory in PostgreSQL, set up and closed by sync code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typing_extensions import Self

from stepgraph_postgres.store.base import DatabaseStore

__all__ = ["PostgresStore"]


class PostgresStore(DatabaseStore):
    """A store in PostgreSQL; see `DatabaseStore` for the arguments.

    Example:
        ```python
        with PostgresStore.from_conn_string("postgresql://…") as store:
            store.setup()
            store.put(("users", "ada"), "likes", {"food": "toast"})
        ```
    """

    @classmethod
    @contextmanager
    def from_conn_string(cls, conn_string: str, **settings: Any) -> Iterator[Self]:
        """Open a store for the time of a `with` block.

        Args:
            conn_string: A connection string, as a URI or as `key=value` pairs.
            settings: The keyword arguments of the class.
        """
        with cls(conn_string, **settings) as store:
            yield store

    def setup(self) -> None:
        """Make the tables, or bring them up to date, and the index; does nothing where they are.

        Raises:
            SaverError: The database refused or cannot be reached, or has no pgvector and the store has an index.
            NewerCheckpointError: A newer version made the tables.
            ValueError: The tables hold vectors of another length.
        """
        for job in self._setup_jobs():
            self._database.run(job)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
