"""The stores keep the whole contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from stepgraph.store.base import BaseStore
from stepgraph.testing.conformance import StoreConformance
from stepgraph_postgres import AsyncPostgresStore, PostgresStore
from tests.postgres.tables import drop_store_tables


class OfPostgres(StoreConformance):
    uri: str

    @pytest.fixture(autouse=True)
    def _database(self, database_uri: str) -> None:
        self.uri = database_uri


class TestPostgresStore(OfPostgres):
    @asynccontextmanager
    async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
        drop_store_tables(self.uri)
        store = PostgresStore(self.uri, **settings)
        store.setup()
        try:
            yield store
        finally:
            await store.aclose()


class TestAsyncPostgresStoreOfAPool(OfPostgres):
    lacks = ("sync",)
    test_colours = None  # both colours at once: not of an asynchronous pool

    @asynccontextmanager
    async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
        drop_store_tables(self.uri)
        async with (
            AsyncConnectionPool(self.uri, min_size=1, max_size=8, open=False) as pool,
            AsyncPostgresStore(pool, pipeline=False, **settings) as store,
        ):
            await store.setup()
            yield store


def test_the_server_has_pgvector(database_uri: str) -> None:
    with psycopg.connect(database_uri) as connection:
        found = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    assert found == (1,)
