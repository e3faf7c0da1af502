"""EphemeralValue: a value that lives for one superstep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from stepgraph.channels.base import BaseChannel, single, unwrapped

__all__ = ["EphemeralValue"]

Value = TypeVar("Value")


class EphemeralValue(BaseChannel[Value, Value]):
    """Lives for one superstep after it is written; without `guard` the last of several writes counts."""

    __slots__ = ("guard",)

    transient: ClassVar[bool] = True

    def __init__(self, typ: Any, guard: bool = True, key: str = "") -> None:
        self.guard: bool = guard
        super().__init__(typ, key)

    def _settings(self) -> tuple[Any, ...]:
        return (self.guard,)

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the last write."""
        return unwrapped(single(self, writes) if self.guard else writes[-1])
