"""RunState: what those who decide for a run, one question each, see of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stepgraph.kernel.task import Task
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.scope import Surroundings
from stepgraph.pregel.settings import Settings

__all__ = ["RunState"]


class RunState(Surroundings, Protocol):
    """A run, as `opening` and `chunks` see it."""

    graph: Executable
    entry: Task
    settings: Settings

    def recall(self, tasks: Sequence[Task]) -> None:
        """Give tasks what is pending of them."""

    def take(self, tasks: Sequence[Task]) -> None:
        """Make tasks whose output is given the next superstep."""

    def restate(self) -> None:
        """Show the state once more: a run that goes on begins with it."""
