"""Database: one SQLite file, or one connection that was borrowed, and the errors it gives, as those of this package."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias

from stepgraph.checkpoint.sqlite.schema import migrate, version_of
from stepgraph.errors import CheckpointError, CorruptCheckpointError, SaverError

__all__ = ["Database", "Synchronous"]

Synchronous: TypeAlias = Literal["normal", "full", "extra"]

_DAMAGED: Final = ("malformed", "not a database", "file is encrypted")


class Database:
    """Where the rows are.

    A file has one connection that writes, and others that only read. In memory, and on a borrowed connection that is,
    there is one connection for both.

    Args:
        target: A path, `":memory:"`, or a connection; of one to a file only the path is taken.
        synchronous: How sure a commit is: `"normal"` survives the end of the process, `"full"` a power cut, too.
        wait: How long to wait for another process that writes, in seconds.

    Attributes:
        name: What errors call it.
        path: The file, `None` in memory.
        wait: See above.
    """

    def __init__(
        self, target: str | os.PathLike[str] | sqlite3.Connection, synchronous: Synchronous, wait: float
    ) -> None:
        if synchronous not in ("normal", "full", "extra"):
            raise ValueError(f"synchronous must be 'normal', 'full' or 'extra', got {synchronous!r}")
        self.wait: float = wait
        self._synchronous = synchronous
        self._borrowed: sqlite3.Connection | None = None
        self.path: str | None = None
        if isinstance(target, sqlite3.Connection):
            self.path = _path_of(target)
            self._borrowed = target if self.path is None else None
        elif os.fsdecode(target) not in ("", ":memory:"):
            self.path = os.path.abspath(os.fsdecode(target))
        self.name: str = "the database in memory" if self.path is None else f"the database {self.path!r}"
        self._file: tuple[int, int] | None = None

    def open_writer(self) -> sqlite3.Connection:
        """Return the connection that writes, with tables of this version; the caller closes it with `close_writer`."""
        with self.errors():
            connection = self._borrowed or self._connect("rwc")
            try:
                connection.isolation_level = None
                self._patiently(self._make_ready, connection)
            except BaseException:
                self.close_writer(connection)
                raise
        self._file = self._identity()
        return connection

    def close_writer(self, connection: sqlite3.Connection) -> None:
        """Close the connection that writes, unless it is borrowed."""
        if connection is not self._borrowed:
            connection.close()

    def open_reader(self) -> sqlite3.Connection | None:
        """Return a connection that only reads, `None` where there is nothing to read yet."""
        path = self.path or ""
        if not os.path.exists(path):
            return None
        with self.errors():
            try:
                return self._checked(self._connect("rw"))
            except sqlite3.OperationalError:
                if os.path.exists(f"{path}-wal") or os.access(os.path.dirname(path), os.W_OK):
                    raise
                return self._checked(self._connect("ro&immutable=1"))  # nobody can write there, us included

    def _checked(self, connection: sqlite3.Connection) -> sqlite3.Connection | None:
        try:
            connection.execute("PRAGMA query_only = ON")
            if version_of(connection):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def check_file(self) -> None:
        """Check that the file which was opened is still where it was.

        Raises:
            SaverError: It is not; what is written now would be lost.
        """
        if self._file is not None and self._identity() != self._file:
            raise SaverError(
                f"{self.name} was deleted, moved or replaced while it was in use; put it back, or make a new saver"
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the errors of SQLite into those of this package."""
        try:
            yield
        except sqlite3.Error as error:
            raise self.explained(error) from error

    def explained(self, error: BaseException) -> BaseException:
        """Return an error of SQLite as one of this package, of which it is the cause; any other as it is."""
        if not isinstance(error, sqlite3.Error):
            return error
        explained = self._explained(error, str(error))
        explained.__cause__ = error
        return explained

    def _explained(self, error: sqlite3.Error, text: str) -> CheckpointError:
        if any(sign in text for sign in _DAMAGED):
            return CorruptCheckpointError(f"{self.name} is damaged, or not a database of SQLite: {text}")
        if "locked" in text or "busy" in text:
            return SaverError(
                f"{self.name} was locked by another process or connection for {self.wait:g} s ({text}); nothing was "
                "saved; try again, give the saver a longer wait, or find out who holds a transaction open"
            )
        if "thread" in text and isinstance(error, sqlite3.ProgrammingError):
            return SaverError(f"open the connection with check_same_thread=False, or give the saver a path: {text}")
        return SaverError(f"{self.name} refused: {text}")

    def _connect(self, mode: str) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        address = f"file:{_quoted(self.path)}?mode={mode}"
        return sqlite3.connect(
            address, uri=True, timeout=self.wait, check_same_thread=False, isolation_level=None, cached_statements=256
        )

    def _make_ready(self, connection: sqlite3.Connection) -> None:
        if self.path is not None:
            self._prepare(connection)
        migrate(connection)

    def _patiently(self, act: Callable[[sqlite3.Connection], None], connection: sqlite3.Connection) -> None:
        """Do what SQLite refuses at once, without asking its busy handler, while others open the same new file."""
        end = time.monotonic() + self.wait
        while True:
            try:
                act(connection)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.01)
            else:
                return

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts for a new file only, and before WAL
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        # Moving the log into the file waits for the disk, twice: seldom is better, and 16 MB of log is no burden.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")

    def _identity(self) -> tuple[int, int] | None:
        if self.path is None:
            return None
        try:
            status = os.stat(self.path)
        except OSError:
            return (0, 0)
        return status.st_dev, status.st_ino


def _path_of(connection: sqlite3.Connection) -> str | None:
    """Return the file of a connection, `None` where it has none."""
    for _, name, path in connection.execute("PRAGMA database_list").fetchall():
        if name == "main":
            return path or None
    return None


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
