"""Ledger: the least that keeping each step in SQLite can be, for the plain sides: a row and a commit for each step."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import msgpack
from typing_extensions import Self

__all__ = ["Ledger"]


class Ledger:
    """A table of steps in a file with a write-ahead log; a context manager.

    A commit survives the end of the process, which is what stepgraph's saver promises by default; it does not wait for
    the disk.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = normal")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS steps (thread TEXT, step INTEGER, kept BLOB, PRIMARY KEY (thread, step))"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, thread: str, step: int, value: Any) -> None:
        """Keep what a step of a thread wrote."""
        self._connection.execute("INSERT INTO steps VALUES (?, ?, ?)", (thread, step, msgpack.packb(value)))

    def last(self, thread: str) -> Any:
        """Return what the last step of a thread wrote."""
        found = self._connection.execute(
            "SELECT kept FROM steps WHERE thread = ? ORDER BY step DESC LIMIT 1", (thread,)
        ).fetchone()
        return None if found is None else msgpack.unpackb(found[0])

    def all(self, thread: str) -> list[Any]:
        """Return what all steps of a thread wrote, in order."""
        rows = self._connection.execute("SELECT kept FROM steps WHERE thread = ? ORDER BY step", (thread,))
        return [msgpack.unpackb(kept) for (kept,) in rows]
