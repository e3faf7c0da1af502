"""SqliteCache: a cache in a SQLite file, shared by every process that opens it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from typing_extensions import Self

from stepgraph.cache.base import BaseCache, FullKey, Namespace
from stepgraph.serde.base import Serializer
from stepgraph.store.sqlite.database import Database
from stepgraph.store.sqlite.schema import Schema

__all__ = ["SqliteCache"]

ValueT = TypeVar("ValueT")

_V1: Final = (
    """CREATE TABLE cache_entries (
        namespace TEXT NOT NULL,  -- JSON, since labels may hold anything
        key TEXT NOT NULL,        -- JSON
        value BLOB NOT NULL,
        expires_at REAL,          -- seconds since 1970
        PRIMARY KEY (namespace, key)
    )""",
    "CREATE INDEX cache_entries_by_expiry ON cache_entries (expires_at) WHERE expires_at IS NOT NULL",
)

_SCHEMA: Final = Schema("cache", (_V1,))

_PURGED: Final = 100
"""Expired entries that a `set` deletes at the most, so that the file stays small without a sweeper."""


class SqliteCache(BaseCache[ValueT], Generic[ValueT]):
    """A cache in a SQLite file. Use it as a context manager of either colour, or call `close`.

    Args:
        path: A path, a URI that begins with `file:`, `":memory:"`, or an open connection, of which the file is used.
        serde: Turns values into bytes.
        timeout: Seconds to wait for another process that holds the file.
        clock: Returns the time, in seconds since 1970.
    """

    def __init__(
        self,
        path: str | Path | sqlite3.Connection,
        *,
        serde: Serializer | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(serde=serde)
        self._clock = clock
        self._database = Database(path, _SCHEMA, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Finish what is queued and close the file. Calling it again does nothing."""
        self._database.close()

    def get(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """Return the values of those keys that are there; see `BaseCache.get`."""
        now = self._clock()
        return self._decoded(self._database.read(lambda connection: _found(connection, keys, now)))

    def set(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """Keep values, each with the seconds that it lives; see `BaseCache.set`."""
        self._database.write(self._setting(pairs)).result()

    def clear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """Delete what some namespaces hold, all of them by default."""
        self._database.write(lambda connection: _clear(connection, namespaces)).result()

    async def aset(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """See `set`."""
        await asyncio.wrap_future(self._database.write(self._setting(pairs)))

    async def aclear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """See `clear`."""
        await asyncio.wrap_future(self._database.write(lambda connection: _clear(connection, namespaces)))

    def _setting(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> Callable[[sqlite3.Connection], None]:
        """Return the job that keeps some values."""
        now = self._clock()
        rows = [
            (*_texts(key), data, None if seconds is None else now + seconds)
            for key, (data, seconds) in self._encoded(pairs).items()
        ]

        def job(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO cache_entries VALUES (?, ?, ?, ?)", rows)
            connection.execute(
                "DELETE FROM cache_entries WHERE rowid IN "
                "(SELECT rowid FROM cache_entries WHERE expires_at <= ? LIMIT ?)",
                (now, _PURGED),
            )

        return job


def _found(connection: sqlite3.Connection, keys: Sequence[FullKey], now: float) -> dict[FullKey, bytes]:
    found = {}
    for key in dict.fromkeys(keys):
        row = connection.execute(
            "SELECT value FROM cache_entries "
            "WHERE namespace = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
            (*_texts(key), now),
        ).fetchone()
        if row is not None:
            found[key] = row[0]
    return found


def _clear(connection: sqlite3.Connection, namespaces: Sequence[Namespace] | None) -> None:
    if namespaces is None:
        connection.execute("DELETE FROM cache_entries")
        return
    connection.executemany(
        "DELETE FROM cache_entries WHERE namespace = ?", [(json.dumps(list(namespace)),) for namespace in namespaces]
    )


def _texts(key: FullKey) -> tuple[str, str]:
    return json.dumps(list(key[0])), json.dumps(key[1])
