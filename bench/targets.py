"""Targets: what the design says that stepgraph must reach and aims for, as ratios to plain asyncio.

The design gives microseconds on a machine where the plain loop takes 5.7 a step and the plain fan-out 4.3 a task.
Dividing by those makes ratios, which hold on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["LIMITS", "TARGETS", "YARDSTICKS", "Limit", "Target"]

YARDSTICKS: Final[Mapping[str, float]] = {"loop": 5.7, "fan-out-1000": 4.3}
"""What the plain side of a row took where the targets were set, in microseconds."""


@dataclass(frozen=True)
class Target:
    """The design's figures for a row, in its units: microseconds, for imports milliseconds, for files megabytes.

    Attributes:
        must: What has to be reached.
        aim: What is hoped for, `None` for no more than that.
        peer: What LangGraph 1.2, or langchain-core 1.7 for runnables, took there; `None` where nobody looked.
    """

    must: float
    aim: float | None
    peer: float | None


TARGETS: Final[Mapping[str, Target]] = {
    "loop": Target(20, 8, 328),
    "loop-router": Target(20, 8, 328),
    "wide-1000": Target(60, 25, 2_640),
    "chain": Target(20, 8, 188),
    "chain-sync": Target(15, 5, 158),
    "fan-out-1000": Target(25, 12, 195),
    "barrier": Target(25, 12, 132),
    "subgraph": Target(80, 40, 978),
    "chunks": Target(1.5, 0.8, 3.5),
    "memory-100": Target(50, 20, 644),
    "sqlite": Target(400, 200, 1_308),
    "sqlite-async": Target(400, 200, 1_308),
    "growth": Target(0.6, None, 20.3),
    "lambda-invoke": Target(3, 1, 78),
    "lambda-ainvoke": Target(5, 2, 104),
    "sequence-3-ainvoke": Target(15, 5, 471),
    "abatch-1000": Target(15, None, 122),
    "parser-stream": Target(10, 4, 38.7),
    "model-parser": Target(10, 4, 109),
    "merge-1000": Target(5, None, 1.5),
    "merge-pairs-1000": Target(5, None, 11.1),
    "lambda-ainvoke-handler": Target(15, None, 145),
    "sequence-3-ainvoke-handler": Target(45, None, 633),
    "abatch-1000-handler": Target(45, None, None),
    "parser-stream-handler": Target(30, None, None),
    "import": Target(150, 80, 1_400),
}


@dataclass(frozen=True)
class Limit:
    """How many times another row's cost one row of stepgraph's may cost."""

    row: str
    other: str
    factor: float


LIMITS: Final = (
    Limit("wide-1000", "loop", 4),
    Limit("message-1000", "message-10", 2),
    Limit("append-1000", "append-10", 2),
    Limit("head-10010", "head-10", 2),
)
