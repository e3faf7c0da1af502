"""The SQLite savers: what fails is a typed error, and nothing that was saved is lost."""

from __future__ import annotations

import random
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import (
    CheckpointError,
    CorruptCheckpointError,
    NewerCheckpointError,
    SaverError,
)
from tests.checkpoint.driving import Door, Line, config
from tests.checkpoint.on_sqlite import on_connection, put, value


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
