"""program: what a task does, as a generator that asks its driver to call the user's functions.

The driver sends back what a call returned, or throws what it raised; the program does the rest, so that running a
node, reading its result, asking its routers and trying again are written once for both colours.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from stepgraph.channels.base import MISSING
from stepgraph.errors import GraphInterrupt, ParentCommand
from stepgraph.kernel.apply import preview
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.retry import delay_before_retry
from stepgraph.kernel.task import Status, Task
from stepgraph.kernel.topology import Action

__all__ = ["Pause", "Program", "Request", "program", "write"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before going on, for `seconds` plus, with `jitter`, up to one random second."""

    seconds: float
    jitter: bool


Request: TypeAlias = "tuple[Action, Any] | Pause"
"""A call of an action with an argument (a bare tuple: one is built for every task), or a wait."""

Program: TypeAlias = Generator[Request, Any, None]


def program(task: Task, machine: Machine) -> Program:
    """Return the program of `task`; when it ends, the task is done and holds its writes."""
    if task.given:
        return _conclude(task, machine, task.input)
    return _retrying(task, machine) if task.node.retry else _attempt(task, machine)


def _attempt(task: Task, machine: Machine) -> Program:
    task.attempt += 1
    task.pushed = None
    task.asked = ()
    if task.input is MISSING or task.attempt > 1:
        task.input = machine.read_input(task)
    try:
        output = yield task.node.action, task.input
    except ParentCommand as bubble:  # a sub-graph that this node ran addressed this graph
        output = [replace(command, graph=None) for command in bubble.commands]
    if task.asked:  # the node swallowed what was to stop it: the question stands all the same
        raise GraphInterrupt(task.asked)
    if task.node.routes:
        yield from _conclude(task, machine, output)
    else:
        write(task, output)
        task.status = Status.DONE


def _conclude(task: Task, machine: Machine, output: Any) -> Program:
    """Write `output`, then ask the node's routers, who see the state with the node's own writes in it."""
    node = task.node
    write(task, output)
    own = task.writes
    task.folded = {} if node.routes else None
    routed = list(own)
    for route in () if task.parents else node.routes:
        answer = yield (
            route.action,
            route.reader.take(preview(machine.memory, own, task.folded), machine.step, machine.stop),
        )
        routed += route.writer(answer)
    task.writes = routed
    task.status = Status.DONE


def write(task: Task, output: Any) -> None:
    """Turn what a task's node returned into its writes."""
    task.update = output
    try:
        writes = task.node.writer(output)
        task.writes = [*task.pushed, *writes] if task.pushed else writes
    except ParentCommand as bubble:  # this node addressed the graph above
        task.writes, task.parents = [], bubble.commands


def _retrying(task: Task, machine: Machine) -> Program:
    while True:
        try:
            yield from _attempt(task, machine)
        except Exception as error:
            pause = delay_before_retry(task.node.retry, task.attempt, error)
            if pause is None:
                raise
            yield Pause(*pause)
        else:
            return
