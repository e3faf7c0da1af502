"""snapshots: a checkpoint as users see it. Nothing runs: the tasks of the next superstep are planned, not performed.

Procedures are generators that yield what to load (a config) and get the checkpoint sent back, so that both colours
share them.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import ECHO, ERROR, INTERRUPT, RESERVED, RESUME, STATUS, CheckpointTuple, config_of
from stepgraph.config import RunnableConfig
from stepgraph.kernel.apply import foreseen
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.plan import plan, stale
from stepgraph.kernel.task import Status, Task, task_id
from stepgraph.pregel.chunks import update_of
from stepgraph.pregel.commands import COMMAND
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.namespaces import inner_namespace, without_ids
from stepgraph.pregel.restoring import apply_command, rename, restore
from stepgraph.pregel.subgraphs import graph_of
from stepgraph.types import Interrupt, PregelTask, StateSnapshot

__all__ = ["Loading", "snapshot"]

Loading: TypeAlias = "Generator[RunnableConfig, CheckpointTuple | None, StateSnapshot]"


def snapshot(
    graph: Executable, found: CheckpointTuple | None, config: Mapping[str, Any], *, head: bool, subgraphs: bool = False
) -> Loading:
    """Return how a checkpoint of `graph` looks from outside.

    Args:
        graph: The graph.
        found: The checkpoint, `None` where the thread is empty.
        config: What the caller asked for.
        head: Whether what tasks did after the checkpoint counts: not for one in the past.
        subgraphs: Whether the states of sub-graphs are loaded too.
    """
    if found is None:
        return StateSnapshot(values={} if not graph.bare_state else None, next=(), config=config)
    view = _View(graph, found)
    done = [task for task in view.tasks if head and view.done(task)]
    values = foreseen(view.machine.memory, view.performed(done)) if done else view.machine.memory.view
    waiting = [task for task in view.tasks if task not in done]
    shown = yield from _all_shown(view, head=head, subgraphs=subgraphs)
    return StateSnapshot(
        values=graph.read(values),
        next=tuple(task.node.name for task in waiting or view.tasks),
        config=found.config,
        metadata=found.metadata,
        created_at=found.checkpoint["ts"],
        parent_config=found.parent_config,
        tasks=tuple(shown),
        interrupts=tuple(question for task in view.tasks for question in view.open_questions(task)),
    )


def _all_shown(
    view: _View, *, head: bool, subgraphs: bool
) -> Generator[RunnableConfig, CheckpointTuple | None, list[PregelTask]]:
    shown = []
    for task in view.tasks:
        shown.append((yield from _shown(view, task, head=head, subgraphs=subgraphs)))  # noqa: PERF401 - it yields
    return shown


def _shown(
    view: _View, task: Task, *, head: bool, subgraphs: bool
) -> Generator[RunnableConfig, CheckpointTuple | None, PregelTask]:
    state: Any = None
    inner = None if task.given else graph_of(task.node.action)
    if inner is not None and inner.checkpointer is not False:
        place = view.place_of(task)
        state = place
        if subgraphs:
            own = view.place_of(task, lasting=inner.checkpointer is True)
            found = yield own
            state = (yield from snapshot(inner, found, own, head=True, subgraphs=True)) if found is not None else place
    error = view.kept(task, ERROR)
    echo = view.kept(task, ECHO)
    if echo is not None:
        view.resolve(task, echo[1], (yield view.beside(echo[0])))
    return PregelTask(
        id=task.id,
        name=task.node.name,
        path=task.path,
        error=error,
        interrupts=view.open_questions(task) if head else tuple(view.kept(task, INTERRUPT) or ()),
        state=state,
        result=None if head and task.given else view.result(task),
    )


class _View:
    """A checkpoint restored into a machine of its own, and what is pending there."""

    def __init__(self, graph: Executable, found: CheckpointTuple) -> None:
        self._graph = graph
        place = found.config["configurable"]
        self._thread_id, self._namespace = str(place["thread_id"]), str(place.get("checkpoint_ns") or "")
        self._pending: dict[str, dict[str, Any]] = {}
        self._writes: dict[str, list[tuple[str, Any]]] = {}
        for task, channel, value in found.pending_writes or ():
            if channel in RESERVED:
                self._pending.setdefault(task, {})[channel] = value
            else:
                self._writes.setdefault(task, []).append((channel, value))
        self.machine = Machine(graph.topology, 1)
        self.tasks: Sequence[Task] = self._planned(found)

    def _planned(self, found: CheckpointTuple) -> Sequence[Task]:
        graph = self._graph
        _, given = restore(self.machine, graph, found.checkpoint, strict=False)
        memory = self.machine.memory
        if COMMAND in self._writes:
            apply_command(self.machine, self._writes[COMMAND])
        tasks: list[Task] = []
        if given is not MISSING:
            entry = Task(graph.topology.entry, graph.topology.entry.path, ())
            entry.given, entry.input = True, given
            tasks = [entry]
        else:
            tasks = plan(memory, stale(memory), resumed=True)
        step = int(found.metadata.get("step", 0)) + 1
        for task in tasks:
            task.id = task_id(found.checkpoint["id"], self._namespace, step, task.path, task.node.name)
            rename(task, graph, found.checkpoint["id"], self._namespace, step, self._pending)
        return tasks

    def kept(self, task: Task, channel: str) -> Any:
        """Return what is pending of a task in a reserved channel."""
        return self._pending.get(task.id, {}).get(channel)

    def done(self, task: Task) -> bool:
        """Return whether a task is done, and what it wrote is at hand."""
        return self.kept(task, STATUS) == Status.DONE.value and self.kept(task, ECHO) is None

    def performed(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Return tasks with what they wrote."""
        for task in tasks:
            task.writes = self._writes.get(task.id, [])
        return tasks

    def open_questions(self, task: Task) -> tuple[Interrupt, ...]:
        """Return what a task waits for and has not been answered."""
        if self.kept(task, STATUS) != Status.INTERRUPTED.value:
            return ()
        answered = self.kept(task, RESUME) or ()
        return tuple(question for question in self.kept(task, INTERRUPT) or () if question.id not in answered)

    def beside(self, checkpoint_id: str) -> RunnableConfig:
        """Return the config of another checkpoint of the same thread."""
        return config_of(self._thread_id, self._namespace, checkpoint_id)

    def resolve(self, task: Task, places: Mapping[str, Any], after: CheckpointTuple | None) -> None:
        """Take what a task wrote from the checkpoint after it, where that is still kept."""
        values = {} if after is None else after.checkpoint["channel_values"]
        found = [
            (name, values[name] if place is None else values[name][place[0] : place[1]])
            for name, place in places.items()
            if name in values
        ]
        self._writes[task.id] = [*found, *self._writes.get(task.id, ())]

    def result(self, task: Task) -> Any:
        """Return what a task wrote to the state, `None` where it has not."""
        if task.given:
            task.writes = task.node.writer(task.input)
        elif self.kept(task, STATUS) != Status.DONE.value and self.kept(task, ECHO) is None:
            return None
        else:
            self.performed((task,))
        return update_of(task, self._graph, None)

    def place_of(self, task: Task, *, lasting: bool = False) -> RunnableConfig:
        """Return the config of the state of the sub-graph that a task runs: of the call, or of the thread."""
        namespace = inner_namespace(self._namespace, task)
        return config_of(self._thread_id, without_ids(namespace) if lasting else namespace, None)
