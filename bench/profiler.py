"""Profiler: where the time of a row goes, function by function, for those who make the engine faster.

cProfile adds a cost to every call, so it overstates small functions: use it to find candidates, and the table to judge
what a change was worth.
"""

from __future__ import annotations

import cProfile
import io
import pstats

from bench.clock import Clock
from bench.engine import Engine
from bench.row import Row

__all__ = ["profile"]

_SECONDS = 1.0
_LINES = 40


def profile(row: Row, engine: Engine, clock: Clock) -> str:
    """Return the most expensive functions of an engine in a row, by own time, per unit of the row."""
    job = row.graph(engine)
    calls = clock.calls_within(job, _SECONDS)
    profiler = cProfile.Profile()
    profiler.enable()
    clock.lap(job, calls)
    profiler.disable()
    units = calls * row.units
    text = io.StringIO()
    print(f"{row.name}: {units} units ({row.unit}); calls and µs per unit, own time and with what is called", file=text)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    for (file, line, name), (_, count, own, total, _) in sorted(stats.items(), key=lambda item: -item[1][2])[:_LINES]:
        place = f"{file.rpartition('/stepgraph/')[2]}:{line}" if line else "built in"
        print(f"{count / units:8.2f} {own * 1e6 / units:8.3f} {total * 1e6 / units:8.3f}  {name}  {place}", file=text)
    return text.getvalue()
