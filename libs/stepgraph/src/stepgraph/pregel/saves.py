"""Saves: what a run asks of a saver, as data, and what is kept of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import is_
from typing import Any, Final, Literal, TypeAlias

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import (
    ECHO,
    ERROR,
    INTERRUPT,
    RESUME,
    STATUS,
    STEPS,
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointMetadata,
    Delta,
    TaskWrites,
)
from stepgraph.config import RunnableConfig
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Status, Task

__all__ = ["PARENTS", "PutCheckpoint", "PutWrites", "Save", "Source", "echo_of", "path_of", "writes_of"]

PARENTS: Final = "__parents__"
"""Channel of a pending write: the commands that a task addressed to the graph above."""

Source: TypeAlias = Literal["input", "loop", "update", "fork"]


@dataclass(slots=True)
class PutCheckpoint:
    """Save a checkpoint."""

    config: RunnableConfig
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    new_versions: dict[str, int]
    head: str | None
    deltas: dict[str, Delta]
    writes: Sequence[TaskWrites]

    def perform(self, saver: BaseCheckpointSaver) -> None:
        """Save it."""
        saver.put(
            self.config,
            self.checkpoint,
            self.metadata,
            self.new_versions,
            head=self.head,
            deltas=self.deltas,
            writes=self.writes,
        )

    async def aperform(self, saver: BaseCheckpointSaver) -> None:
        """Save it."""
        await saver.aput(
            self.config,
            self.checkpoint,
            self.metadata,
            self.new_versions,
            head=self.head,
            deltas=self.deltas,
            writes=self.writes,
        )


@dataclass(slots=True)
class PutWrites:
    """Save what became of a task."""

    config: RunnableConfig
    task: TaskWrites

    def perform(self, saver: BaseCheckpointSaver) -> None:
        """Save it."""
        saver.put_writes(self.config, self.task.writes, self.task.task_id, self.task.path)

    async def aperform(self, saver: BaseCheckpointSaver) -> None:
        """Save it."""
        await saver.aput_writes(self.config, self.task.writes, self.task.task_id, self.task.path)


Save: TypeAlias = "PutCheckpoint | PutWrites"


def writes_of(task: Task, machine: Machine) -> TaskWrites:
    """Return what is kept of a task that ended."""
    writes: list[tuple[str, Any]] = [(STATUS, task.status.value)]
    if task.status is Status.DONE:
        writes += machine.topology.saved_writes(task.writes)
        if task.parents:
            writes.append((PARENTS, list(task.parents)))
    if task.status in (Status.FAILED, Status.REFUSED):
        writes.append((ERROR, task.error))
    if task.status is Status.INTERRUPTED:
        writes.append((INTERRUPT, list(task.asked)))
    if task.answers or task.answered:
        writes.append((RESUME, dict(task.answers or {})))
    if task.memo:
        writes.append((STEPS, dict(task.memo)))
    return TaskWrites(task.id, writes, path_of(task))


def echo_of(task: Task, machine: Machine, checkpoint: Checkpoint, deltas: Mapping[str, Delta]) -> TaskWrites:
    """Return what is kept of a task that a checkpoint follows: for what that holds anyway, where it is to be found."""
    places: dict[str, tuple[int, int] | None] = {}
    writes: list[tuple[str, Any]] = []
    values, channels = checkpoint["channel_values"], machine.topology.channels
    for name, value in task.writes:
        if not channels[name].public or not channels[name].rule.saved:
            continue
        delta = deltas.get(name)
        if values.get(name, MISSING) is value:
            places[name] = None
        elif delta is not None and type(value) is list and not delta.edits and _same(delta.added, value):
            places[name] = (delta.kept, delta.kept + len(value))
        else:
            writes.append((name, value))
    writes.append((ECHO, [checkpoint["id"], places]))
    if task.answers is not None or task.memo:  # there is an earlier record, of a task that was not done
        writes.append((STATUS, task.status.value))
    return TaskWrites(task.id, writes, path_of(task))


def _same(items: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(items) == len(others) and all(map(is_, items, others))


def path_of(task: Task) -> str:
    """Return the place of a task in its superstep, as text."""
    return "/".join(map(str, task.path))
