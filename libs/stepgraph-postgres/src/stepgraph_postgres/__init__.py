"""PostgreSQL for stepgraph: checkpoints, long-term memory, and vector search with pgvector."""

from __future__ import annotations

from stepgraph_postgres.saver import AsyncPostgresSaver, PostgresSaver
from stepgraph_postgres.settings import PoolSettings
from stepgraph_postgres.store import AnnIndexConfig, AsyncPostgresStore, PostgresIndexConfig, PostgresStore

__all__ = [
    "AnnIndexConfig",
    "AsyncPostgresSaver",
    "AsyncPostgresStore",
    "PoolSettings",
    "PostgresIndexConfig",
    "PostgresSaver",
    "PostgresStore",
]
