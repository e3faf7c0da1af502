"""The savers keep the whole contract: a saver of a connection string, and the async one of a pool of its event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.testing.conformance import SaverConformance, Suite
from stepgraph.testing.conformance.savers.atomicity import AtomicityRules
from stepgraph.testing.conformance.savers.heads import HeadRules
from stepgraph.testing.conformance.savers.pending import PendingRules
from stepgraph.testing.conformance.savers.reading import ReadingRules
from stepgraph.testing.conformance.savers.scale import ScaleRules
from stepgraph_postgres import AsyncPostgresSaver, PostgresSaver
from tests.postgres.tables import SAVER_TABLES, empty_saver_tables


class OfPostgres:
    """Where the savers are."""

    capabilities = SaverConformance.capabilities
    opened = SaverConformance.opened
    uri: str

    @pytest.fixture(autouse=True)
    def _database(self, database_uri: str) -> None:
        self.uri = database_uri


class OfAString(OfPostgres):
    """Savers that are given a connection string."""

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


class TestPostgresSaver(OfAString, SaverConformance):
    """Every rule, but for those that take thousands of puts."""

    test_scale_head = None
    test_scale_page = None

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


class TestPostgresSaverAtScale(OfAString, ScaleRules, Suite):
    """Those rules, in one colour: they are about what is sent to the database, which both send."""

    lacks = ("sync",)


class OfAPool(OfPostgres, ReadingRules, HeadRules, PendingRules, AtomicityRules, Suite):
    """The rules that could depend on how a connection is come by; the others are checked above."""


class TestPostgresSaverOfAPool(OfAPool):
    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        empty_saver_tables(self.uri)
        with ConnectionPool(self.uri, min_size=1, max_size=8) as pool:
            saver = PostgresSaver(pool, pipeline=False, **settings)
            yield saver
            await saver.aclose()


class TestAsyncPostgresSaverOfAPool(OfAPool):
    lacks = ("sync", "event_loops")

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        empty_saver_tables(self.uri)
        async with (
            AsyncConnectionPool(self.uri, min_size=1, max_size=8, open=False) as pool,
            AsyncPostgresSaver(pool, **settings) as saver,
        ):
            yield saver
