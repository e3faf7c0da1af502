"""restoring: a checkpoint put back into a machine, for a run that goes on and for whoever only looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import Checkpoint
from stepgraph.constants import START
from stepgraph.kernel.apply import apply
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Task, task_id
from stepgraph.kernel.topology import Write
from stepgraph.pregel.executable import Executable

__all__ = ["apply_command", "rename", "restore"]


def restore(
    machine: Machine, graph: Executable, checkpoint: Checkpoint, *, strict: bool = True
) -> tuple[dict[str, Any], Any]:
    """Put what a checkpoint holds into the memory of `machine`.

    Args:
        machine: One of `graph` that has not begun.
        graph: The graph, which may have other names for things than the one that saved.
        checkpoint: What was saved.
        strict: Whether what cannot be placed is an error.

    Returns:
        What each channel holds, as it was saved, and the input that is still to be taken in, `MISSING` for none.
    """
    checkpoint = graph.migrated(checkpoint, strict=strict)
    values, seen = dict(checkpoint["channel_values"]), checkpoint["versions_seen"]
    given = values.pop(START, MISSING)
    versions = {name: tick for name, tick in checkpoint["channel_versions"].items() if name != START}
    clock = max([*versions.values(), *seen.values()], default=0)
    machine.memory.restore(graph.topology.revived(values), versions, seen, clock)
    return values, given


def apply_command(machine: Machine, writes: Sequence[Write]) -> None:
    """Apply what callers' commands have written to a thread that waits; it is no superstep."""
    caller = Task(machine.topology.command, (), ())
    caller.writes = list(writes)
    apply(machine.memory, (caller,), clears=False)


def rename(task: Task, graph: Executable, seed: str, namespace: str, step: int, known: Collection[str]) -> None:
    """Give a task the id that it had when its node had another name, if that is one of those that are known."""
    old = graph.saved_name(task.node.name)
    if old != task.node.name and task.id not in known:
        path = tuple(old if part == task.node.name else part for part in task.path)
        identity = task_id(seed, namespace, step, path, old)
        if identity in known:
            task.id, task.alias = identity, old
