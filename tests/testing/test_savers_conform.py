"""The savers that come with stepgraph keep to the contract that the kit asks of others."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from stepgraph.testing.conformance import SaverConformance
from tests.testing.memory_suite import MemorySuite


class TestInMemorySaver(MemorySuite):
    pass


class TestSqliteSaver(SaverConformance):
    bulk = 3_000

    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path):
        self.path = tmp_path / "checkpoints.sqlite"

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        with SqliteSaver(self.path, **settings) as saver:
            yield saver

    @asynccontextmanager
    async def another(self, saver: BaseCheckpointSaver) -> AsyncIterator[BaseCheckpointSaver]:
        with SqliteSaver(self.path, serde=saver.serde) as second:
            yield second

    async def raw_bytes(self, saver: BaseCheckpointSaver) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.path.parent.glob("*sqlite*")))

    async def damage(self, saver: BaseCheckpointSaver, thread_id: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            lane = "SELECT lane FROM stepgraph_lanes WHERE thread_id = ?"
            cut = "UPDATE stepgraph_checkpoints SET body = substr(body, 1, length(body) - 3)"
            assert connection.execute(f"{cut} WHERE lane IN ({lane})", [thread_id]).rowcount > 0


class TestAsyncSqliteSaver(SaverConformance):
    """In memory, where all share one connection."""

    bulk = 1_000

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        async with AsyncSqliteSaver(":memory:", **settings) as saver:
            yield saver
