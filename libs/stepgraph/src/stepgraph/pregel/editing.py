"""editing: a state that somebody writes from outside, in the name of a node, as one superstep of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import ECHO, STATUS
from stepgraph.constants import END, START
from stepgraph.errors import InvalidUpdateError, listed, nearest
from stepgraph.kernel.apply import apply
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.plan import plan, stale
from stepgraph.kernel.task import Status, Task
from stepgraph.pregel.commands import write_command
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.run_state import RunState
from stepgraph.types import Command, StateUpdate

__all__ = ["COPY", "INPUT", "begin_edit"]

INPUT: Final = "__input__"
"""As `as_node`: the values are a new input of the graph."""

COPY: Final = "__copy__"
"""As `as_node`: a copy of the checkpoint, beside it."""


def begin_edit(run: RunState, edits: Sequence[StateUpdate]) -> None:
    """Decide what an edit does to the checkpoint that was loaded."""
    journal, machine = run.journal, run.machine
    assert journal is not None
    before = int(journal.metadata.get("step", -1)) if journal.found is not None else -1
    machine.resume(before + 1)
    if journal.superseded:
        journal.forget()
    write_command(run, Command())
    special = edits[0].as_node if len(edits) == 1 else None
    if special == COPY:
        edits = _copy(journal, machine, edits[0].values)
        if not edits:
            return
    elif special in (INPUT, END) or (edits[0].values is None and edits[0].as_node is None):
        _write_nothing(run, journal, edits[0])
        return
    run.take(_tasks(run, edits))


def _copy(journal: Journal, machine: Machine, changes: Any) -> Sequence[StateUpdate]:
    """Decide to save a copy of the checkpoint; return what is to be written to it."""
    journal.copy(machine)
    machine.step += 1
    return [change if isinstance(change, StateUpdate) else StateUpdate(*change) for change in changes or ()]


def _write_nothing(run: RunState, journal: Journal, edit: StateUpdate) -> None:
    """Do what needs no node: end the work, take an input in, or leave all as it is."""
    machine = run.machine
    if edit.as_node == INPUT:
        if journal.found is None:
            machine.step = -1
        machine.discard()
        journal.checkpoint(machine, "input", given=edit.values)
        return
    if edit.as_node == END:
        if edit.values is not None:
            raise InvalidUpdateError("as_node=END drops what would run next and writes nothing; values must be None")
        _apply_finished(run, _planned(run), but=())
        machine.discard()
    journal.checkpoint(machine, "update", given=journal.given if edit.as_node is None else MISSING)


def _tasks(run: RunState, edits: Sequence[StateUpdate]) -> list[Task]:
    names = [_name(run, edit, several=len(edits) > 1) for edit in edits]
    planned = _planned(run)
    waiting = {task.node.name: task for task in reversed(planned)}
    if not waiting.keys().isdisjoint(names):
        _apply_finished(run, planned, but=names)
    topology = run.graph.topology
    tasks = []
    for name, edit in zip(names, edits, strict=True):
        node = topology.entry if name == START else topology.nodes[name]
        task = Task(node, node.path, ())
        task.given, task.input, task.saved = True, edit.values, True
        if name in waiting and not _is_known(run, waiting[name]):
            task.id, task.saved = waiting[name].id, False  # it is to show as what that task did
        tasks.append(task)
    return tasks


def _planned(run: RunState) -> list[Task]:
    """Return the tasks of the superstep that is not done, with what they have done."""
    tasks = plan(run.machine.memory, stale(run.machine.memory), resumed=True)
    for task in tasks:
        run.id_of(task)
    run.recall(tasks)
    return tasks


def _apply_finished(run: RunState, tasks: Sequence[Task], *, but: Sequence[str]) -> None:
    """Apply what finished tasks have written, save for those in whose name something else is written."""
    memory = run.machine.memory
    done = [task for task in tasks if task.status is Status.DONE and task.node.name not in but]
    clock = memory.clock
    apply(memory, done, clears=False)
    for task in done:
        memory.seen[task.node.name] = clock


def _is_known(run: RunState, task: Task) -> bool:
    assert run.journal is not None
    return any(
        name == task.id and (channel == ECHO or (channel == STATUS and value == Status.DONE.value))
        for name, channel, value in run.journal.asked
    )


def _name(run: RunState, edit: StateUpdate, *, several: bool) -> str:
    """Return in whose name to write."""
    nodes, name = run.graph.topology.nodes, edit.as_node
    if name is None:
        if several:
            raise InvalidUpdateError("several updates in one superstep must each say as_node")
        return _last(run)
    if name in (END, INPUT, COPY):
        raise InvalidUpdateError(f"as_node={name!r} must be alone in its superstep")
    if name != START and name not in nodes:
        raise InvalidUpdateError(
            f"as_node={name!r} is not a node of graph {run.graph.name!r}{nearest(str(name), nodes)}; nodes are "
            f"{listed(nodes)}"
        )
    return name


def _last(run: RunState) -> str:
    """Return the node that ran last."""
    seen, nodes = run.machine.memory.seen, run.graph.topology.nodes
    ran = {name: tick for name, tick in seen.items() if name in nodes or name == START}
    if not ran:
        return START
    latest = max(ran.values())
    names = sorted(name for name, tick in ran.items() if tick == latest)
    if len(names) > 1:
        if len(nodes) == 1:
            return next(iter(nodes))
        raise InvalidUpdateError(
            f"Ambiguous update, specify as_node: {listed(names)} ran last, side by side, and each leads elsewhere"
        )
    return names[0]
