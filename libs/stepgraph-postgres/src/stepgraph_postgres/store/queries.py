"""Queries: the SQL of the store, as statements. Builds them only; nothing here touches a database.

A namespace is kept as its labels joined by dots, which no label contains. `/` is the character after `.`, so all
namespaces below `a.b` lie between `a.b.` and `a.b/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from stepgraph.store.filters import Condition
from stepgraph.store.namespaces import Namespace
from stepgraph_postgres.store.index import literal
from stepgraph_postgres.store.narrowing import narrowed
from stepgraph_postgres.work import Statement

__all__ = [
    "ItemRow",
    "delete",
    "delete_expired",
    "get",
    "namespaces",
    "near",
    "refresh",
    "search",
    "sweep",
    "to_namespace",
    "to_text",
    "unranked",
    "upsert",
]

_COLUMNS: Final = "i.id, i.namespace, i.key, i.value, i.created_at, i.updated_at, i.ttl"

_MOST: Final = 2**63 - 1


class ItemRow(NamedTuple):
    """What is read of an item."""

    id: int
    namespace: str
    key: str
    value: str
    created_at: float
    updated_at: float
    ttl: float | None


class _Where(NamedTuple):
    text: str
    params: tuple[Any, ...] = ()


def to_text(namespace: Namespace) -> str:
    """Return a namespace as it is kept."""
    return ".".join(namespace)


def to_namespace(text: str) -> Namespace:
    """Return a namespace that is kept as `text`."""
    return tuple(text.split("."))


def get(namespace: Namespace, key: str, live_at: float | None) -> Statement:
    """One item; one that has expired by `live_at` is not found."""
    live = _live(live_at)
    return Statement(
        f"SELECT {_COLUMNS} FROM stepgraph_store_items i WHERE namespace = %s AND key = %s AND {live.text}",
        (to_text(namespace), key, *live.params),
    )


def search(
    prefix: Namespace, condition: Condition, live_at: float | None, *, above: int, limit: int, offset: int = 0
) -> Statement:
    """Items below a namespace that may meet a condition, with an id above one, in the order of creation."""
    where = _where(prefix, condition, live_at)
    return Statement(
        f"SELECT {_COLUMNS} FROM stepgraph_store_items i WHERE {where.text} AND i.id > %s "
        "ORDER BY i.id LIMIT %s OFFSET %s",
        (*where.params, above, min(limit, _MOST), min(offset, _MOST)),
    )


def near(
    prefix: Namespace, condition: Condition, live_at: float | None, *, operator: str, query: bytes, limit: int
) -> Statement:
    """The vectors nearest to one of the items that `search` finds: the item's row and the distance."""
    where = _where(prefix, condition, live_at)
    vector = literal(query)
    return Statement(
        f"SELECT {_COLUMNS}, v.vector {operator} %s::vector FROM stepgraph_store_vectors v "
        f"JOIN stepgraph_store_items i ON i.id = v.item WHERE i.indexed AND {where.text} "
        f"ORDER BY v.vector {operator} %s::vector LIMIT %s",
        (vector, *where.params, vector, min(limit, _MOST)),
    )


def unranked(prefix: Namespace, condition: Condition, live_at: float | None, *, above: int, limit: int) -> Statement:
    """Those of the items that `search` finds which have no vectors."""
    where = _where(prefix, condition, live_at)
    return Statement(
        f"SELECT {_COLUMNS} FROM stepgraph_store_items i WHERE NOT i.indexed AND {where.text} AND i.id > %s "
        "ORDER BY i.id LIMIT %s",
        (*where.params, above, limit),
    )


def namespaces(prefix: Namespace, live_at: float | None) -> Statement:
    """The namespaces below one that hold items, each once."""
    below, live = _below(prefix), _live(live_at)
    return Statement(
        f"SELECT DISTINCT namespace FROM stepgraph_store_items WHERE {below.text} AND {live.text}",
        (*below.params, *live.params),
    )


