"""The SQLite savers: what is saved at once lands in one transaction, and each caller learns of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from stepgraph.checkpoint.sqlite.writer import Job
from stepgraph.errors import (
    SaverError,
    ThreadConflictError,
)
from tests.checkpoint.driving import checkpoint, config
from tests.checkpoint.on_sqlite import (
    FailingConnection,
    held_writer,
    put,
    release_writer,
    value,
    wait_for_queue,
)


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
