"""Schema: the tables of one part of a SQLite file, and how older files are brought up to date.

Several parts, such as a store and a cache, can share a file; each has a version of its own in `stepgraph_schema`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from stepgraph.errors import NewerCheckpointError

__all__ = ["Schema"]

_VERSIONS = "CREATE TABLE IF NOT EXISTS stepgraph_schema (part TEXT PRIMARY KEY, version INTEGER NOT NULL)"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a part of a file needs.

    Attributes:
        part: The name of the part.
        steps: The statements that lead from each version to the next, the first one from nothing. Only ever added to.
    """

    part: str
    steps: tuple[tuple[str, ...], ...]

    def apply(self, connection: sqlite3.Connection, name: str) -> None:
        """Bring a file to the newest version, in one transaction; do nothing where it is there already.

        Raises:
            NewerCheckpointError: A newer version of stepgraph wrote the file called `name`.
        """
        if self._version(connection) == len(self.steps):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_VERSIONS)
            version = self._version(connection)  # another process may have been faster
            if version > len(self.steps):
                raise NewerCheckpointError(
                    f"{name}: its {self.part} has version {version} and this stepgraph knows {len(self.steps)} at the "
                    "most; upgrade stepgraph, or use another file"
                )
            for step in self.steps[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute("INSERT OR REPLACE INTO stepgraph_schema VALUES (?, ?)", (self.part, len(self.steps)))
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _version(self, connection: sqlite3.Connection) -> int:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stepgraph_schema'").fetchone()
        if known is None:
            return 0
        row = connection.execute("SELECT version FROM stepgraph_schema WHERE part = ?", (self.part,)).fetchone()
        return 0 if row is None else int(row[0])
