"""InMemoryCache: a cache in this process, bounded if one says so."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from stepgraph.cache.base import BaseCache, FullKey, Namespace
from stepgraph.serde.base import Serializer

__all__ = ["InMemoryCache"]

ValueT = TypeVar("ValueT")


class InMemoryCache(BaseCache[ValueT], Generic[ValueT]):
    """A cache in this process. Values are kept as bytes, so that what works here works with caches that last.

    Args:
        serde: Turns values into bytes.
        maxsize: How many values to keep; then those that were not used for longest go. No bound by default.
        clock: Returns the time in seconds.

    Raises:
        ValueError: `maxsize` is below 1.
    """

    def __init__(
        self,
        *,
        serde: Serializer | None = None,
        maxsize: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(serde=serde)
        if maxsize is not None and maxsize < 1:
            raise ValueError(f"maxsize is at least 1, or None for no bound; got {maxsize}")
        self.maxsize: int | None = maxsize
        self._clock = clock
        self._entries = _Entries()

    def get(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """Return the values of those keys that are there; see `BaseCache.get`."""
        return self._decoded(self._entries.get(keys, self._clock()))

    def set(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """Keep values, each with the seconds that it lives; see `BaseCache.set`."""
        self._entries.set(self._encoded(pairs), self._clock(), self.maxsize)

    def clear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """Delete what some namespaces hold, all of them by default."""
        self._entries.clear(namespaces)

    async def aget(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """See `get`."""
        return self.get(keys)

    async def aset(self, pairs: Mapping[FullKey, tuple[ValueT, float | None]]) -> None:
        """See `set`."""
        self.set(pairs)

    async def aclear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """See `clear`."""
        self.clear(namespaces)


class _Entry(NamedTuple):
    data: bytes
    expires_at: float | None

    def lives(self, now: float) -> bool:
        return self.expires_at is None or self.expires_at > now


class _Entries:
    """The entries, those that were used last at the end; shared by a cache and its twins."""

    def __init__(self) -> None:
        self._kept: OrderedDict[FullKey, _Entry] = OrderedDict()
        self._set_since_purge = 0
        self._lock = threading.Lock()

    def get(self, keys: Sequence[FullKey], now: float) -> dict[FullKey, bytes]:
        found: dict[FullKey, bytes] = {}
        with self._lock:
            for key in keys:
                entry = self._kept.get(key)
                if entry is None:
                    continue
                if entry.lives(now):
                    self._kept.move_to_end(key)
                    found[key] = entry.data
                else:
                    del self._kept[key]
        return found

    def set(self, pairs: Mapping[FullKey, tuple[bytes, float | None]], now: float, maxsize: int | None) -> None:
        with self._lock:
            for key, (data, seconds) in pairs.items():
                self._kept[key] = _Entry(data, None if seconds is None else now + seconds)
                self._kept.move_to_end(key)
            self._set_since_purge += len(pairs)
            if self._set_since_purge > len(self._kept) // 2:  # so that purging costs a constant per entry set
                self._purge(now)
            while maxsize is not None and len(self._kept) > maxsize:
                self._kept.popitem(last=False)

    def clear(self, namespaces: Sequence[Namespace] | None) -> None:
        with self._lock:
            if namespaces is None:
                self._kept.clear()
                return
            gone = {tuple(namespace) for namespace in namespaces}
            for key in [key for key in self._kept if key[0] in gone]:
                del self._kept[key]

    def _purge(self, now: float) -> None:
        for key in [key for key, entry in self._kept.items() if not entry.lives(now)]:
            del self._kept[key]
        self._set_since_purge = 0
