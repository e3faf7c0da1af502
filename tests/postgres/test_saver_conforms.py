"""The savers keep the whole contract: a saver of a connection string, and the async one of a pool of its event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.testing.conformance import SaverConformance
from stepgraph_postgres import AsyncPostgresSaver, PostgresSaver
from tests.postgres.tables import SAVER_TABLES, empty_saver_tables


class OfPostgres(SaverConformance):
    """The database."""

    uri: str

    @pytest.fixture(autouse=True)
    def _database(self, database_uri: str) -> None:
        self.uri = database_uri


class TestPostgresSaver(OfPostgres):
    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        empty_saver_tables(self.uri)
        async with self.another(settings=settings) as saver:
            yield saver

    @asynccontextmanager
    async def another(
        self, saver: BaseCheckpointSaver | None = None, settings: Any = None
    ) -> AsyncIterator[BaseCheckpointSaver]:
        made = PostgresSaver(self.uri, **(settings or {}))
        try:
            yield made
        finally:
            await made.aclose()

    async def raw_bytes(self, saver: BaseCheckpointSaver) -> bytes:
        dump = b""
        with psycopg.connect(self.uri) as connection:
            for table in SAVER_TABLES.split(", "):
                names = connection.execute(f"SELECT * FROM {table} LIMIT 0".encode()).description or ()
                columns = ", ".join(
                    name.name if name.type_code == 17 else f"convert_to({name.name}::text, 'UTF8')" for name in names
                )
                with connection.cursor(binary=True) as cursor:
                    for row in cursor.execute(f"SELECT {columns} FROM {table}".encode()):
                        dump += b"\n".join(value for value in row if value is not None)
        return dump

    async def damage(self, saver: BaseCheckpointSaver, thread_id: str) -> None:
        with psycopg.connect(self.uri) as connection:
            connection.execute(
                "UPDATE stepgraph_checkpoints c SET body = substr(body, 1, length(body) - 3) "
                "FROM stepgraph_lanes l WHERE c.lane = l.lane AND c.seq = l.head_seq AND l.thread_id = %s",
                (thread_id,),
            )


# What is left out below does not depend on how a connection is come by, and takes long: it is checked above.
class Brief:
    test_scale_head = None
    test_scale_page = None
    test_list_pages = None
    test_crowd_threads = None
    test_deltas_appends = None

class TestPostgresSaverOfAPool(Brief, OfPostgres):
    lacks = ("event_loops",)

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        empty_saver_tables(self.uri)
        with ConnectionPool(self.uri, min_size=1, max_size=8) as pool:
            saver = PostgresSaver(pool, pipeline=False, **settings)
            yield saver
            await saver.aclose()


class TestAsyncPostgresSaverOfAPool(Brief, OfPostgres):
    lacks = ("sync", "event_loops")

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        empty_saver_tables(self.uri)
        async with AsyncConnectionPool(self.uri, min_size=1, max_size=8, open=False) as pool:
            async with AsyncPostgresSaver(pool, **settings) as saver:
                yield saver
