"""PoolSettings: how to reach the server, and how many connections to keep for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg_pool import ConnectionPool

__all__ = ["PoolSettings"]


@dataclass(frozen=True)
class PoolSettings:
    """What a saver or store that is given a connection string opens its pools with.

    Attributes:
        conninfo: The connection string; it may hold a password, so it is not shown.
        min_size: How many blocking connections are kept ready.
        max_size: How many there are at the most.
        timeout: How long to wait for a connection, in seconds.
        connect: More arguments for `psycopg.connect`.
    """

    conninfo: str = field(repr=False)
    min_size: int = 1
    max_size: int = 10
    timeout: float = 30.0
    connect: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def open_sync(self) -> ConnectionPool[Any]:
        """Return an open pool of blocking connections."""
        return ConnectionPool(
            self.conninfo,
            kwargs={**self.connect, "autocommit": True},
            min_size=self.min_size,
            max_size=self.max_size,
            timeout=self.timeout,
            open=True,
        )
