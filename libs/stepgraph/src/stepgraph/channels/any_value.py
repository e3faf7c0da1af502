"""AnyValue: one of several writes that are taken to be equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from stepgraph.channels.base import BaseChannel, unwrapped

__all__ = ["AnyValue"]

Value = TypeVar("Value")


class AnyValue(BaseChannel[Value, Value]):
    """Keeps one of a superstep's writes, which are taken to be equal; a superstep without one clears it."""

    __slots__ = ()

    transient: ClassVar[bool] = True

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the last write."""
        return unwrapped(writes[-1])
