"""Queries: the SQL of a store, as text and parameters. Builds it only; nothing here touches a database.

A namespace is kept as its labels joined by dots, which no label contains. `/` is the character after `.`, so all
namespaces below `a.b` lie between `a.b.` and `a.b/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from stepgraph.store.filters import Condition, Every
from stepgraph.store.namespaces import Namespace
from stepgraph.store.sqlite.narrowing import narrowed
from stepgraph.store.sqlite.schema import Schema

__all__ = [
    "SCHEMA",
    "Sql",
    "delete",
    "delete_expired",
    "delete_vectors",
    "get",
    "insert_vectors",
    "namespaces",
    "page",
    "refresh",
    "rows_of",
    "search",
    "select_id",
    "sweep",
    "to_namespace",
    "to_text",
    "upsert",
    "vectors",
]

_V1: Final = (
    """CREATE TABLE store_items (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- grows with creation
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,                   -- JSON
        created_at REAL NOT NULL,              -- seconds since 1970
        updated_at REAL NOT NULL,
        ttl REAL,                              -- seconds
        expires_at REAL,
        UNIQUE (namespace, key)
    )""",
    "CREATE INDEX store_items_by_namespace ON store_items (namespace, expires_at)",
    "CREATE INDEX store_items_by_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL",
    """CREATE TABLE store_vectors (
        item INTEGER NOT NULL,                 -- the id of an item
        slot INTEGER NOT NULL,
        vector BLOB NOT NULL,                  -- little-endian floats, see stepgraph.vectors
        PRIMARY KEY (item, slot)
    ) WITHOUT ROWID""",
)

SCHEMA: Final = Schema("store", (_V1,))

_MOST: Final = 2**63 - 1
"""The greatest integer of SQLite."""

_COLUMNS: Final = "id, namespace, key, value, created_at, updated_at, ttl"


class Sql(NamedTuple):
    """A statement, or a part of one, and its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


def to_text(namespace: Namespace) -> str:
    """Return a namespace as it is kept."""
    return ".".join(namespace)


def to_namespace(text: str) -> Namespace:
    """Return a namespace that is kept as `text`."""
    return tuple(text.split("."))


def get(namespace: Namespace, key: str, live_at: float | None) -> Sql:
    """One item; one that has expired by `live_at` is not found."""
    live = _live(live_at)
    return Sql(
        f"SELECT {_COLUMNS} FROM store_items WHERE namespace = ? AND key = ? AND {live.text}",
        (to_text(namespace), key, *live.parameters),
    )


def search(prefix: Namespace, condition: Condition, live_at: float | None) -> Sql:
    """The items below a namespace that may meet a condition, in the order of creation."""
    where = _where(prefix, condition, live_at)
    return Sql(f"SELECT {_COLUMNS} FROM store_items WHERE {where.text} ORDER BY id", where.parameters)


def page(prefix: Namespace, live_at: float | None, limit: int, offset: int) -> Sql:
    """One page of the items below a namespace, in the order of creation; the others' values are not touched."""
    where = _where(prefix, Every(()), live_at)
    ids = f"SELECT id FROM store_items WHERE {where.text} ORDER BY id LIMIT ? OFFSET ?"
    return Sql(
        f"SELECT {_COLUMNS} FROM store_items WHERE id IN ({ids}) ORDER BY id",
        (*where.parameters, min(limit, _MOST), min(offset, _MOST)),
    )


def vectors(prefix: Namespace, condition: Condition, live_at: float | None) -> Sql:
    """The vectors of the items that `search` finds, with their items' ids; a null where an item has none."""
    where = _where(prefix, condition, live_at)
    return Sql(
        f"SELECT id, vector FROM store_items LEFT JOIN store_vectors ON item = id WHERE {where.text} ORDER BY id, slot",
        where.parameters,
    )


def rows_of(ids: Sequence[int]) -> Sql:
    """The items with some ids, in any order."""
    return Sql(f"SELECT {_COLUMNS} FROM store_items WHERE id IN ({', '.join('?' * len(ids))})", tuple(ids))


def namespaces(prefix: Namespace, live_at: float | None) -> Sql:
    """The namespaces below one that hold items, each once."""
    below, live = _below(prefix), _live(live_at)
    return Sql(
        f"SELECT DISTINCT namespace FROM store_items WHERE {below.text} AND {live.text}",
        (*below.parameters, *live.parameters),
    )


def upsert(namespace: Namespace, key: str, value: str, now: float, ttl: float | None) -> Sql:
    """Keep a value; one that is there keeps its id and the time of its creation."""
    return Sql(
        "INSERT INTO store_items (namespace, key, value, created_at, updated_at, ttl, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, "
        "updated_at = excluded.updated_at, ttl = excluded.ttl, expires_at = excluded.expires_at",
        (to_text(namespace), key, value, now, now, ttl, None if ttl is None else now + ttl),
    )


def select_id(namespace: Namespace, key: str) -> Sql:
    """The id of an item."""
    return Sql("SELECT id FROM store_items WHERE namespace = ? AND key = ?", (to_text(namespace), key))


def delete(item: int) -> Sql:
    """Delete an item, but not its vectors."""
    return Sql("DELETE FROM store_items WHERE id = ?", (item,))


def delete_expired(item: int, now: float) -> Sql:
    """Delete an item if it has expired, but not its vectors."""
    return Sql("DELETE FROM store_items WHERE id = ? AND expires_at <= ?", (item, now))


def delete_vectors(item: int) -> Sql:
    """Delete the vectors of an item."""
    return Sql("DELETE FROM store_vectors WHERE item = ?", (item,))


def insert_vectors(item: int, vectors: Sequence[bytes]) -> list[Sql]:
    """Keep the vectors of an item that has none."""
    return [
        Sql("INSERT INTO store_vectors (item, slot, vector) VALUES (?, ?, ?)", (item, slot, vector))
        for slot, vector in enumerate(vectors)
    ]


def refresh(item: int, now: float) -> Sql:
    """Restart the time to live of an item, if it has one."""
    return Sql("UPDATE store_items SET expires_at = ? + ttl WHERE id = ? AND ttl IS NOT NULL", (now, item))


def sweep(now: float) -> tuple[Sql, Sql]:
    """Delete the vectors of what has expired, and then the items."""
    return (
        Sql("DELETE FROM store_vectors WHERE item IN (SELECT id FROM store_items WHERE expires_at <= ?)", (now,)),
        Sql("DELETE FROM store_items WHERE expires_at <= ?", (now,)),
    )


def _where(prefix: Namespace, condition: Condition, live_at: float | None) -> Sql:
    below, live, narrow = _below(prefix), _live(live_at), narrowed(condition)
    if narrow is None:
        return Sql(f"{below.text} AND {live.text}", (*below.parameters, *live.parameters))
    return Sql(f"{below.text} AND {live.text} AND ({narrow[0]})", (*below.parameters, *live.parameters, *narrow[1]))


def _below(prefix: Namespace) -> Sql:
    if not prefix:
        return Sql("TRUE")
    text = to_text(prefix)
    return Sql(  # one range of an index, and what is not below within it
        "namespace >= ? AND namespace < ? AND (namespace = ? OR namespace >= ?)", (text, f"{text}/", text, f"{text}.")
    )


def _live(live_at: float | None) -> Sql:
    if live_at is None:
        return Sql("TRUE")
    return Sql("(expires_at IS NULL OR expires_at > ?)", (live_at,))
