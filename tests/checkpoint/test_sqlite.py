"""The SQLite savers: files, processes, failures, and an end without a trace."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sqlite3
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.base import ANY_HEAD
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from stepgraph.checkpoint.sqlite.database import Database
from stepgraph.checkpoint.sqlite.writer import Job
from stepgraph.errors import (
    CheckpointError,
    CorruptCheckpointError,
    NewerCheckpointError,
    SaverError,
    ThreadConflictError,
)
from tests.checkpoint.driving import Door, Line, checkpoint, config


def put(saver: Any, thread_id: str, value: Any, parent: str | None = None, head: str | None = ANY_HEAD) -> str:
    made = checkpoint({"a": value}, {"a": 1})
    saver.put(config(thread_id, parent), made, {}, {"a": 1}, head=head)
    return made["id"]


def value(saver: Any, thread_id: str = "t") -> Any:
    found = saver.get(config(thread_id))
    return None if found is None else found["channel_values"]["a"]


def on_connection(saver: Any, do: Any) -> Any:
    """Do something in the saver's writer."""
    return saver._core.write(Job(on_connection=do)).result()


class TestFiles:
    def test_what_was_saved_is_there_in_the_next_process(self, tmp_path: Path) -> None:
        for number in range(3):
            with SqliteSaver.from_conn_string(tmp_path / "a ?#%20.sqlite") as saver:
                saver.setup()
                assert value(saver) == (number - 1 if number else None)
                put(saver, "t", number)
        assert [file.name for file in tmp_path.iterdir()] == ["a ?#%20.sqlite"]

    async def test_async(self, tmp_path: Path) -> None:
        for number in range(3):
            async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "a.sqlite")) as saver:
                await saver.setup()
                made = checkpoint({"a": number}, {"a": 1})
                await saver.aput(config("t"), made, {}, {"a": 1})
                assert (await saver.aget(config("t")) or {})["channel_values"] == {"a": number}

    async def test_two_savers_of_one_file_follow_each_other(self, tmp_path: Path) -> None:
        savers = [SqliteSaver(tmp_path / "a.sqlite"), AsyncSqliteSaver(tmp_path / "a.sqlite")]
        line = Line(Door(savers[0], is_async=False), "t")
        for number in range(60):
            line.door = Door(savers[number % 3 == 0], is_async=bool(number % 2))
            await line.append("log", "x" * 100, head=line.head)
        await line.check()
        for saver in savers:
            saver.close()

    def test_a_connection_in_memory_is_used_itself(self) -> None:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.row_factory = sqlite3.Row
        with SqliteSaver(connection) as saver:
            put(saver, "t", 1)
            assert value(saver) == 1
        assert connection.execute("SELECT count(*) FROM stepgraph_checkpoints").fetchone()[0] == 1
        connection.close()

    def test_one_that_belongs_to_its_thread_is_refused(self) -> None:
        connection = sqlite3.connect(":memory:")
        with SqliteSaver(connection) as saver, pytest.raises(SaverError, match="check_same_thread=False"):
            put(saver, "t", 1)
        connection.close()

    def test_of_a_connection_to_a_file_the_path_is_taken(self, tmp_path: Path) -> None:
        connection = sqlite3.connect(tmp_path / "a.sqlite")
        connection.execute("CREATE TABLE mine (a)")
        with SqliteSaver(connection) as saver:
            put(saver, "t", 1)
            assert value(saver) == 1
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)
        connection.close()

    def test_settings_that_mean_nothing(self) -> None:
        with pytest.raises(ValueError, match="synchronous must be"):
            SqliteSaver(":memory:", synchronous="off")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="on_conflict must be"):
            SqliteSaver(":memory:", on_conflict="ignore")  # type: ignore[arg-type]

    @pytest.mark.parametrize(("synchronous", "number"), [("normal", 1), ("full", 2)])
    def test_synchronous(self, tmp_path: Path, synchronous: Any, number: int) -> None:
        with SqliteSaver(tmp_path / "a.sqlite", synchronous=synchronous) as saver:
            assert on_connection(saver, lambda c: c.execute("PRAGMA synchronous").fetchone()) == (number,)
            assert on_connection(saver, lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)

    async def test_a_list_that_grows_takes_what_was_appended(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            line = Line(Door(saver, is_async=False), "t")
            for _ in range(200):
                await line.append("log", os.urandom(512).hex(), head=line.head)
        assert (tmp_path / "a.sqlite").stat().st_size <= 500_000

    async def test_room_comes_back(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sqlite"
        with SqliteSaver(path) as saver:
            line = Line(Door(saver, is_async=False), "t")
            for _ in range(50):
                await line.step({"a": os.urandom(20_000)})
            full = 50 * 20_000
            saver.delete_thread("t")
            on_connection(saver, lambda connection: None)
        assert path.stat().st_size < full / 5


class TestGroups:
    """Many calls, one commit."""

    def test_calls_that_wait_are_committed_together(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            parent = put(saver, "t", 0)
            batches: list[int] = []
            attempt = saver._core._writer._attempt
            monkeypatch.setattr(
                saver._core._writer, "_attempt", lambda jobs: (batches.append(len(jobs)), attempt(jobs))[1]
            )
            with held_writer(saver), ThreadPoolExecutor(20) as pool:
                results = [pool.submit(put, saver, f"u{number}", number) for number in range(18)]
                results += [pool.submit(put, saver, "t", number, parent, "stale") for number in range(2)]
                wait_for_queue(saver, 20)
                release_writer(saver)
                errors = [result.exception() for result in results]
            assert batches == [1, 20]
            assert [type(error) for error in errors] == [type(None)] * 18 + [ThreadConflictError] * 2
            assert [value(saver, f"u{number}") for number in range(18)] == list(range(18))
            assert value(saver) == 0

    def test_when_the_commit_fails_all_fail(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        failing = FailingConnection.on(monkeypatch)
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            put(saver, "t", 0)
            with held_writer(saver), ThreadPoolExecutor(4) as pool:
                results = [pool.submit(put, saver, f"u{number}", number) for number in range(4)]
                wait_for_queue(saver, 4)
                failing.statement = "COMMIT"
                release_writer(saver)
                errors = [result.exception() for result in results]
            failing.statement = None
            assert all(isinstance(error, SaverError) and "disk I/O error" in str(error) for error in errors)
            assert [value(saver, f"u{number}") for number in range(4)] == [None] * 4
            put(saver, "t", 1)
            assert value(saver) == 1

    def test_one_that_breaks_the_transaction_does_not_take_the_others_with_it(self, tmp_path: Path) -> None:
        def break_it(connection: sqlite3.Connection) -> None:
            connection.execute("ROLLBACK")  # as SQLite does when the disk is full
            raise sqlite3.OperationalError("database or disk is full")

        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            saver.setup()
            with held_writer(saver), ThreadPoolExecutor(3) as pool:
                before = pool.submit(put, saver, "before", 1)
                wait_for_queue(saver, 1)
                broken = saver._core.write(Job(on_connection=break_it))
                after = pool.submit(put, saver, "after", 2)
                wait_for_queue(saver, 3)
                release_writer(saver)
                assert isinstance(broken.exception(), SaverError)
                before.result()
                after.result()
            assert (value(saver, "before"), value(saver, "after")) == (1, 2)

    async def test_a_caller_that_goes_away_while_it_waits_saves_nothing(self, tmp_path: Path) -> None:
        async with AsyncSqliteSaver(tmp_path / "a.sqlite") as saver:
            await saver.setup()
            with held_writer(saver):
                made = checkpoint({"a": 1}, {"a": 1})
                task = asyncio.create_task(saver.aput(config("t"), made, {}, {"a": 1}))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                release_writer(saver)
            assert await saver.aget(config("t")) is None

    def test_a_hundred_threads_at_once(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver, ThreadPoolExecutor(100) as pool:

            def run(number: int) -> None:
                parent = None
                for step in range(10):
                    parent = put(saver, f"t{number}", step, parent, parent)
                    assert value(saver, f"t{number}") == step

            list(pool.map(run, range(100)))
            assert len(list(saver.list(None))) == 1000

    async def test_loops_one_after_the_other_and_side_by_side(self, tmp_path: Path) -> None:
        saver = AsyncSqliteSaver(tmp_path / "a.sqlite")

        async def run(number: int) -> Any:
            await saver.aput(config(f"t{number}"), checkpoint({"a": number}, {"a": 1}), {}, {"a": 1})
            found = await saver.aget(config(f"t{number}"))
            return (found or {})["channel_values"]["a"]

        assert await asyncio.gather(*(asyncio.to_thread(asyncio.run, run(n)) for n in range(8))) == list(range(8))
        assert await run(9) == 9
        await saver.aclose()


class TestFailures:
    def test_a_closed_saver(self, tmp_path: Path) -> None:
        for target in (tmp_path / "a.sqlite", ":memory:"):
            saver = SqliteSaver(target)
            put(saver, "t", 1)
            saver.close()
            saver.close()
            with pytest.raises(SaverError, match="was closed"):
                put(saver, "t", 2)
            with pytest.raises(SaverError, match="was closed"):
                saver.get_tuple(config("t"))

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "none" / "a.sqlite") as saver:
            for _ in range(2):
                with pytest.raises(SaverError, match=r"none/a\.sqlite.*unable to open"):
                    put(saver, "t", 1)
            with pytest.raises(SaverError, match="unable to open"):
                saver.get_tuple(config("t"))

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sqlite"
        path.write_bytes(b"something else entirely " * 100)
        with SqliteSaver(path) as saver:
            with pytest.raises(CorruptCheckpointError, match=r"a\.sqlite"):
                saver.get_tuple(config("t"))
            with pytest.raises(CorruptCheckpointError, match="not a database"):
                put(saver, "t", 1)
        assert path.read_bytes() == b"something else entirely " * 100

    def test_tables_of_a_newer_version(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            put(saver, "t", 1)
            on_connection(saver, lambda c: c.execute("UPDATE stepgraph_schema SET version = 99"))
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            with pytest.raises(NewerCheckpointError, match="version 99"):
                saver.get_tuple(config("t"))
            with pytest.raises(NewerCheckpointError, match="version 99"):
                put(saver, "t", 1)

    def test_a_file_that_is_deleted_or_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sqlite"
        with SqliteSaver(path) as saver:
            put(saver, "t", 1)
            path.rename(tmp_path / "moved")
            with pytest.raises(SaverError, match="deleted, moved or replaced"):
                put(saver, "t", 2)
            (tmp_path / "moved").rename(path)
            put(saver, "t", 3)
            assert value(saver) == 3

    def test_a_full_disk(self, tmp_path: Path) -> None:
        def limit(connection: sqlite3.Connection, spare: int) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + spare}")

        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            first = put(saver, "t", 1)
            on_connection(saver, lambda connection: limit(connection, 2))
            with pytest.raises(SaverError, match="full"):
                put(saver, "t", "x" * 100_000, first, first)
            assert value(saver) == 1
            on_connection(saver, lambda connection: limit(connection, 1000))
            put(saver, "t", "x" * 100_000, first, first)
            assert value(saver) == "x" * 100_000

    def test_a_writer_that_never_ends(self, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)
        with SqliteSaver(tmp_path / "a.sqlite", wait=0.05) as saver:
            put(saver, "t", 1)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(SaverError, match=r"a\.sqlite' was locked .* for 0\.05 s"):
                put(saver, "t", 2)
            assert value(saver) == 1
            other.execute("ROLLBACK")
            put(saver, "t", 2)
            assert value(saver) == 2
        other.close()

    @pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x93\x01\x01\x01", b"\x90", b"\x91\x01", b"x" * 40])
    async def test_a_damaged_row(self, tmp_path: Path, damage: bytes) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            line = Line(Door(saver, is_async=False), "t")
            ids = [await line.step({"a": number, "b": "x" * 300}) for number in range(3)]
            statement = "UPDATE stepgraph_checkpoints SET body = ? WHERE id = ?"
            on_connection(saver, lambda connection: connection.execute(statement, (damage, ids[2])))
            for _ in range(10):
                with pytest.raises(CorruptCheckpointError):
                    saver.get_tuple(config("t"))
            await line.check(ids[:2])
            put(saver, "u", 1)  # and no connection is held to what it saw then
            assert value(saver, "u") == 1

    @pytest.mark.parametrize(
        "damage",
        [
            "DELETE FROM stepgraph_blobs WHERE seq = 5",
            "UPDATE stepgraph_blobs SET prev_seq = 25 WHERE seq = 5",
            "UPDATE stepgraph_blobs SET data = x'01' WHERE seq = 5",
            "UPDATE stepgraph_blobs SET data = (SELECT data FROM stepgraph_blobs WHERE seq = 1) WHERE seq = 5",
            "UPDATE stepgraph_checkpoints SET manifest = x'920100'",
            "UPDATE stepgraph_checkpoints SET body = x'96010190808090' WHERE seq = 2",
            "DELETE FROM stepgraph_checkpoints WHERE seq = 2",
        ],
    )
    async def test_damage_to_what_a_checkpoint_stands_on(self, tmp_path: Path, damage: str) -> None:
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            line = Line(Door(saver, is_async=False), "t")
            await line.step({"log": ["x" * 4000]})
            await line.step({"once": 1})
            for _ in range(28):
                await line.append("log", "y")
            on_connection(saver, lambda connection: connection.execute(damage))
            with pytest.raises(CorruptCheckpointError):
                saver.get_tuple(config("t"))

    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("checkpoints", "body"),
            ("checkpoints", "manifest"),
            ("checkpoints", "metadata"),
            ("blobs", "data"),
            ("writes", "writes"),
        ],
    )
    async def test_any_damage_is_an_error_with_a_name(self, tmp_path: Path, table: str, column: str) -> None:
        dice = random.Random(7)
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            line = Line(Door(saver, is_async=False), "t")
            await line.step({"log": ["x" * 400], "n": 1}, ran=["a", "b"])
            for number in range(20):
                await line.append("log", number, ran=["a"])
            saver.put_writes(line.at(line.head), [("a", 1), ("b", [2])], "task")
            select = f"SELECT rowid, {column} FROM stepgraph_{table} WHERE {column} IS NOT NULL"
            store = f"UPDATE stepgraph_{table} SET {column} = ? WHERE rowid = ?"
            rows = on_connection(saver, lambda c: c.execute(select).fetchall())
            for _ in range(150):
                rowid, data = dice.choice(rows[-6:])
                damaged = bytearray(data)
                damaged[dice.randrange(len(data))] = dice.randrange(256)
                on_connection(saver, lambda c, row=(bytes(damaged), rowid): c.execute(store, row))
                with suppress(CheckpointError):
                    saver.get_tuple(config("t"))
                with suppress(CheckpointError):
                    list(saver.list(config("t"), filter={"n": 1}, limit=3))
                on_connection(saver, lambda c, row=(data, rowid): c.execute(store, row))
            await line.check()


class TestProcesses:
    def test_a_child_of_the_process(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "a.sqlite", on_conflict="queue") as saver:
            first = put(saver, "t", 1)
            assert value(saver) == 1
            assert run_in_child(lambda: (put(saver, "t", 2, first, first), value(saver))[1]) == 2
            assert value(saver) == 2
            put(saver, "t", 3)
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            assert value(saver) == 3
            assert on_connection(saver, lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)

    def test_processes_on_one_thread_lose_nothing(self, tmp_path: Path) -> None:
        script = (
            "import sys\n"
            "from stepgraph.checkpoint.sqlite import SqliteSaver\n"
            "from stepgraph.errors import ThreadConflictError\n"
            "from tests.checkpoint.driving import checkpoint, config\n"
            "with SqliteSaver(sys.argv[1]) as saver:\n"
            "    done = 0\n"
            "    while done < 30:\n"
            "        found = saver.get(config('t'))\n"
            "        value, head = (0, None) if found is None else (found['channel_values']['a'], found['id'])\n"
            "        made = checkpoint({'a': value + 1}, {'a': value + 1})\n"
            "        try:\n"
            "            saver.put(config('t', head), made, {}, {'a': value + 1}, head=head)\n"
            "        except ThreadConflictError:\n"
            "            continue\n"
            "        done += 1\n"
        )
        path = tmp_path / "a.sqlite"
        running = [start_python(script, str(path)) for _ in range(3)]
        for process in running:
            output, errors = process.communicate(timeout=60)
            assert (process.returncode, output, errors) == (0, "", "")
        with SqliteSaver(path) as saver:
            assert value(saver) == 90
            assert len(list(saver.list(config("t")))) == 90

    def test_an_end_without_close(self, tmp_path: Path) -> None:
        script = (
            "import sys\n"
            "from stepgraph.checkpoint.sqlite import SqliteSaver\n"
            "from tests.checkpoint.driving import checkpoint, config\n"
            "saver = SqliteSaver(sys.argv[1])\n"
            "saver.put(config('t'), checkpoint({'a': 1}, {'a': 1}), {}, {'a': 1})\n"
            "assert saver.get(config('t'))\n"
        )
        process = start_python(script, str(tmp_path / "a.sqlite"))
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (0, "", "")
        assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            assert value(saver) == 1

    def test_a_saver_that_nobody_holds_goes_away(self, tmp_path: Path) -> None:
        saver = SqliteSaver(tmp_path / "a.sqlite")
        twin = saver.with_allowed([Path])
        put(saver, "t", 1)
        assert value(saver) == 1
        thread, gone = saver._core._writer._thread, weakref.ref(saver._core)
        assert thread is not None
        del saver
        gc.collect()
        assert gone() is not None
        assert value(twin) == 1
        del twin
        gc.collect()
        assert gone() is None
        assert not thread.is_alive()
        assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]

    def test_a_lease_is_waited_for_and_given_back(self, tmp_path: Path) -> None:
        one, other = (SqliteSaver(tmp_path / "a.sqlite", on_conflict="queue") for _ in range(2))
        order: list[str] = []
        asked = threading.Event()
        take = other._core._leases.take

        def noting(connection: sqlite3.Connection, thread_id: str) -> float:
            left = take(connection, thread_id)
            asked.set()
            return left

        other._core._leases.take = noting  # type: ignore[method-assign]

        def wait() -> None:
            with other.turn("t"):
                order.append("other")

        with one.turn("t"):
            thread = threading.Thread(target=wait)
            thread.start()
            asked.wait()
            order.append("one")
        thread.join()
        assert order == ["one", "other"]
        for saver in (one, other):
            saver.close()
        with SqliteSaver(tmp_path / "a.sqlite") as saver:
            assert on_connection(saver, lambda c: c.execute("SELECT * FROM stepgraph_leases").fetchall()) == []

    async def test_the_lease_of_a_process_that_is_gone_is_taken_over(self, tmp_path: Path) -> None:
        async with AsyncSqliteSaver(tmp_path / "a.sqlite", on_conflict="queue") as saver:
            row = "INSERT INTO stepgraph_leases VALUES ('t', 'gone', unixepoch() - 1)"
            row = row.replace("unixepoch()", "CAST(strftime('%s', 'now') AS REAL)")
            await asyncio.to_thread(on_connection, saver, lambda connection: connection.execute(row))
            async with saver.aturn("t"):
                pass

    def test_a_lease_is_renewed_while_it_is_held(self, tmp_path: Path) -> None:
        with SqliteSaver(tmp_path / "a.sqlite", on_conflict="queue") as saver:
            saver._core._leases._seconds = 0.03
            renewed = threading.Event()
            renew = saver._core._leases.renew

            def noting(connection: sqlite3.Connection) -> None:
                renew(connection)
                renewed.set()

            saver._core._leases.renew = noting  # type: ignore[method-assign]
            with saver.turn("t"):
                assert renewed.wait(10)
            assert on_connection(saver, lambda c: c.execute("SELECT * FROM stepgraph_leases").fetchall()) == []


class FailingConnection(sqlite3.Connection):
    """Fails one statement with an error of the disk."""

    statement: str | None = None

    @classmethod
    def on(cls, monkeypatch: pytest.MonkeyPatch) -> type[FailingConnection]:
        connect = sqlite3.connect

        def connect_failing(*args: Any, **settings: Any) -> sqlite3.Connection:
            return connect(*args, **settings, factory=cls)

        monkeypatch.setattr("stepgraph.checkpoint.sqlite.database.sqlite3.connect", connect_failing)
        monkeypatch.setattr(cls, "statement", None)
        return cls

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement == self.statement:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *parameters)


class held_writer:
    """Keeps the writer busy until `release_writer`, or the end of the block."""

    def __init__(self, saver: Any) -> None:
        self.saver = saver
        self.begun, self.ended = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self.saver._release = self.ended
        self.saver._core.write(Job(on_connection=self._hold))
        self.begun.wait()

    def _hold(self, connection: sqlite3.Connection) -> None:
        self.begun.set()
        self.ended.wait()

    def __exit__(self, *error: object) -> None:
        self.ended.set()


def release_writer(saver: Any) -> None:
    saver._release.set()


def wait_for_queue(saver: Any, length: int) -> None:
    """Wait until so many calls stand before the writer."""
    while saver._core._writer._queue.qsize() < length:
        threading.Event().wait(0.001)


def run_in_child(do: Any) -> int:
    """Return what `do` returns in a fork of this process."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    child = os.fork()
    if child == 0:
        code = 255
        try:
            code = do()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def start_python(script: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_memory_is_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = Database._connect
    monkeypatch.setattr(Database, "_connect", lambda self, mode: (opened.append(mode), connect(self, mode))[1])
    with SqliteSaver(":memory:") as saver:
        put(saver, "t", 1)
        assert value(saver) == 1
    assert len(opened) == 1
