"""What is particular to the savers in PostgreSQL: round trips, set-up, crowds, other processes, several event loops."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from stepgraph.errors import NewerCheckpointError, SaverError, ThreadConflictError
from stepgraph_postgres import AsyncPostgresSaver, PoolSettings, PostgresSaver
from stepgraph_postgres.saver.leases import Leases
from stepgraph_postgres.sync_database import SyncDatabase
from stepgraph_postgres.work import Rows, Statement
from tests.postgres.driving import Counter, config, numbers
from tests.postgres.tables import SAVER_TABLES, empty_saver_tables


@pytest.fixture
def uri(database_uri: str) -> str:
    empty_saver_tables(database_uri)
    return database_uri


@pytest.fixture
def saver(uri: str) -> Iterator[PostgresSaver]:
    with PostgresSaver.from_conn_string(uri) as saver:
        yield saver


class Trips(list[Sequence[Statement]]):
    """The round trips that the sync database makes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        send = SyncDatabase._send

        def counted(database: SyncDatabase, connection: Any, statements: Sequence[Statement]) -> list[Rows]:
            self.append(statements)
            return send(database, connection, statements)

        monkeypatch.setattr(SyncDatabase, "_send", counted)

    def taken(self) -> int:
        count = len(self)
        self.clear()
        return count


def test_a_put_in_a_running_thread_is_one_round_trip(saver: PostgresSaver, monkeypatch: pytest.MonkeyPatch) -> None:
    trips = Trips(monkeypatch)
    counter = Counter(saver, "t")
    for _ in range(40):
        counter.step(writes=True)
        assert trips.taken() == 1
    saver.put_writes(config("t", counter.head), [("n", 1)], "task")
    assert trips.taken() == 1


def test_reading_the_head_is_two_round_trips_however_long_the_thread(
    saver: PostgresSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(saver, "t")
    trips = Trips(monkeypatch)
    for length in (1, 60):
        while counter.n < length:
            counter.step()
        trips.clear()
        assert saver.get_tuple(config("t")) is not None
        assert trips.taken() == 2


def test_a_saver_that_reads_first_goes_on_with_one_round_trip(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with PostgresSaver.from_conn_string(uri) as first, PostgresSaver.from_conn_string(uri) as second:
        counter = Counter(first, "t")
        counter.step()
        assert second.get_tuple(config("t")) is not None
        counter.saver = second
        trips = Trips(monkeypatch)
        counter.step()
        assert trips.taken() == 1


def test_a_saver_that_lags_behind_is_told(uri: str) -> None:
    with PostgresSaver.from_conn_string(uri) as first, PostgresSaver.from_conn_string(uri) as second:
        ahead, behind = Counter(first, "t"), Counter(second, "t")
        ahead.step()
        behind.head, behind.n = ahead.head, ahead.n
        behind.step()
        with pytest.raises(ThreadConflictError) as caught:
            ahead.step()
        assert (caught.value.expected, caught.value.head) == (ahead.head, behind.head)
        assert numbers(first, "t") == [1, 2]


def test_tables_are_set_up_once_by_many(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"DROP TABLE {SAVER_TABLES} CASCADE".encode())
        connection.execute("DROP SEQUENCE stepgraph_seq")
        connection.execute("DELETE FROM stepgraph_schema WHERE part = 'checkpoints'")
    with PostgresSaver.from_conn_string(uri) as saver:
        with pytest.raises(SaverError, match=r"call `setup\(\)` once"):
            saver.get_tuple(config("t"))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: saver.setup(), range(16)))
        assert saver.get_tuple(config("t")) is None


