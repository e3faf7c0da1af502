"""The SQLite savers in several processes: turns, conflicts, forks, and an end that waits for nothing."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
import weakref
from pathlib import Path

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from tests.checkpoint.driving import config
from tests.checkpoint.on_sqlite import on_connection, put, run_in_child, start_python, value


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
