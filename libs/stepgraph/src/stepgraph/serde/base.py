"""Serializer: what turns values into bytes and back, for savers, stores and caches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from typing_extensions import Self

__all__ = ["Serializer"]


@runtime_checkable
class Serializer(Protocol):
    """Turns values into bytes and back.

    `place` names where the bytes are kept, so that an encrypting serializer can bind them to it: bytes that somebody
    moved to another place do not decrypt. Others ignore it.
    """

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        """Return `value` as bytes.

        Raises:
            SerializationError: It cannot be kept; the message names the type and where in the value it stands.
        """

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        """Return the value that `dumps` made `data` of.

        Raises:
            DeserializationError: `data` is damaged, or holds a type that is not allowed.
            DecryptionError: `data` was encrypted with an unknown key or for another place.
        """

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a serializer that also takes and revives values of `types`."""
