"""LastValue: what was written last, seen at once or only when nothing else is left to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from stepgraph.channels.base import MISSING, BaseChannel, single, unwrapped

__all__ = ["LastValue", "LastValueAfterFinish"]

Value = TypeVar("Value")


class LastValue(BaseChannel[Value, Value]):
    """Keeps the last value; takes one write per superstep. What a key without a reducer is."""

    __slots__ = ()

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the write."""
        return unwrapped(writes[0] if len(writes) == 1 else single(self, writes))


class LastValueAfterFinish(BaseChannel[Value, Value]):
    """Keeps the last of many writes, seen only once nothing else is left to run, and only once.

    Its stored form is a pair of the value and whether it may be seen.
    """

    __slots__ = ()

    deferred: ClassVar[bool] = True

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the last write, hidden."""
        return (unwrapped(writes[-1]), False)

    def read(self, stored: Any) -> Any:
        """Return the value where it may be seen."""
        return stored[0] if stored is not MISSING and stored[1] else MISSING

    def spend(self, stored: Any) -> Any:
        """Forget a value that was seen."""
        return MISSING if self.read(stored) is not MISSING else stored

    def release(self, stored: Any) -> Any:
        """Let the value be seen."""
        return stored if stored is MISSING or stored[1] else (stored[0], True)
