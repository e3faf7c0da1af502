"""apply: a superstep's writes into the channels, all of them or none. Pure up to the commit.

Writes land in the order of task paths, triggered nodes by name before `Send`s in list order, whoever finished
first. A channel that triggered a task is spent before it is written, so a barrier starts over before its sources'
next writes count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stepgraph.channels.base import MISSING, UNCHANGED
from stepgraph.errors import ErrorCode, InvalidUpdateError, ReducerError, listed, nearest
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import PUSH, ChannelSpec, Topology, Write

__all__ = ["apply", "foreseen", "in_path_order", "preview"]


def in_path_order(tasks: Sequence[Task]) -> Sequence[Task]:
    """Return planned tasks in the order in which their writes count."""
    sends = 0
    for task in tasks:
        if task.path[0] != PUSH:
            break
        sends += 1
    return tasks if sends in (0, len(tasks)) else [*tasks[sends:], *tasks[:sends]]


def apply(memory: Memory, tasks: Sequence[Task], *, clears: bool = True) -> list[str]:
    """Commit the writes of a superstep's tasks.

    Args:
        memory: The channels.
        tasks: The tasks, as planned; all of them done.
        clears: Whether this is a superstep, which clears transient channels, or an edit between two.

    Returns:
        The channels that changed, in the order of their first write.

    Raises:
        InvalidUpdateError: A channel refused its writes; no channel changed.
        ReducerError: A reducer raised; no channel changed.
    """
    tasks = in_path_order(tasks) if len(tasks) > 1 else tasks
    topology, stored = memory.topology, memory.stored
    spent = _spent(topology, stored, tasks) if topology.spending else {}
    changes, changed = spent, []
    folded = tasks[0].folded if len(tasks) == 1 else None
    for name, values in _grouped(tasks).items():
        spec = topology.channels.get(name)
        if spec is None:
            raise unknown_channel(name, topology, _writers(tasks, name))
        if folded is not None and name not in spent and name in folded and folded[name][0] == len(values):
            after = folded[name][1]  # the routers of a lone task saw the very state that it makes
        else:
            before = spent[name] if name in spent else stored.get(name, MISSING)
            try:
                after = spec.rule.fold(before, values)
            except Exception as error:
                raise _explained(error, spec, _writers(tasks, name)) from error
        if after is not UNCHANGED:
            changes[name] = after
            changed.append(name)
    if memory.live and clears:
        for name in memory.live:
            if name not in changes:
                spec, before = topology.channels[name], stored[name]
                after = MISSING if spec.clears else spec.rule.settle(before)
                if after is not before:
                    changes[name] = after
                    if not spec.clears and spec.rule.read(after) is not MISSING:
                        changed.append(name)
    memory.commit(changes)
    return changed


def preview(
    memory: Memory, writes: Iterable[Write], folded: dict[str, tuple[int, Any]] | None = None
) -> dict[str, Any]:
    """Return the state as it would be after one task's own writes: what a router reads.

    Args:
        memory: The channels.
        writes: The writes.
        folded: Takes note of what they make of each channel, for the next router, and for `apply`.
    """
    folded = {} if folded is None else folded
    topology, stored = memory.topology, memory.stored
    view = memory.view.copy()
    grouped: dict[str, list[Any]] = {}
    for name, value in writes:
        grouped.setdefault(name, []).append(value)
    for name, values in grouped.items():
        spec = topology.channels.get(name)
        if spec is None or not spec.public:
            continue
        if name not in folded:
            try:
                folded[name] = len(values), spec.rule.fold(stored.get(name, MISSING), values)
            except Exception as error:
                raise _explained(error, spec, ["this one"]) from error
        after = folded[name][1]
        if after is UNCHANGED:
            continue
        readable = spec.rule.read(after)
        if readable is MISSING:
            view.pop(name, None)
        else:
            view[name] = readable
    return view


def foreseen(memory: Memory, tasks: Sequence[Task]) -> Mapping[str, Any]:
    """Return the state as it would be if a superstep ended with `tasks`; as it is where that cannot be."""
    ahead = memory.copy()
    try:
        apply(ahead, tasks)
    except Exception:
        return memory.view
    return ahead.view


def _spent(topology: Topology, stored: dict[str, Any], tasks: Sequence[Task]) -> dict[str, Any]:
    spent: dict[str, Any] = {}
    for task in tasks:
        for trigger in task.triggers:
            if trigger in topology.spending and trigger in stored:
                before = stored[trigger]
                after = topology.channels[trigger].rule.spend(before)
                if after is not before:
                    spent[trigger] = after
    return spent


def _grouped(tasks: Sequence[Task]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for task in tasks:
        for name, value in task.writes:
            if name in grouped:
                grouped[name].append(value)
            else:
                grouped[name] = [value]
    return grouped


def _writers(tasks: Sequence[Task], channel: str) -> list[str]:
    return [task.node.name for task in tasks for name, _ in task.writes if name == channel]


def _explained(error: Exception, spec: ChannelSpec, writers: Sequence[str]) -> InvalidUpdateError:
    written = f"written by {listed(writers)}"
    if isinstance(error, InvalidUpdateError):
        return InvalidUpdateError(
            f"key {spec.name!r}, {written} in one superstep: {error} "
            f"({ErrorCode.INVALID_CONCURRENT_GRAPH_UPDATE.value})",
            channel=spec.name,
        )
    return ReducerError(
        f"the reducer of key {spec.name!r}, {written}, raised {type(error).__name__}: {error}; "
        "none of the superstep's writes were applied",
        channel=spec.name,
    )


def unknown_channel(name: str, topology: Topology, writers: Sequence[str]) -> InvalidUpdateError:
    """Return the error for a write to a channel that the graph does not have."""
    known = [spec.name for spec in topology.channels.values() if spec.public]
    return InvalidUpdateError(
        f"channel {name!r}, written by {listed(writers)}, is not one of {listed(known)}{nearest(name, known)}"
    )
