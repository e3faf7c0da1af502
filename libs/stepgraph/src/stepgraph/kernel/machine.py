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
from stepgraph.kernel.plan import plan, release, stale
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Topology

__all__ = ["Machine"]


class Machine:
    """One run of a topology.

    Args:
        topology: The graph.
        limit: How many supersteps may run.

    Attributes:
        limit: How many supersteps may run, counted from where the run began.
        memory: The channels.
        step: The superstep that is planned or running; 0 takes the input in.
        stop: The first superstep that may not run.
        changed: What the last commit changed, in the order of the first writes.
    """

    __slots__ = ("_resumed", "changed", "limit", "memory", "step", "stop", "topology")

    def __init__(self, topology: Topology, limit: int) -> None:
        self.topology: Topology = topology
        self.limit: int = limit
        self.memory: Memory = Memory(topology)
        self.step: int = 0
        self.stop: int = limit + 1
        self.changed: Sequence[str] = ()
        self._resumed = False

    def plan(self) -> list[Task]:
        """Return the next superstep's tasks, none when the run is over.

        Raises:
            GraphRecursionError: There are tasks and the step limit is used up.
        """
        memory = self.memory
        tasks = plan(memory, self.changed, resumed=self._resumed)
        self._resumed = False
        if tasks:
            self.step += 1
            if self.step >= self.stop:
                raise GraphRecursionError(_out_of_steps(self.limit, tasks))
        return tasks

    def resume(self, step: int) -> None:
        """Go on after superstep `step`: what has not been seen triggers, and as many supersteps may follow."""
        self.step, self.stop = step, step + self.limit + 1
        self.changed = stale(self.memory)
        self._resumed = True

    def discard(self) -> None:
        """Take what would run as seen, without running it: a new input replaces unfinished work."""
        memory = self.memory
        tasks = plan(memory, stale(memory), resumed=True)
        for task in tasks:
            memory.seen[task.node.name] = memory.clock
        apply(memory, tasks)

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
        clock = self.memory.clock
        self.changed = apply(self.memory, tasks)
        for task in tasks:
            self.memory.seen[task.node.name] = clock
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
