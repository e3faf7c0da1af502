"""Row: one piece of work that several sides do, and a job: one side's way to do it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bench.engine import Engine

__all__ = ["Curve", "Job", "Row"]

Job: TypeAlias = Callable[[], Any]
"""A function of either colour that does a row's work once and returns an outcome that JSON can hold."""


@dataclass(frozen=True)
class Curve:
    """The place of a row on a plot of cost against size."""

    name: str
    size: int


@dataclass(frozen=True)
class Row:
    """One piece of work.

    Attributes:
        name: What `--rows` and the JSON file call it.
        title: What the table calls it.
        unit: What its cost is divided by.
        units: How many of these one call of a job does.
        graph: Makes the job of an engine; building the graph is not timed.
        plain: Makes the same job without an engine.
        yardstick: The row whose plain side the targets are expressed in, `None` where they are absolute.
        beside: Further sides, by name, for orientation.
        once: Whether a round is a single call, because a call is long and cannot be repeated in a process.
        gauged: Whether a job measures itself, because most of what it does is not what is asked: it returns a pair of
            the cost of a unit, in microseconds or in bytes, and of the outcome.
        scale: What the table divides costs by.
        symbol: What the table writes behind them.
        curve: Its place on a plot.
    """

    name: str
    title: str
    unit: str
    units: int
    graph: Callable[[Engine], Job]
    plain: Callable[[], Job]
    yardstick: str | None = "loop"
    beside: Mapping[str, Callable[[], Job]] = field(default_factory=dict)
    once: bool = False
    gauged: bool = False
    scale: float = 1.0
    symbol: str = ""
    curve: Curve | None = None
