"""Timestamps: the time in UTC as text, to the microsecond, for what is written at every superstep."""

from __future__ import annotations

from datetime import datetime, timezone
from time import time_ns

__all__ = ["timestamp"]

_second: tuple[int, str] = (0, "")


def timestamp() -> str:
    """Return the time, ISO 8601 in UTC; all but the microseconds is made once a second."""
    global _second
    second, rest = divmod(time_ns(), 1_000_000_000)
    known = _second
    if known[0] != second:
        known = _second = second, datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{known[1]}.{rest // 1000:06d}+00:00"
