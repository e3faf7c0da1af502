"""StoreDoor: a store seen through one colour, with the methods of `BaseStore` to await."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, cast

from stepgraph.store.base import Item, Op, Result, SearchItem
from stepgraph.testing.conformance.door import Door

__all__ = ["StoreDoor"]


class StoreDoor(Door):
    """One colour of a store; see `BaseStore` for the methods."""

    async def get(self, namespace: Any, key: str, **options: Any) -> Item | None:
        """Return an item."""
        return cast("Item | None", await self.call("get", namespace, key, **options))

    async def value(self, namespace: Any, key: str) -> Any:
        """Return the value of an item, `None` where there is none."""
        found = await self.get(namespace, key)
        return None if found is None else found.value

    async def search(self, prefix: Any, **options: Any) -> list[SearchItem]:
        """Return what is found."""
        return cast("list[SearchItem]", await self.call("search", prefix, **options))

    async def keys(self, prefix: Any, **options: Any) -> list[str]:
        """Return the keys of what is found."""
        return [item.key for item in await self.search(prefix, **options)]

    async def put(self, namespace: Any, key: str, value: Mapping[str, Any], *index: Any, **options: Any) -> None:
        """Keep a value."""
        await self.call("put", namespace, key, value, *index, **options)

    async def delete(self, namespace: Any, key: str) -> None:
        """Delete an item."""
        await self.call("delete", namespace, key)

    async def list_namespaces(self, **options: Any) -> list[tuple[str, ...]]:
        """Return namespaces."""
        return cast("list[tuple[str, ...]]", await self.call("list_namespaces", **options))

    async def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations."""
        return cast("list[Result]", await self.call("batch", list(ops)))

    async def sweep_ttl(self) -> int:
        """Delete what has expired."""
        count = await self.call("sweep_ttl")
        # A store for async code may have an async method under the sync name, as LangGraph's do.
        return cast("int", await count if inspect.isawaitable(count) else count)
