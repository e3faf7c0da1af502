"""SqliteFile: which database to open and how, what to create in it, and what its errors are called."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stepgraph.errors import CorruptCheckpointError, SaverError
from stepgraph.store.sqlite.schema import Schema

__all__ = ["SqliteFile"]

_PAUSE: Final = 0.02
"""Seconds between two attempts at what SQLite does not wait for by itself."""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A database that can be opened many times.

    Attributes:
        name: A path, a URI that begins with `file:`, or `":memory:"`.
        schema: The tables that it needs.
        timeout: Seconds to wait for another process that holds it.
        shared: The only connection of a database in memory; `None` for a file.
        owned: Whether `shared` is ours to close.
    """

    name: str
    schema: Schema
    timeout: float
    shared: sqlite3.Connection | None = None
    owned: bool = True

    @classmethod
    def of(cls, source: str | Path | sqlite3.Connection, schema: Schema, timeout: float) -> SqliteFile:
        """Return the file that a user means by a path or by a connection."""
        if isinstance(source, sqlite3.Connection):
            name = next((row[2] for row in source.execute("PRAGMA database_list") if row[1] == "main"), "")
            if name:
                return cls(name, schema, timeout)
            source.isolation_level = None
            return cls(":memory:", schema, timeout, source, owned=False)
        name = str(source)
        if name and name != ":memory:":
            return cls(name, schema, timeout)
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        return cls(":memory:", schema, timeout, memory)

    def connect(self) -> sqlite3.Connection:
        """Return a new connection, to be used by one thread at a time."""
        return sqlite3.connect(
            self.name,
            timeout=self.timeout,
            isolation_level=None,
            check_same_thread=False,
            uri=self.name.startswith("file:"),
        )

    def connect_writer(self) -> sqlite3.Connection:
        """Return a connection for writing; the tables are there."""
        if self.shared is not None:
            self.schema.apply(self.shared, self.name)
            return self.shared
        connection = self.connect()
        try:
            self._use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            self.schema.apply(connection, self.name)
        except BaseException:
            connection.close()
            raise
        return connection

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Let readers and a writer work at once; SQLite does not wait for others by itself when it changes that."""
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def failure(self, error: sqlite3.Error) -> Exception:
        """Return what callers get for an error of SQLite; the error is its cause."""
        text = str(error)
        found: Exception
        if "locked" in text or "busy" in text:
            found = SaverError(
                f"{self.name}: another process has held the file for {self.timeout:g} s ({text}); let it finish, or "
                "give a longer timeout"
            )
        elif "malformed" in text or "not a database" in text:
            found = CorruptCheckpointError(f"{self.name}: the file is damaged or no SQLite database ({text})")
        else:
            found = SaverError(f"{self.name}: SQLite could not do it ({text})")
        found.__cause__ = error
        return found
