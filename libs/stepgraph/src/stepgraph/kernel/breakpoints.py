"""Breakpoints: whether a run stops before or after a superstep because of whom it runs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from stepgraph.kernel.task import Task

__all__ = ["Breakpoints", "breaks"]

Breakpoints: TypeAlias = "Collection[str] | Literal['*']"
"""Names of nodes, or `"*"` for every node that is not hidden."""


def breaks(names: Breakpoints, tasks: Sequence[Task]) -> bool:
    """Return whether one of the tasks is of a node at which the run is to stop."""
    if not names:
        return False
    if names == "*":
        return any(not task.node.hidden for task in tasks)
    return any(task.node.name in names for task in tasks)
