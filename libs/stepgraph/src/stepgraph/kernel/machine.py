"""Machine: the life of a run as decisions. Plan the superstep, run its tasks (the driver does), apply their writes.

It performs nothing: no call, no wait, no I/O. A driver that commits the task that stands for the caller, whose writes
are the input, and then runs what `plan` returns and commits it, until there is nothing, has executed the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.channels.base import MISSING
from stepgraph.errors import ErrorCode, GraphRecursionError, ParentCommand
from stepgraph.kernel.apply import apply, in_path_order
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.plan import plan, release
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Topology

__all__ = ["Machine"]


class Machine:
    """One run of a topology.

    Args:
        topology: The graph.
        limit: How many supersteps may run.

    Attributes:
        memory: The channels.
        step: The superstep that is planned or running; 0 takes the input in.
        stop: The first superstep that may not run.
        changed: What the last commit changed, in the order of the first writes.
    """

    __slots__ = ("changed", "memory", "step", "stop", "topology")

    def __init__(self, topology: Topology, limit: int) -> None:
        self.topology: Topology = topology
        self.memory: Memory = Memory(topology)
        self.step: int = 0
        self.stop: int = limit + 1
        self.changed: Sequence[str] = ()

    def plan(self) -> list[Task]:
        """Return the next superstep's tasks, none when the run is over.

        Raises:
            GraphRecursionError: There are tasks and the step limit is used up.
        """
        memory = self.memory
        tasks = plan(memory, self.changed)
        if tasks:
            self.step += 1
            if self.step >= self.stop:
                raise GraphRecursionError(_out_of_steps(self.stop - 1, tasks))
            clock = memory.clock
            for task in tasks:
                memory.seen[task.node.name] = clock
        return tasks

    def read_input(self, task: Task) -> Any:
        """Return what the task's node gets; the same all through the superstep."""
        reader = task.node.reader
        if task.argument is MISSING:
            return reader.read(self.memory.view, self.step, self.stop)
        return reader.accept(task.argument)

    def commit(self, tasks: Sequence[Task]) -> None:
        """End the superstep: apply the writes of its tasks, all of which are done.

        When that leaves nothing to run, what was deferred is released.

        Raises:
            ParentCommand: Tasks addressed the graph above, which ends this run.
            InvalidUpdateError: The writes do not go together; none was applied.
        """
        for task in tasks:
            if task.parents:
                raise ParentCommand([command for task in in_path_order(tasks) for command in task.parents])
        self.changed = apply(self.memory, tasks)
        if self.topology.deferred and not plan(self.memory, self.changed):
            changes = release(self.memory)
            if changes:
                self.memory.commit(changes)
                self.changed = list(dict.fromkeys([*self.changed, *changes]))

    def half_filled(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return the joins that some of their sources reached and others did not: who came, who is missing."""
        found = {}
        for name in self.topology.joins:
            if name in self.memory.versions:
                channel: Any = self.topology.channels[name].channel
                missing = channel.missing(self.memory.stored[name])
                if missing and missing != channel.names:
                    found[name] = (sorted(channel.names - missing), sorted(missing))
        return found


def _out_of_steps(limit: int, tasks: Sequence[Task]) -> str:
    names = sorted({task.node.name for task in tasks})
    return (
        f"the run used its {limit} supersteps and still had {', '.join(map(repr, names))} to run; check that every "
        "cycle has a way out, or raise config['recursion_limit'] "
        f"({ErrorCode.GRAPH_RECURSION_LIMIT.value})"
    )
