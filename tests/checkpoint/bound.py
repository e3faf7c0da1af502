"""A serializer that binds bytes to their place and hides what they hold, as an encrypting one does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import cycle
from typing import Any

from typing_extensions import Self

from stepgraph.errors import DecryptionError
from stepgraph.serde.msgpack import MsgpackSerializer


class BoundSerializer:
    def __init__(self, inner: MsgpackSerializer | None = None) -> None:
        self.inner = inner or MsgpackSerializer()

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        assert place, "every value has a place"
        key = hashlib.sha256(place).digest()
        data = self.inner.dumps(value)
        return hashlib.sha256(place + data).digest() + _xored(data, key)

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        plain = _xored(data[32:], hashlib.sha256(place).digest())
        if hashlib.sha256(place + plain).digest() != data[:32]:
            raise DecryptionError("wrong place")
        return self.inner.loads(plain)

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        return type(self)(self.inner.with_allowed(types))


def _xored(data: bytes, key: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, cycle(key)))
