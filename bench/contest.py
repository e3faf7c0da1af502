"""Contest: lets the sides of a row do its work by turns, in rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.clock import Clock
from bench.engine import Engine
from bench.result import OURS, PEER_SIDE, PLAIN, YARDSTICK, Result, Samples
from bench.row import Row
from bench.rows import named
from bench.side import Local, Remote, Side, Worker

__all__ = ["FULL", "QUICK", "Effort", "hold"]


@dataclass(frozen=True)
class Effort:
    """How much time to spend on a row.

    Attributes:
        seconds: How long one side takes in a round, about.
        rounds: How many rounds there are.
        peer_rounds: In how many of them the peer takes part, which is slow and needs no precision.
        cpu: Whether to count CPU time in place of wall time.
    """

    seconds: float
    rounds: int
    peer_rounds: int
    cpu: bool = False


FULL: Final = Effort(0.2, 7, 3)
QUICK: Final = Effort(0.05, 3, 1)


def hold(row: Row, engine: Engine, worker: Worker | None, clock: Clock, effort: Effort) -> Result:
    """Measure a row.

    Args:
        row: What to do.
        engine: Ours.
        worker: Where the peer runs, `None` without one.
        clock: For the sides in this process.
        effort: How long to try.

    Returns:
        The samples of all sides that did the work, and why the others did not.
    """
    result = Result(row)
    sides = _able(_sides(row, engine, worker, clock), result)
    for name, side in sides.items():
        result.sides[name] = Samples(1 if row.once or row.gauged else side.calibrate(effort.seconds))
    for number in range(effort.rounds):
        for name in _order(list(sides), number):
            if name != PEER_SIDE or number < _peer_rounds(row, effort):
                _sample(row, name, sides[name], result.sides[name], cpu=effort.cpu)
    if row.name == row.yardstick and PLAIN in result.sides:
        result.sides[YARDSTICK] = result.sides[PLAIN]
    return result


def _sides(row: Row, engine: Engine, worker: Worker | None, clock: Clock) -> dict[str, Side]:
    sides: dict[str, Side] = {PLAIN: Local(clock, row.plain()), OURS: Local(clock, row.graph(engine))}
    if worker is not None:
        sides[PEER_SIDE] = Remote(worker, row.name)
    if row.yardstick not in (None, row.name):
        sides[YARDSTICK] = Local(clock, named(row.yardstick).plain())
    sides.update({name: Local(clock, make()) for name, make in row.beside.items()})
    return sides


def _able(sides: Mapping[str, Side], result: Result) -> dict[str, Side]:
    """Return the sides that do the work; plain Python says what its outcome is."""
    able: dict[str, Side] = {}
    expected: Any = None
    for name, side in sides.items():
        try:
            outcome = side.outcome()
        except Exception as error:
            result.failures[name] = f"{type(error).__name__}: {error}"
            continue
        if result.row.gauged:
            outcome = outcome[1]
        if name == PLAIN:
            expected = outcome
        if name in (OURS, PEER_SIDE) and outcome != expected:
            result.failures[name] = f"gave {outcome!r:.200}, where plain Python gives {expected!r:.200}"
        else:
            able[name] = side
    return able


def _order(names: list[str], number: int) -> list[str]:
    """Return the names in an order that puts each side behind each other one by turns."""
    turn = number % len(names)
    order = names[turn:] + names[:turn]
    return order if number % 2 == 0 else order[::-1]


def _units(row: Row, side: str) -> int:
    """Return how many units a call of a side does; the yardstick does those of its own row."""
    return named(row.yardstick).units if side == YARDSTICK and row.yardstick else row.units


def _peer_rounds(row: Row, effort: Effort) -> int:
    """Return in how many rounds the peer takes part: of a job that measures itself, which may be long, in one."""
    return effort.rounds if row.once else 1 if row.gauged else effort.peer_rounds


def _sample(row: Row, name: str, side: Side, samples: Samples, *, cpu: bool) -> None:
    if row.gauged:
        samples.costs.append(side.outcome()[0])
        return
    lap = side.lap(samples.calls)
    done = samples.calls * _units(row, name)
    samples.costs.append((lap.cpu if cpu else lap.seconds) * 1e6 / done)
    samples.shares.append(lap.cpu / lap.seconds)
    samples.garbage = max(samples.garbage, lap.garbage / done)
