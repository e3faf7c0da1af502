"""Ids of checkpoints: unique, and greater as text than every id that this process made before.

They have the layout of a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then bits that no other process is
likely to have. Within a millisecond the last group counts up; the rest is drawn anew when the millisecond changes. A
clock that goes back is not followed.
"""

from __future__ import annotations

import os
import threading
from time import time_ns
from typing import Final

__all__ = ["new_checkpoint_id"]

_STATE_BITS: Final = (1 << 128) - 1


class _Source:
    """What the next id is made of.

    The random bits come from a linear congruential generator with a secret start: they need not be hard to guess, only
    unlikely to be met twice, and asking the system for them each time would cost more than the rest.
    """

    __slots__ = ("_count", "_lock", "_millisecond", "_prefix", "_state")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._state = int.from_bytes(os.urandom(16), "big")
        self._prefix = ""
        self._count = 0

    def next(self) -> str:
        with self._lock:
            now = time_ns() // 1_000_000
            if now > self._millisecond:
                self._enter(now)
            self._count += 1
            return f"{self._prefix}{self._count:012x}"

    def after_fork(self) -> None:
        """Go on in a child of the process, where the lock may be held by a thread that is not there."""
        self._lock = threading.Lock()
        self._state = int.from_bytes(os.urandom(16), "big")
        self._enter(self._millisecond + 1)

    def _enter(self, millisecond: int) -> None:
        self._millisecond = millisecond
        self._state = state = (self._state * 0x2360ED051FC65DA44385DF649FCCF645 + 1) & _STATE_BITS
        bits = state >> 48
        time = f"{millisecond >> 16:08x}-{millisecond & 0xFFFF:04x}"
        self._prefix = f"{time}-7{bits >> 68:03x}-{0x8000 | bits >> 54 & 0x3FFF:04x}-"
        self._count = bits & 0x7FFF_FFFF_FFFF  # the highest bit is left free for counting


_SOURCE: Final = _Source()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_SOURCE.after_fork)


def new_checkpoint_id() -> str:
    """Return an id that is greater than every one before it; any thread may call it."""
    return _SOURCE.next()
