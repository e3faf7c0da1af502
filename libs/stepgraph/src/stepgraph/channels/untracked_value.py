"""UntrackedValue: a value that is kept in memory and never saved."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from stepgraph.channels.ephemeral_value import EphemeralValue

__all__ = ["UntrackedValue"]

Value = TypeVar("Value")


class UntrackedValue(EphemeralValue[Value]):
    """Keeps the last value in memory and never in a checkpoint: connections, caches, secrets."""

    __slots__ = ()

    transient: ClassVar[bool] = False
    saved: ClassVar[bool] = False