_UPSERT: Final = """
INSERT INTO stepgraph_store_items AS i
    (namespace, key, value, doc, created_at, updated_at, ttl, expires_at, indexed)
VALUES (
    %(namespace)s, %(key)s, %(value)s, %(doc)s::jsonb, %(now)s, %(now)s, %(ttl)s::float8,
    %(now)s + %(ttl)s::float8, %(count)s > 0
)
ON CONFLICT (namespace, key) DO UPDATE SET
    value = excluded.value, doc = excluded.doc, updated_at = excluded.updated_at, ttl = excluded.ttl,
    expires_at = excluded.expires_at, indexed = excluded.indexed
RETURNING id
"""

_UPSERT_WITH_VECTORS: Final = f"""
WITH item AS ({_UPSERT}),
gone AS (DELETE FROM stepgraph_store_vectors v USING item WHERE v.item = item.id AND v.slot > %(count)s)
INSERT INTO stepgraph_store_vectors (item, slot, vector)
SELECT item.id, text.slot, text.vector::vector
FROM item, unnest(%(vectors)s::text[]) WITH ORDINALITY AS text (vector, slot)
ON CONFLICT (item, slot) DO UPDATE SET vector = excluded.vector
"""


def upsert(
    namespace: Namespace, key: str, value: str, now: float, ttl: float | None, vectors: Sequence[bytes]
) -> Statement:
    """Keep a value; one that is there keeps its id and the time of its creation."""
    params = {
        "namespace": to_text(namespace),
        "key": key,
        "value": value,
        "doc": None if "\\u0000" in value else value,
        "now": now,
        "ttl": ttl,
        "count": len(vectors),
        "vectors": [literal(vector) for vector in vectors],
    }
    return Statement(_UPSERT_WITH_VECTORS if vectors else _UPSERT, params)


def delete(namespace: Namespace, key: str) -> Statement:
    """Delete an item with its vectors."""
    text = "DELETE FROM stepgraph_store_items WHERE namespace = %s AND key = %s"
    return Statement(text, (to_text(namespace), key))


def delete_expired(namespace: Namespace, key: str, now: float) -> Statement:
    """Delete an item if it has expired."""
    text = "DELETE FROM stepgraph_store_items WHERE namespace = %s AND key = %s AND expires_at <= %s"
    return Statement(text, (to_text(namespace), key, now))


def refresh(items: Sequence[int], now: float) -> Statement:
    """Restart the time to live of items that have one."""
    text = "UPDATE stepgraph_store_items SET expires_at = %s + ttl WHERE id = ANY(%s::bigint[]) AND ttl IS NOT NULL"
    return Statement(text, (now, list(items)))


def sweep(now: float) -> Statement:
    """Delete what has expired, and count it."""
    text = (
        "WITH gone AS (DELETE FROM stepgraph_store_items WHERE expires_at <= %s RETURNING id) SELECT count(*) FROM gone"
    )
    return Statement(text, (now,))


def _where(prefix: Namespace, condition: Condition, live_at: float | None) -> _Where:
    below, live, narrow = _below(prefix), _live(live_at), narrowed(condition)
    if narrow is None:
        return _Where(f"{below.text} AND {live.text}", (*below.params, *live.params))
    return _Where(f"{below.text} AND {live.text} AND {narrow[0]}", (*below.params, *live.params, *narrow[1]))


def _below(prefix: Namespace) -> _Where:
    if not prefix:
        return _Where("TRUE")
    text = to_text(prefix)
    return _Where(  # one range of an index, and what is not below within it
        "namespace >= %s AND namespace < %s AND (namespace = %s OR namespace >= %s)",
        (text, f"{text}/", text, f"{text}."),
    )


def _live(live_at: float | None) -> _Where:
    return _Where("TRUE") if live_at is None else _Where("(expires_at IS NULL OR expires_at > %s)", (live_at,))
