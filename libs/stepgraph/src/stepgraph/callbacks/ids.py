"""Ids of runs: UUIDs of version 7 (RFC 9562), so that they sort by the time at which runs started.

The bits besides the time are drawn once in a process; the low ones count up. They need not be hard to guess, only
unlikely to be met twice, and asking the system each time would cost more than all the rest.
"""

from __future__ import annotations

import itertools
import os
from functools import lru_cache
from time import time_ns
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["new_run_id"]

_LOW: Final = (1 << 62) - 1


class _Source:
    """What tells the ids of this process from those of others."""

    def __init__(self) -> None:
        drawn = int.from_bytes(os.urandom(16), "big")
        self.marks = 7 << 76 | (drawn >> 64 & 0xFFF) << 64 | 2 << 62
        self.count = itertools.count(drawn & _LOW)


_source = _Source()


def new_run_id() -> UUID:
    """Return a new id; any thread may call it."""
    kind, unknown = _uuid()
    # As `UUID(int=…)` would, without looking at each of its other arguments.
    identity: UUID = object.__new__(kind)
    number = time_ns() // 1_000_000 << 80 | next(_source.count) & _LOW | _source.marks
    object.__setattr__(identity, "int", number)
    object.__setattr__(identity, "is_safe", unknown)
    return identity


@lru_cache(maxsize=1)
def _uuid() -> tuple[Any, Any]:
    """Return the class of ids; whom nobody hears does not import it."""
    from uuid import UUID, SafeUUID

    return UUID, SafeUUID.unknown


def _draw_anew() -> None:
    global _source
    _source = _Source()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_draw_anew)