async def test_newer_tables_are_refused(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("UPDATE stepgraph_schema SET version = version + 1 WHERE part = 'checkpoints'")
    try:
        async with AsyncPostgresSaver.from_conn_string(uri) as saver:
            with pytest.raises(NewerCheckpointError, match="upgrade this one"):
                await saver.setup()
    finally:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("UPDATE stepgraph_schema SET version = version - 1 WHERE part = 'checkpoints'")


def test_a_hundred_threads_at_once(saver: PostgresSaver) -> None:
    start = threading.Barrier(100)

    def run(name: str) -> list[int]:
        counter = Counter(saver, name)
        start.wait()
        for _ in range(5):
            counter.step(writes=True)
        return numbers(saver, name)

    with ThreadPoolExecutor(100) as pool:
        found = list(pool.map(run, [f"t{n}" for n in range(100)]))
    assert found == [[1, 2, 3, 4, 5]] * 100


async def test_a_hundred_tasks_at_once_with_two_connections(uri: str) -> None:
    async def run(saver: AsyncPostgresSaver, name: str) -> int:
        counter = Counter(saver, name)
        for _ in range(5):
            await counter.astep(writes=True)
        found = await saver.aget_tuple(config(name))
        assert found is not None
        return int(found.checkpoint["channel_values"]["n"])

    async with AsyncPostgresSaver(PoolSettings(uri, max_size=2)) as saver:
        assert await asyncio.gather(*(run(saver, f"t{n}") for n in range(100))) == [5] * 100
    assert len(asyncio.all_tasks()) == 1


def test_one_saver_in_event_loops_one_after_the_other(uri: str) -> None:
    saver = AsyncPostgresSaver(uri)
    counter = Counter(saver, "t")
    for _ in range(3):
        asyncio.run(counter.astep())
    counter.step()
    saver.close()
    assert numbers(saver, "t") == [1, 2, 3, 4]
    saver.close()


def _count_up(uri: str, thread_id: str, target: int) -> int:
    """Count a thread up against others that do too; return how many numbers were stored here."""
    with PostgresSaver.from_conn_string(uri) as saver:
        won = 0
        while True:
            found = saver.get_tuple(config(thread_id))
            counter = Counter(saver, thread_id)
            if found is not None:
                counter.head, counter.n = found.checkpoint["id"], found.checkpoint["channel_values"]["n"]
            if counter.n >= target:
                return won
            try:
                counter.step()
            except ThreadConflictError:
                continue
            won += 1


def test_two_processes_on_one_thread_lose_no_update(uri: str, saver: PostgresSaver) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        won = processes.starmap(_count_up, [(uri, "t", 60)] * 2)
    assert sum(won) == 60
    assert numbers(saver, "t") == list(range(1, 61))


def _go_on_in_a_fork(uri: str) -> tuple[list[int], int]:
    """Put in a process and in its fork; return what both see in the end, and how the fork ended."""
    with PostgresSaver.from_conn_string(uri) as saver:
        counter = Counter(saver, "t")
        counter.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the pool has threads, which a fork leaves behind
            child = os.fork()
        if child == 0:
            counter.step()
            os._exit(len(numbers(saver, "t")))
        _, status = os.waitpid(child, 0)
        return numbers(saver, "t"), os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_gets_connections_of_its_own(uri: str) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as processes:
        assert processes.apply(_go_on_in_a_fork, (uri,)) == ([1, 2], 2)


async def test_savers_queue_for_a_thread(uri: str) -> None:
    """Ten runs in two savers, each reading the head and putting after it: without the queue some would conflict."""

    async def run(saver: AsyncPostgresSaver) -> None:
        async with saver.aturn("t"):
            found = await saver.aget_tuple(config("t"))
            counter = Counter(saver, "t")
            if found is not None:
                counter.head, counter.n = found.checkpoint["id"], found.checkpoint["channel_values"]["n"]
            await counter.astep()

    async with (
        AsyncPostgresSaver.from_conn_string(uri, on_conflict="queue") as one,
        AsyncPostgresSaver.from_conn_string(uri, on_conflict="queue") as two,
    ):
        await asyncio.gather(*(run(saver) for saver in (one, two) * 5))
        assert await asyncio.to_thread(numbers, one, "t") == list(range(1, 11))
    with psycopg.connect(uri) as connection:
        assert connection.execute("SELECT * FROM stepgraph_leases").fetchall() == []


def test_a_lease_is_taken_over_when_it_ends(uri: str, saver: PostgresSaver) -> None:
    database = saver._database
    gone, other = Leases(60.0), Leases(60.0)
    assert database.run(gone.take("t"))
    assert database.run(gone.take("t"))
    assert not database.run(other.take("t"))
    with psycopg.connect(uri) as connection:
        connection.execute("UPDATE stepgraph_leases SET until = now() - interval '1 second'")
    assert database.run(other.take("t"))
    database.run(gone.give_back("t"))
    assert not database.run(gone.take("t"))
    database.run(other.give_back("t"))
    assert database.run(gone.take("t"))


def test_deleting_leaves_no_row(uri: str, saver: PostgresSaver) -> None:
    counter = Counter(saver, "t")
    for _ in range(5):
        counter.step(writes=True)
    saver.delete_thread("t")
    with psycopg.connect(uri) as connection:
        for table in SAVER_TABLES.split(", "):
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table


async def test_retention_runs_beside_the_puts(uri: str) -> None:
    async with AsyncPostgresSaver.from_conn_string(uri, keep_last=3) as saver:
        counter = Counter(saver, "t")
        for _ in range(40):
            await counter.astep()
        await saver.aclose()
        assert await asyncio.to_thread(numbers, saver, "t") == [38, 39, 40]


@pytest.mark.parametrize("name", ["nul\0", "half \ud800"])
def test_names_that_the_database_cannot_keep_are_refused(saver: PostgresSaver, name: str) -> None:
    with pytest.raises((SaverError, ValueError)):
        Counter(saver, name).step()
    Counter(saver, "t").step()
