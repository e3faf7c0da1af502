"""plan: which tasks a superstep runs. Pure: reads memory, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from stepgraph.kernel.memory import Memory
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import PUSH, TASKS, Node

__all__ = ["plan", "release", "stale"]


def plan(memory: Memory, changed: Iterable[str], *, resumed: bool = False) -> list[Task]:
    """Return the tasks of the next superstep: one for each `Send`, in order, then triggered nodes by name.

    Args:
        memory: The channels.
        changed: The channels that the last superstep changed; no other can trigger anything.
        resumed: Whether that superstep belongs to an earlier run, so that what nodes have seen must be asked.
    """
    topology = memory.topology
    control, view, triggers = memory.control, memory.view, topology.triggers
    fired: set[str] = set()
    for channel in changed:
        names = triggers.get(channel)
        if names is not None and (channel in control or channel in view):
            fired.update(names)
    nodes = topology.nodes
    tasks = [
        Task(nodes[send.node], (PUSH, index), (PUSH,), send.arg) for index, send in enumerate(control.get(TASKS, ()))
    ]
    for name in sorted(fired):
        node = nodes[name]
        if resumed and not _unseen(memory, node):
            continue
        tasks.append(Task(node, node.path, node.triggers))
    return tasks


def stale(memory: Memory) -> list[str]:
    """Return the channels that are newer than a node that they trigger has seen: `changed` for a resumed run."""
    versions, seen = memory.versions, memory.seen
    return [
        channel
        for channel, names in memory.topology.triggers.items()
        if any(versions.get(channel, 0) > seen.get(name, 0) for name in names)
    ]


def _unseen(memory: Memory, node: Node) -> bool:
    seen = memory.seen.get(node.name, 0)
    return any(memory.versions.get(trigger, 0) > seen for trigger in node.triggers)


def release(memory: Memory) -> dict[str, object]:
    """Return the changes that let deferred channels be seen, now that nothing else is left to run."""
    changes: dict[str, object] = {}
    for name in memory.topology.deferred:
        if name in memory.stored:
            before = memory.stored[name]
            after = memory.topology.channels[name].rule.release(before)
            if after is not before:
                changes[name] = after
    return changes
