"""Item: what a store keeps under a namespace and a key."""

from __future__ import annotations

import builtins
from datetime import datetime, timezone
from typing import Any

__all__ = ["Item", "SearchItem", "moment"]


class Item:
    """A value with its place in the store. Changing it changes nothing in the store.

    Args:
        value: What was put.
        key: What it is called in its namespace.
        namespace: Where it is kept.
        created_at: When it was first put; a text in ISO 8601 will do.
        updated_at: When it was last put; a text in ISO 8601 will do.
    """

    __slots__ = ("created_at", "key", "namespace", "updated_at", "value")

    def __init__(
        self,
        *,
        value: dict[str, Any],
        key: str,
        namespace: tuple[str, ...],
        created_at: datetime | str,
        updated_at: datetime | str,
    ) -> None:
        self.value: dict[str, Any] = value
        self.key: str = key
        self.namespace: tuple[str, ...] = tuple(namespace)
        self.created_at: datetime = _datetime(created_at)
        self.updated_at: datetime = _datetime(updated_at)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Item):
            return NotImplemented
        return (
            self.key == other.key
            and self.namespace == other.namespace
            and self.created_at == other.created_at
            and self.updated_at == other.updated_at
            and bool(self.value == other.value)
        )

    def __hash__(self) -> int:
        return hash((self.namespace, self.key))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.dict().items())})"

    def dict(self) -> builtins.dict[str, Any]:
        """Return the item as JSON-like data."""
        return {
            "namespace": list(self.namespace),
            "key": self.key,
            "value": self.value,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


class SearchItem(Item):
    """An item that a search found.

    Args:
        namespace: Where it is kept.
        key: What it is called in its namespace.
        value: What was put.
        created_at: When it was first put.
        updated_at: When it was last put.
        score: How near it is to the query, 1.0 being the nearest; `None` where nothing was ranked.
    """

    __slots__ = ("score",)

    def __init__(
        self,
        namespace: tuple[str, ...],
        key: str,
        value: dict[str, Any],
        created_at: datetime | str,
        updated_at: datetime | str,
        score: float | None = None,
    ) -> None:
        super().__init__(value=value, key=key, namespace=namespace, created_at=created_at, updated_at=updated_at)
        self.score: float | None = score

    def dict(self) -> builtins.dict[str, Any]:
        """Return the item and its score as JSON-like data."""
        return {**super().dict(), "score": self.score}


def moment(timestamp: float) -> datetime:
    """Return seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(timestamp, timezone.utc)


def _datetime(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
