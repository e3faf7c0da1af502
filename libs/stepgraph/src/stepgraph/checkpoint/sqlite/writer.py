"""Writer: the one thread of a saver that writes, many calls to a commit.

It takes all jobs that wait, makes each under a savepoint of its own, commits once, and tells everybody. So a job that
fails fails alone, and a hundred that come together cost one commit. The invariant: the future of a job has a result
only after the commit that made it last.

The thread holds no reference to the saver, so that a saver which nobody holds goes away and the thread with it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, Final

from stepgraph.checkpoint.records.requests import Procedure, perform
from stepgraph.checkpoint.sqlite.database import Database
from stepgraph.checkpoint.sqlite.leases import Leases
from stepgraph.checkpoint.sqlite.tables import SqliteTables
from stepgraph.errors import SaverError

__all__ = ["Job", "Writer"]

_AT_ONCE: Final = 256
"""How many jobs go into one commit at the most."""


class Job:
    """Something to do in a transaction.

    Args:
        begin: Begins the procedure; again, if the transaction must be made again.
        on_connection: In place of a procedure, what to call with the connection.
        frees: Whether there may be room to give back afterwards.

    Attributes:
        future: What comes of it.
        frees: See above.
    """

    __slots__ = ("_begin", "_on_connection", "frees", "future")

    def __init__(
        self,
        begin: Callable[[], Procedure[Any]] | None = None,
        on_connection: Callable[[sqlite3.Connection], Any] | None = None,
        *,
        frees: bool = False,
    ) -> None:
        self._begin = begin
        self._on_connection = on_connection
        self.frees: bool = frees
        self.future: Future[Any] = Future()

    def do(self, connection: sqlite3.Connection, tables: SqliteTables) -> Any:
        """Do it and return the result."""
        if self._on_connection is not None:
            return self._on_connection(connection)
        assert self._begin is not None
        return perform(self._begin(), tables.answer)


class Writer:
    """The thread.

    Args:
        database: Where it writes.
        leases: What it renews between batches.
    """

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases
        self._frees = False
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._tables: SqliteTables | None = None

    def submit(self, job: Job) -> Future[Any]:
        """Have a job done; its future says what came of it.

        Raises:
            SaverError: The saver was closed.
        """
        with self._lock:
            if self._closed:
                raise SaverError(f"the saver of {self._database.name} was closed; make a new one")
            self._queue.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="stepgraph-sqlite", daemon=True)
                self._thread.start()
        return job.future

    def close(self, wait: float | None = None) -> None:
        """Do what was submitted, then close the connection and end the thread.

        Args:
            wait: How many seconds to wait for that, `None` for as long as it takes.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(wait)

    def _serve(self) -> None:
        going = True
        while going:
            jobs, going = self._take()
            running = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            if running:
                self._do_batch(running)
            del jobs, running
            self._keep_house()
        self._disconnect()

    def _take(self) -> tuple[list[Job], bool]:
        """Return all jobs that wait, at least one unless leases are due, and whether there may be more."""
        jobs: list[Job] = []
        try:
            job = self._queue.get(timeout=self._leases.due_in())
            while job is not None:
                jobs.append(job)
                if len(jobs) == _AT_ONCE:
                    return jobs, True
                job = self._queue.get_nowait()
        except Empty:
            return jobs, True
        return jobs, False

    def _do_batch(self, jobs: list[Job]) -> None:
        """Do jobs in one transaction; where that as a whole fails, each in one of its own."""
        outcomes = self._attempt(jobs)
        if outcomes is None:
            outcomes = [outcome for job in jobs for outcome in (self._attempt([job]) or ())]
        self._frees = self._frees or any(job.frees for job in jobs)
        for job, (result, error) in zip(jobs, outcomes, strict=True):
            if error is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(error)

    def _attempt(self, jobs: list[Job]) -> list[tuple[Any, BaseException | None]] | None:
        """Do jobs in one transaction; return the outcome of each, `None` if one of several broke the transaction."""
        try:
            connection, tables = self._connected()
            self._begin(connection)
            outcomes = [self._do(job, connection, tables, alone=len(jobs) == 1) for job in jobs]
            if connection.in_transaction:
                connection.execute("COMMIT")
            elif len(jobs) > 1:
                return None
        except BaseException as error:
            self._give_up()
            return [(None, self._database.explained(error)) for _ in jobs]
        return outcomes

    def _do(
        self, job: Job, connection: sqlite3.Connection, tables: SqliteTables, *, alone: bool
    ) -> tuple[Any, BaseException | None]:
        """Do one job of a transaction; where it fails, undo what it did."""
        if not connection.in_transaction:
            return None, None  # broken by a job before this one; all are done again
        if not alone:
            connection.execute("SAVEPOINT job")
        try:
            result = job.do(connection, tables)
        except BaseException as error:
            tables.begin_anew()
            if connection.in_transaction:  # a full disk, say, has ended it already
                connection.execute("ROLLBACK" if alone else "ROLLBACK TO job")
                if not alone:
                    connection.execute("RELEASE job")
            return None, self._database.explained(error)
        if not alone:
            connection.execute("RELEASE job")
        return result, None

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that writes; wait, but not for ever, for other processes."""
        deadline = monotonic() + self._database.wait
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                # SQLite itself waits, except where it thinks that waiting cannot help.
                if "locked" not in str(error) or monotonic() >= deadline:
                    raise
                sleep(0.005)

    def _keep_house(self) -> None:
        """Renew leases, and give back room in the file while nobody waits; what fails here is tried again later."""
        connection = self._connection
        if connection is None:
            return
        try:
            if self._leases.due_in() == 0:
                self._leases.renew(connection)
            while self._frees and self._queue.empty():
                before = _free_pages(connection)
                connection.execute("PRAGMA incremental_vacuum(64)").fetchall()
                self._frees = 0 < _free_pages(connection) < before  # it stays where a file was not made for it
        except sqlite3.Error:
            self._frees = False

    def _connected(self) -> tuple[sqlite3.Connection, SqliteTables]:
        if self._connection is None or self._tables is None:
            self._connection = self._database.open_writer()
            self._tables = SqliteTables(self._connection)
        self._database.check_file()
        return self._connection, self._tables

    def _give_up(self) -> None:
        """End what is left of a transaction."""
        connection = self._connection
        if connection is not None and connection.in_transaction:
            try:
                connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._disconnect()  # the next batch opens it anew

    def _disconnect(self) -> None:
        connection, self._connection, self._tables = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):  # all that was promised was committed before
                self._database.close_writer(connection)


def _free_pages(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return count
