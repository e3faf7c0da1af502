"""Serializers that watch a saver: one counts what passes through it, one binds every piece to its place."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable
from typing import Any

from typing_extensions import Self

from stepgraph.errors import DecryptionError
from stepgraph.serde.base import Serializer
from stepgraph.serde.msgpack import MsgpackSerializer

__all__ = ["BoundSerializer", "CountingSerializer"]


class _Watching:
    """A serializer around another one, whose twins share what it has seen."""

    def __init__(self) -> None:
        self.inner: Serializer = MsgpackSerializer()
        self._lock = threading.Lock()

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """See `Serializer.with_allowed`."""
        twin = copy.copy(self)
        twin.inner = self.inner.with_allowed(types)
        return twin


class CountingSerializer(_Watching):
    """Counts what passes through it."""

    def __init__(self) -> None:
        super().__init__()
        self._seen = {"dumps": 0, "loads": 0, "out": 0, "in": 0}

    @property
    def loads_done(self) -> int:
        """How often `loads` was called."""
        return self._seen["loads"]

    @property
    def dumps_done(self) -> int:
        """How often `dumps` was called."""
        return self._seen["dumps"]

    @property
    def bytes_out(self) -> int:
        """How many bytes it made."""
        return self._seen["out"]

    @property
    def bytes_in(self) -> int:
        """How many bytes it read."""
        return self._seen["in"]

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        """See `Serializer.dumps`."""
        data = self.inner.dumps(value, place)
        with self._lock:
            self._seen["dumps"] += 1
            self._seen["out"] += len(data)
        return data

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        """See `Serializer.loads`."""
        with self._lock:
            self._seen["loads"] += 1
            self._seen["in"] += len(data)
        return self.inner.loads(data, place)


class BoundSerializer(_Watching):
    """Writes the place into the bytes and refuses them at any other place, as encryption does."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[bytes] = []

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        """See `Serializer.dumps`."""
        with self._lock:
            self.places.append(place)
        return len(place).to_bytes(4, "big") + place + self.inner.dumps(value, place)

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        """See `Serializer.loads`."""
        size = int.from_bytes(data[:4], "big")
        bound, rest = bytes(data[4 : 4 + size]), bytes(data[4 + size :])
        if bound != place:
            raise DecryptionError(f"bytes that were dumped for {bound!r} are loaded for {place!r}")
        return self.inner.loads(rest, place)
