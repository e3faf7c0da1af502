"""BaseCache: values that can be computed again, kept for a while.

The invariant: a cache never gives back something else than what was set. What has expired, was evicted or cannot be
read any more is a miss, never an error: the value is computed again, and set again.
"""

from __future__ import annotations

import asyncio
import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from typing_extensions import Self

from stepgraph.errors import DeserializationError, NewerCheckpointError
from stepgraph.serde.base import Serializer
from stepgraph.serde.msgpack import MsgpackSerializer

__all__ = ["BaseCache", "FullKey", "Namespace"]

ValueT = TypeVar("ValueT")

Namespace: TypeAlias = tuple[str, ...]
"""What a key belongs to; any strings."""

FullKey: TypeAlias = tuple[Namespace, str]
"""A namespace and a key in it."""


class BaseCache(ABC, Generic[ValueT]):
    """Keeps values under full keys. Subclasses implement `get`, `set` and `clear`, and better async twins if they can.

    Both colours may be called from any thread and any event loop, at the same time.

    Args:
        serde: Turns values into bytes.
    """

    def __init__(self, *, serde: Serializer | None = None) -> None:
        self.serde: Serializer = serde if serde is not None else MsgpackSerializer()

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a cache of the same entries that also keeps and revives values of `types`.

        A compiled graph calls it with the types that its schemas name.
        """
        twin = copy.copy(self)
        twin.serde = self.serde.with_allowed(types)
        return twin

    @abstractmethod
    def get(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """Return the values of those keys that are there; each is a copy of its own.

        Args:
            keys: The keys; one that comes twice is looked up once.
        """

    @abstractmethod
    def set(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """Keep values, each with the seconds that it lives, `None` for ever.

        Raises:
            SerializationError: A value cannot be kept; nothing was set.
        """

    @abstractmethod
    def clear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """Delete what some namespaces hold, all of them by default."""

    async def aget(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """See `get`."""
        return await asyncio.to_thread(self.get, keys)

    async def aset(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """See `set`."""
        await asyncio.to_thread(self.set, pairs)

    async def aclear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """See `clear`."""
        await asyncio.to_thread(self.clear, namespaces)

    def _encoded(
        self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]
    ) -> dict[FullKey, tuple[bytes, float | None]]:
        """Return pairs with their values as bytes, bound to their keys."""
        for key, (_, seconds) in pairs.items():
            if seconds is not None and not seconds > 0:
                raise ValueError(f"a value lives more than 0 seconds, or None for ever; got {seconds!r} for {key!r}")
        return {key: (self.serde.dumps(value, _place(key)), seconds) for key, (value, seconds) in pairs.items()}

    def _decoded(self, found: Mapping[FullKey, bytes]) -> dict[FullKey, ValueT]:
        """Return what can be read of what was found."""
        values: dict[FullKey, ValueT] = {}
        for key, data in found.items():
            try:
                values[key] = self.serde.loads(data, _place(key))
            except (DeserializationError, NewerCheckpointError):
                continue  # of a type that is not allowed any more, under a lost key, damaged: a miss
        return values


def _place(key: FullKey) -> bytes:
    """Return a full key as bytes, no two keys as the same."""
    namespace, name = key
    parts = ("cache", *namespace, name)
    return b"".join(b"%d:%b" % (len(part), part) for part in (each.encode("utf-8", "surrogatepass") for each in parts))
