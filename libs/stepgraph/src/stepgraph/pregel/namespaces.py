"""namespaces: where the sub-graphs that tasks run keep their state."""

from __future__ import annotations

from stepgraph.kernel.task import Task

__all__ = ["inner_namespace", "segment_of", "without_ids"]


def segment_of(task: Task) -> str:
    """Return the part of a namespace that a task adds; its id must be known."""
    return f"{task.alias or task.node.name}:{task.id}"


def inner_namespace(namespace: str, task: Task) -> str:
    """Return where a sub-graph that a task runs keeps the state of this one call."""
    return f"{namespace}|{segment_of(task)}" if namespace else segment_of(task)


def without_ids(namespace: str) -> str:
    """Return the namespace of a sub-graph with a memory of its own: the same whichever task runs it."""
    return "|".join(part.split(":")[0] for part in namespace.split("|") if not part.isdigit())
