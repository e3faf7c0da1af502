"""Shapes: what savers keep and give back. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from typing_extensions import TypedDict

from stepgraph.config import RunnableConfig

__all__ = [
    "ANY_HEAD",
    "CHECKPOINT_VERSION",
    "ECHO",
    "ERROR",
    "INTERRUPT",
    "RESERVED",
    "RESUME",
    "STATUS",
    "STEPS",
    "Checkpoint",
    "CheckpointMetadata",
    "CheckpointTuple",
    "Delta",
    "OnConflict",
    "PendingWrite",
    "Retention",
    "TaskWrites",
]

CHECKPOINT_VERSION: Final = 1
"""The `v` of the checkpoints that this version writes."""

STATUS: Final = "__status__"
"""Reserved channel of a pending write: what became of the task, `"done"`, `"failed"` or `"interrupted"`, or `"refused"`
where it was done and what it wrote could not be applied."""

ERROR: Final = "__error__"
"""Reserved channel of a pending write: why the task failed."""

INTERRUPT: Final = "__interrupt__"
"""Reserved channel of a pending write: the `Interrupt`s that the task waits for, as a list."""

RESUME: Final = "__resume__"
"""Reserved channel of a pending write: answers that the task was given, by interrupt id."""

STEPS: Final = "__steps__"
"""Reserved channel of a pending write: what `step(key, …)` remembers for the task, by key."""

ECHO: Final = "__echo__"
"""Reserved channel of a pending write: what the task wrote, as the place in the checkpoint after it that holds it."""

RESERVED: Final = (STATUS, ERROR, INTERRUPT, RESUME, STEPS, ECHO)
"""Channels of pending writes that are no channels of the graph."""

ANY_HEAD: Final = "*"
"""As the `head` of a `put`: do not check."""

OnConflict: TypeAlias = Literal["reject", "queue", "fork"]

PendingWrite: TypeAlias = tuple[str, str, Any]
"""A task's id, a channel and a value."""


class Checkpoint(TypedDict):
    """The state of a graph between two supersteps.

    Attributes:
        v: The version of this shape, `CHECKPOINT_VERSION`.
        id: Unique, and greater as text than those made before it by the same process.
        ts: When it was made, ISO 8601 in UTC.
        channel_values: What each channel holds.
        channel_versions: When each channel last changed, in ticks of the thread.
        versions_seen: When each node last ran, in the same ticks.
        updated_channels: What changed since the parent, `None` where nobody knows.
    """

    v: int
    id: str
    ts: str
    channel_values: dict[str, Any]
    channel_versions: dict[str, int]
    versions_seen: dict[str, int]
    updated_channels: list[str] | None


class CheckpointMetadata(TypedDict, total=False):
    """What is known about a checkpoint besides the state.

    Attributes:
        source: `"input"`, `"loop"` (a superstep), `"update"` (`update_state`) or `"fork"`.
        step: The superstep that it ends; -1 for the input.
        parents: The ids of the checkpoints above, by namespace.
        run_id: The run that made it.
    """

    source: Literal["input", "loop", "update", "fork"]
    step: int
    parents: dict[str, str]
    run_id: str


class TaskWrites(NamedTuple):
    """The pending writes of one task.

    Attributes:
        task_id: The task.
        writes: Pairs of channel and value; reserved channels say what became of the task.
        path: Where the task stands in its superstep.
    """

    task_id: str
    writes: Sequence[tuple[str, Any]]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """How a list or a dict came from the value that the parent checkpoint holds for the same channel.

    A saver may keep it in place of the full value, and must give the full value back.

    Attributes:
        kept: Of a list, how many items from the front are the parent's, edits aside; unused for a dict.
        edits: Items that were replaced: index and new item of a list, key and new value of a dict (new keys included).
        added: Items at the end of a list.
        gone: Keys of a dict that were removed.
    """

    kept: int = 0
    edits: Mapping[Any, Any] = field(default_factory=dict)
    added: Sequence[Any] = ()
    gone: Sequence[Any] = ()


class CheckpointTuple(NamedTuple):
    """A checkpoint as it is read back.

    Attributes:
        config: Where it stands: thread, namespace and id in `configurable`.
        checkpoint: The checkpoint.
        metadata: What is known about it.
        parent_config: Where the checkpoint stands that it follows; `None` for the first, or when that was pruned.
        pending_writes: What tasks that follow it have written.
    """

    config: RunnableConfig
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    parent_config: RunnableConfig | None = None
    pending_writes: list[PendingWrite] | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept of a thread; the head of each namespace always is, with what it needs.

    Attributes:
        keep_last: How many checkpoints of each namespace, the newest first; `None` for all.
        max_age: How old a checkpoint may become; `None` for any age.
    """

    keep_last: int | None = None
    max_age: timedelta | None = None
