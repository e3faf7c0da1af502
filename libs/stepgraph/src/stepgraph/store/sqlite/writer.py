"""Writer: the one thread that writes to a SQLite file, many jobs to a transaction.

A commit costs a trip to the disk, whatever it holds. So jobs that come while one is under way wait in a queue, and the
next transaction takes them all. The invariant: a job's future is done only when its transaction is over, and a job
that raises leaves no trace, while the others of its transaction land.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

__all__ = ["Job", "Writer"]

T = TypeVar("T")

Job: TypeAlias = Callable[[sqlite3.Connection], Any]

_Entry: TypeAlias = "tuple[Future[Any], Job]"

_MOST: Final = 256
"""Jobs to a transaction: a bound on how long the first of them waits for the last."""


class Writer:
    """Runs jobs in a thread, which begins with the first of them and ends with `stop`.

    Args:
        connect: Opens the connection; called in the thread, and again with the next job if it fails.
        failure: Turns an error of SQLite into the one that callers get.
        guard: Held during each transaction.
        owned: Whether the connection is closed in the end.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        failure: Callable[[sqlite3.Error], Exception],
        guard: AbstractContextManager[Any],
        *,
        owned: bool = True,
    ) -> None:
        self._jobs: SimpleQueue[_Entry | None] = SimpleQueue()
        self._settings = connect, failure, guard, owned
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> Future[T] | None:
        """Queue a job and return its future, `None` if the writer has stopped."""
        future: Future[T] = Future()
        with self._lock:
            if self._stopped:
                return None
            self._jobs.put((future, job))
            if self._thread is None:
                self._thread = threading.Thread(
                    # It knows the queue and not this object, which can so be collected while the thread waits.
                    target=_serve,
                    args=(self._jobs, *self._settings),
                    name="stepgraph-sqlite-writer",
                    daemon=True,
                )
                self._thread.start()
        return future

    def stop(self, *, wait: bool = True) -> None:
        """Run what is queued, and end."""
        with self._lock:
            self._stopped = True
            self._jobs.put(None)
        if wait and self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()


def _serve(
    jobs: SimpleQueue[_Entry | None],
    connect: Callable[[], sqlite3.Connection],
    failure: Callable[[sqlite3.Error], Exception],
    guard: AbstractContextManager[Any],
    owned: bool,
) -> None:
    """Run jobs until a `None` comes; the life of the thread."""
    connection: sqlite3.Connection | None = None
    more = True
    while more:
        group, more = _next_group(jobs)
        try:
            with guard:
                if connection is None and group:
                    connection = connect()
                if connection is not None and group:
                    _perform(connection, group, failure)
        except Exception as error:
            _fail(group, _named(error, failure))
        del group  # what callers hold of a job must not live until the next one comes
    if connection is not None and owned:
        with guard:
            connection.close()


def _next_group(jobs: SimpleQueue[_Entry | None]) -> tuple[list[_Entry], bool]:
    """Wait for a job, and return it with those queued behind it, and whether there may be more."""
    group: list[_Entry] = []
    entry = jobs.get()
    while entry is not None:
        if entry[0].set_running_or_notify_cancel():
            group.append(entry)
        if len(group) == _MOST:
            return group, True
        try:
            entry = jobs.get_nowait()
        except Empty:
            return group, True
    return group, False


def _perform(
    connection: sqlite3.Connection, group: list[_Entry], failure: Callable[[sqlite3.Error], Exception]
) -> None:
    """Run jobs in one transaction, each within a savepoint; on a failure of the transaction, leave it to the caller."""
    outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for future, job in group:
            connection.execute("SAVEPOINT job")
            try:
                outcomes.append((future, job(connection), None))
            except Exception as error:
                if not connection.in_transaction:
                    raise  # such as a full disk, on which SQLite rolls everything back
                connection.execute("ROLLBACK TO job")
                outcomes.append((future, None, _named(error, failure)))
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    for future, result, failed in outcomes:
        if failed is None:
            future.set_result(result)
        else:
            future.set_exception(failed)


def _named(error: Exception, failure: Callable[[sqlite3.Error], Exception]) -> Exception:
    return failure(error) if isinstance(error, sqlite3.Error) else error


def _fail(group: list[_Entry], error: Exception) -> None:
    for future, _ in group:
        if not future.done():
            future.set_exception(error)
