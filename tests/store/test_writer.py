"""The writer: many jobs to a transaction, each of them alone."""

import sqlite3
import threading
from concurrent.futures import CancelledError
from contextlib import nullcontext

import pytest

from stepgraph.store.sqlite.writer import Writer

PATIENCE = 20


class File:
    """A file with one table, its failures, and the transactions that were begun on it."""

    def __init__(self, path) -> None:
        self.path = path
        self.transactions = 0
        self.refusals = 0

    def connect(self) -> sqlite3.Connection:
        if self.refusals:
            self.refusals -= 1
            raise sqlite3.OperationalError("away")
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, m REFERENCES t DEFERRABLE INITIALLY DEFERRED)"
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.set_trace_callback(self._count)
        return connection

    def _count(self, statement: str) -> None:
        self.transactions += statement.startswith("BEGIN")

    def failure(self, error: sqlite3.Error) -> Exception:
        return LookupError(str(error))

    def kept(self) -> list[int]:
        connection = sqlite3.connect(self.path)
        try:
            return [n for (n,) in connection.execute("SELECT n FROM t ORDER BY n")]
        finally:
            connection.close()


def insert(number: int, other: int | None = None):
    return lambda connection: connection.execute("INSERT INTO t VALUES (?, ?)", (number, other)) and number


@pytest.fixture
def file(tmp_path):
    return File(tmp_path / "t.db")


@pytest.fixture
def writer(file):
    writer = Writer(file.connect, file.failure, nullcontext())
    yield writer
    writer.stop()


@pytest.fixture
def held(writer):
    """Hold the writer in a job, so that others queue up, until the returned event is set."""
    started, go_on = threading.Event(), threading.Event()

    def hold(_):
        started.set()
        assert go_on.wait(PATIENCE)

    writer.submit(hold)
    assert started.wait(PATIENCE)
    yield go_on
    go_on.set()


def test_jobs_that_wait_share_a_transaction(writer, file, held):
    futures = [writer.submit(insert(number)) for number in range(100)]
    assert not any(future.done() for future in futures)
    held.set()
    assert [future.result(PATIENCE) for future in futures] == list(range(100))
    assert file.transactions == 2
    assert file.kept() == list(range(100))


def test_a_job_is_durable_when_its_future_is_done(writer, file):
    assert writer.submit(insert(1)).result(PATIENCE) == 1
    assert file.kept() == [1]


def test_a_job_that_fails_leaves_no_trace_and_harms_no_other(writer, file, held):
    def fails(connection):
        insert(8)(connection)
        raise ValueError("changed my mind")

    futures = [writer.submit(job) for job in (insert(1), fails, insert(1), insert(2))]
    held.set()
    assert futures[0].result(PATIENCE) == 1
    with pytest.raises(ValueError, match="changed my mind"):
        futures[1].result(PATIENCE)
    with pytest.raises(LookupError, match="UNIQUE constraint failed"):
        futures[2].result(PATIENCE)
    assert futures[3].result(PATIENCE) == 2
    assert file.kept() == [1, 2]


def test_a_transaction_that_fails_fails_all_of_it(writer, file, held):
    """A deferred constraint is checked by COMMIT alone."""
    futures = [writer.submit(job) for job in (insert(1), insert(2, 77))]
    held.set()
    for future in futures:
        with pytest.raises(LookupError, match="FOREIGN KEY constraint failed"):
            future.result(PATIENCE)
    assert file.kept() == []
    assert writer.submit(insert(3)).result(PATIENCE) == 3
    assert file.kept() == [3]


def test_a_cancelled_job_is_not_run(writer, file, held):
    futures = [writer.submit(insert(number)) for number in range(3)]
    assert futures[1].cancel()
    held.set()
    assert futures[2].result(PATIENCE) == 2
    with pytest.raises(CancelledError):
        futures[1].result(PATIENCE)
    assert file.kept() == [0, 2]


def test_a_file_that_could_not_be_opened_is_tried_again(writer, file):
    file.refusals = 1
    with pytest.raises(LookupError, match="away"):
        writer.submit(insert(1)).result(PATIENCE)
    assert writer.submit(insert(1)).result(PATIENCE) == 1


def test_stopping_runs_what_is_queued(writer, file, held):
    futures = [writer.submit(insert(number)) for number in range(3)]
    stopper = threading.Thread(target=writer.stop)
    stopper.start()
    held.set()
    stopper.join(PATIENCE)
    assert [future.result(0) for future in futures] == [0, 1, 2]
    assert writer.submit(insert(9)) is None
    writer.stop()
    assert file.kept() == [0, 1, 2]


def test_stopping_before_the_first_job():
    writer = Writer(sqlite3.connect, LookupError, nullcontext())
    writer.stop()
    assert writer.submit(insert(1)) is None
