"""Stores of keys and values, for what a retriever keeps: documents beside their vectors, or vectors that were computed.

This is not the long-term memory of graphs, which is `stepgraph.store`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread

__all__ = ["BaseStore", "ByteStore", "InMemoryBaseStore", "InMemoryByteStore", "InMemoryStore", "InvalidKeyException"]

K = TypeVar("K")
V = TypeVar("V")


class InvalidKeyException(Exception):
    """A key that a store cannot keep."""


class BaseStore(ABC, Generic[K, V]):
    """Keys and values, many at a time. An async twin that is missing calls its sync one in the engine's threads."""

    @abstractmethod
    def mget(self, keys: Sequence[K]) -> list[V | None]:
        """Return the values of keys, in their order; `None` where a key is not there."""

    @abstractmethod
    def mset(self, key_value_pairs: Sequence[tuple[K, V]]) -> None:
        """Set the values of keys."""

    @abstractmethod
    def mdelete(self, keys: Sequence[K]) -> None:
        """Delete keys; those that are not there are passed by."""

    @abstractmethod
    def yield_keys(self, *, prefix: str | None = None) -> Iterator[K] | Iterator[str]:
        """Yield the keys.

        Args:
            prefix: Only those that begin with this.
        """

    async def amget(self, keys: Sequence[K]) -> list[V | None]:
        """See `mget`."""
        return await in_thread(self.mget, keys)  # type: ignore[no-any-return]

    async def amset(self, key_value_pairs: Sequence[tuple[K, V]]) -> None:
        """See `mset`."""
        await in_thread(self.mset, key_value_pairs)

    async def amdelete(self, keys: Sequence[K]) -> None:
        """See `mdelete`."""
        await in_thread(self.mdelete, keys)

    def ayield_keys(self, *, prefix: str | None = None) -> AsyncGenerator[K, None] | AsyncGenerator[str, None]:
        """See `yield_keys`."""
        return in_threads(lambda given: self.yield_keys(prefix=given), prefix)


ByteStore: TypeAlias = BaseStore[str, bytes]
"""A store of bytes."""


class InMemoryBaseStore(BaseStore[str, V], Generic[V]):
    """Keys and values in memory.

    Attributes:
        store: What is kept.
    """

    def __init__(self) -> None:
        self.store: dict[str, V] = {}

    def mget(self, keys: Sequence[str]) -> list[V | None]:
        """Return the values of keys, in their order; `None` where a key is not there."""
        return [self.store.get(key) for key in keys]

    def mset(self, key_value_pairs: Sequence[tuple[str, V]]) -> None:
        """Set the values of keys."""
        self.store.update(key_value_pairs)

    def mdelete(self, keys: Sequence[str]) -> None:
        """Delete keys; those that are not there are passed by."""
        for key in keys:
            self.store.pop(key, None)

    def yield_keys(self, *, prefix: str | None = None) -> Iterator[str]:
        """Yield the keys that were there when the first was asked for, whatever is set and deleted meanwhile."""
        for key in list(self.store):
            if prefix is None or key.startswith(prefix):
                yield key

    async def amget(self, keys: Sequence[str]) -> list[V | None]:
        """See `mget`."""
        return self.mget(keys)

    async def amset(self, key_value_pairs: Sequence[tuple[str, V]]) -> None:
        """See `mset`."""
        self.mset(key_value_pairs)

    async def amdelete(self, keys: Sequence[str]) -> None:
        """See `mdelete`."""
        self.mdelete(keys)

    async def ayield_keys(self, *, prefix: str | None = None) -> AsyncGenerator[str, None]:
        """See `yield_keys`."""
        for key in self.yield_keys(prefix=prefix):
            yield key


class InMemoryStore(InMemoryBaseStore[Any]):
    """Values of any kind in memory.

    Example:
        >>> store = InMemoryStore()
        >>> store.mset([("a", 1), ("b", [2])])
        >>> store.mget(["b", "c"])
        [[2], None]
    """


class InMemoryByteStore(InMemoryBaseStore[bytes]):
    """Bytes in memory."""
