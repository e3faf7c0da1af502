"""Readers: connections that only read, each used by one call at a time, in a transaction that sees one state."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from stepgraph.checkpoint.records.requests import Procedure, perform
from stepgraph.checkpoint.sqlite.database import Database
from stepgraph.checkpoint.sqlite.tables import SqliteTables

__all__ = ["Readers"]

T = TypeVar("T")

_IDLE: Final = 8
"""How many connections are kept for later; more are made where more calls come at once."""


class Readers:
    """The connections of a saver that read.

    Args:
        database: What they read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[tuple[sqlite3.Connection, SqliteTables]] = []
        self._closed = False

    def read(self, begin: Callable[[], Procedure[T]], prepare: Callable[[], None]) -> T:
        """Run a procedure that reads.

        Args:
            begin: Begins it.
            prepare: Makes the tables, where there are none yet.
        """
        connection, tables = self._take(prepare)
        done = False
        try:
            with self._database.errors():
                connection.execute("BEGIN")
                result = perform(begin(), tables.answer)
                connection.execute("COMMIT")
            done = True
        finally:
            # After an error a query may be half read, and hold the connection to what it saw.
            if done and not self._closed and len(self._idle) < _IDLE:
                self._idle.append((connection, tables))
            else:
                connection.close()
        return result

    def close(self) -> None:
        """Close the connections that are not in use; the others are closed after it."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _take(self, prepare: Callable[[], None]) -> tuple[sqlite3.Connection, SqliteTables]:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        connection = self._database.open_reader()
        if connection is None:
            prepare()
            connection = self._database.open_reader()
        assert connection is not None
        return connection, SqliteTables(connection)
