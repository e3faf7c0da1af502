"""Result: the samples of a row, and the ratios they give."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench.row import Row
from bench.targets import TARGETS, YARDSTICKS

__all__ = ["OURS", "PEER_SIDE", "PLAIN", "YARDSTICK", "Result", "Samples"]

OURS = "stepgraph"
PLAIN = "plain"
PEER_SIDE = "langgraph"
YARDSTICK = "yardstick"


@dataclass
class Samples:
    """What one side took.

    Attributes:
        calls: How many calls a round timed.
        costs: Microseconds per unit, one figure for each round; bytes where the row weighs files.
        shares: How much of each round's wall time the side had a CPU.
        garbage: Objects per unit that were left to the cyclic garbage collector, at the most.
    """

    calls: int
    costs: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    garbage: float = 0.0

    @property
    def median(self) -> float:
        """What it takes as a rule."""
        return median(self.costs)

    @property
    def best(self) -> float:
        """What it takes when nothing disturbs it."""
        return min(self.costs)


@dataclass
class Result:
    """What all sides of a row took.

    Attributes:
        row: The row.
        sides: Samples by side, those that could do the work.
        failures: Why the others could not.
    """

    row: Row
    sides: dict[str, Samples] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def ratio(self, side: str, to: str) -> float | None:
        """Return the median over the rounds of one side's time divided by another's in the same round."""
        if side not in self.sides or to not in self.sides:
            return None
        pairs = zip(self.sides[side].costs, self.sides[to].costs, strict=False)
        return median(ours / theirs for ours, theirs in pairs)

    @property
    def measure(self) -> float | None:
        """Our cost in the unit of the targets: the yardstick, or for absolute targets the row's own."""
        if self.row.yardstick is None:
            return self.sides[OURS].median / self.row.scale if OURS in self.sides else None
        return self.ratio(OURS, YARDSTICK)

    def target(self, which: str) -> float | None:
        """Return what `measure` must be, or aims at."""
        target = TARGETS.get(self.row.name)
        if target is None:
            return None
        figure: float | None = getattr(target, which)
        return figure if self.row.yardstick is None or figure is None else figure / YARDSTICKS[self.row.yardstick]

    @property
    def verdict(self) -> str:
        """Say which target is reached; empty where there is none."""
        measure, must, aim = self.measure, self.target("must"), self.target("aim")
        if measure is None or must is None:
            return ""
        return "aim" if aim is not None and measure <= aim else "must" if measure <= must else "MISSED"

    def as_json(self) -> dict[str, Any]:
        """Return everything that is known, for the file; of failures the kind only, as messages may name paths."""
        return {
            "row": self.row.name,
            "title": self.row.title,
            "unit": self.row.unit,
            "sides": {
                name: {**asdict(samples), "median": samples.median, "best": samples.best}
                for name, samples in self.sides.items()
            },
            "ratios": {
                "to_plain": self.ratio(OURS, PLAIN),
                "to_yardstick": self.ratio(OURS, YARDSTICK),
                "peer_to_ours": self.ratio(PEER_SIDE, OURS),
            },
            "yardstick": self.row.yardstick,
            "must": self.target("must"),
            "aim": self.target("aim"),
            "verdict": self.verdict,
            "failures": {side: why.partition(":")[0] for side, why in self.failures.items()},
        }
