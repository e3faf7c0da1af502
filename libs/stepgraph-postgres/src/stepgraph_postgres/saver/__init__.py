"""PostgresSaver and AsyncPostgresSaver: checkpoints in PostgreSQL."""

from __future__ import annotations

from stepgraph_postgres.saver.aio import AsyncPostgresSaver
from stepgraph_postgres.saver.sync import PostgresSaver

__all__ = ["AsyncPostgresSaver", "PostgresSaver"]
