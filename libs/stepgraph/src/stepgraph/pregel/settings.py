"""Settings: what a caller says of one run besides its input and config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.runtime import RunControl
from stepgraph.types import Durability, StateUpdate

__all__ = ["DEFAULTS", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run; `None` leaves it to the graph, or to the run above.

    Attributes:
        durability: When the run saves.
        interrupt_before: The nodes before which it stops.
        interrupt_after: The nodes after which it stops.
        control: Through which somebody may ask it to stop.
        debug: Whether nodes that edit their input in place are reported.
        source: What the metadata of its checkpoints call it.
        edits: What it writes in the name of nodes instead of running any.
    """

    durability: Durability | None = None
    interrupt_before: Breakpoints | None = None
    interrupt_after: Breakpoints | None = None
    control: RunControl | None = None
    debug: bool | None = None
    source: Literal["loop", "update"] = "loop"
    edits: tuple[StateUpdate, ...] = ()


DEFAULTS: Final = Settings()
