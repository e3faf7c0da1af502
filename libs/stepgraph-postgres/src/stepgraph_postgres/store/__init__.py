"""PostgresStore and AsyncPostgresStore: long-term memory in PostgreSQL, with vector search by pgvector."""

from __future__ import annotations

from stepgraph_postgres.store.aio import AsyncPostgresStore
from stepgraph_postgres.store.index import AnnIndexConfig, PostgresIndexConfig
from stepgraph_postgres.store.sync import PostgresStore

__all__ = ["AnnIndexConfig", "AsyncPostgresStore", "PostgresIndexConfig", "PostgresStore"]
