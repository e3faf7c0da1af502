"""The SQLite savers and their files: made, found again, closed, and gone without a trace."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from stepgraph.checkpoint.sqlite.database import Database
from stepgraph.errors import (
    SaverError,
)
from tests.checkpoint.driving import Door, Line, checkpoint, config
from tests.checkpoint.on_sqlite import on_connection, put, value


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


def test_memory_is_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = Database._connect
    monkeypatch.setattr(Database, "_connect", lambda self, mode: (opened.append(mode), connect(self, mode))[1])
    with SqliteSaver(":memory:") as saver:
        put(saver, "t", 1)
        assert value(saver) == 1
    assert len(opened) == 1
