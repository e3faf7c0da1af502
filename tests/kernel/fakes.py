"""Small graphs made by hand: nodes that channels trigger, and tasks whose writes the test decides."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stepgraph.channels import BaseChannel, EphemeralValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import EmptyChannelError
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.task import Status, Task
from stepgraph.kernel.topology import TASKS, Action, Node, Route, Topology, Write
from stepgraph.types import RetryPolicy


class FullState:
    """Reads every channel; takes the argument of a Send as it is."""

    def read(self, view: Mapping[str, Any], step: int, stop: int) -> Any:
        return {**view, "step": step, "stop": stop}

    def take(self, view: dict[str, Any], step: int, stop: int) -> Any:
        return self.read(view, step, stop)

    def accept(self, argument: Any) -> Any:
        return ("argument", argument)


def as_writes(output: Any) -> list[Write]:
    return list((output or {}).items())


def node(
    name: str,
    *triggers: str,
    writer: Callable[[Any], list[Write]] = as_writes,
    routes: Sequence[Route] = (),
    retry: Sequence[RetryPolicy] = (),
) -> Node:
    return Node(
        name,
        Action(name, None, None),
        triggers or (f"to:{name}",),
        FullState(),
        writer,
        routes=tuple(routes),
        retry=tuple(retry),
    )


def route(name: str, writer: Callable[[Any], list[Write]] = as_writes) -> Route:
    return Route(Action(name, None, None), FullState(), writer)


def topology(
    nodes: Sequence[Node], channels: Mapping[str, BaseChannel[Any, Any]], public: Sequence[str] | None = None
) -> Topology:
    """A graph with these channels as its state, and an ephemeral channel for each trigger that is not among them."""
    edges = {name: EphemeralValue(Any, guard=False, key=name) for each in nodes for name in each.triggers}
    shown = [name for name in channels if name != TASKS] if public is None else public
    return Topology({each.name: each for each in nodes}, {**edges, **channels}, node("caller"), shown)


def task_of(graph: Topology, name: str, *writes: Write) -> Task:
    """A task of a node that is done, as planning would have made it."""
    return done(Task(graph.nodes[name], graph.nodes[name].path, graph.nodes[name].triggers), *writes)


def done(task: Task, *writes: Write) -> Task:
    task.writes, task.status = list(writes), Status.DONE
    return task


def given(graph: Topology, *writes: Write) -> list[Task]:
    """The task that stands for the caller of a graph, with what the caller gives."""
    return [done(Task(graph.entry, graph.entry.path, ()), *writes)]


def started(graph: Topology, *writes: Write, limit: int = 100) -> Machine:
    """A machine that took its input in."""
    machine = Machine(graph, limit)
    machine.commit(given(graph, *writes))
    return machine


def superstep(machine: Machine, **writes: Sequence[Write]) -> list[str]:
    """Plan, let each task write what is listed under its node's name, commit; return the names of the tasks."""
    tasks = machine.plan()
    for task in tasks:
        done(task, *writes.get(task.node.name, ()))
    if tasks:
        machine.commit(tasks)
    return [task.node.name for task in tasks]


def places(tasks: Sequence[Task]) -> list[tuple[str, tuple[Any, ...], tuple[str, ...]]]:
    return [(task.node.name, task.path, task.triggers) for task in tasks]


def contents(memory: Memory) -> dict[str, Any]:
    """Everything that a memory holds, copied."""
    names = ("stored", "view", "control", "versions", "seen", "live", "clock")
    return {name: copy.deepcopy(getattr(memory, name)) for name in names}


class Latest(BaseChannel[Any, Any]):
    """A channel in the style of LangGraph's: only the stateful face is defined."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.value = MISSING

    def update(self, values: Sequence[Any]) -> bool:
        if not values:
            return False
        self.value = values[-1]
        return True

    def get(self) -> Any:
        if self.value is MISSING:
            raise EmptyChannelError
        return self.value

    def checkpoint(self) -> Any:
        return self.value

    def from_checkpoint(self, checkpoint: Any) -> Latest:
        twin = type(self)(self.typ, self.key)
        twin.value = checkpoint
        return twin
