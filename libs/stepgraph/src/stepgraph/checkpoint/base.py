"""BaseCheckpointSaver: what keeps checkpoints; the shapes of what it keeps are in `shapes`.

A saver knows nothing of graphs. It keeps, per thread and namespace, a tree of checkpoints with one *head*, and beside
each checkpoint the *pending writes* of the tasks that follow it. The invariant: a `put` lands whole or not at all, and
one that names a head which is no longer the head lands not at all (`ThreadConflictError`).
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any, Literal

from typing_extensions import Self

from stepgraph.checkpoint.shapes import (
    ANY_HEAD,
    CHECKPOINT_VERSION,
    ECHO,
    ERROR,
    INTERRUPT,
    RESERVED,
    RESUME,
    STATUS,
    STEPS,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    OnConflict,
    PendingWrite,
    Retention,
    TaskWrites,
)
from stepgraph.config import RunnableConfig
from stepgraph.errors import MissingThreadError
from stepgraph.serde.base import Serializer
from stepgraph.serde.msgpack import MsgpackSerializer

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
    "BaseCheckpointSaver",
    "Checkpoint",
    "CheckpointMetadata",
    "CheckpointTuple",
    "Delta",
    "OnConflict",
    "PendingWrite",
    "Retention",
    "TaskWrites",
    "config_of",
    "place_of",
    "retention_of",
]


class BaseCheckpointSaver:
    """Keeps checkpoints. Subclasses implement the methods that raise `NotImplementedError`.

    Each method has an async twin that runs it in a thread unless a subclass does better. Both may be called from any
    thread and any event loop, at the same time.

    Args:
        serde: Turns values into bytes.
        on_conflict: What becomes of a run whose thread went on without it: `"reject"` raises `ThreadConflictError`;
            `"queue"` makes runs of a thread wait for one another; `"fork"` lets it go on beside the head, as a branch
            that the head does not follow.
        keep_last: How many checkpoints of each namespace are kept; `None` for all.
        max_age: How old checkpoints may become, as a `timedelta` or in seconds; `None` for any age.

    Attributes:
        immediate: Whether a save is quicker than handing it to somebody who makes it in the background.
    """

    immediate: bool = False

    def __init__(
        self,
        *,
        serde: Serializer | None = None,
        on_conflict: OnConflict = "reject",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> None:
        self.serde: Serializer = serde if serde is not None else MsgpackSerializer()
        if on_conflict not in ("reject", "queue", "fork"):
            raise ValueError(f"on_conflict must be 'reject', 'queue' or 'fork', got {on_conflict!r}")
        self.on_conflict: OnConflict = on_conflict
        self.retention: Retention = retention_of(keep_last, max_age)

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a saver of the same checkpoints that also keeps and revives values of `types`.

        A compiled graph calls it with the types that its schemas name.
        """
        twin = copy.copy(self)
        twin.serde = self.serde.with_allowed(types)
        return twin

    # Reading.

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return a checkpoint.

        Args:
            config: In `configurable`, `thread_id`, and `checkpoint_ns` and `checkpoint_id` where they are not the root
                and the head.

        Returns:
            The checkpoint with its pending writes, `None` where there is none.

        Raises:
            MissingThreadError: `config` names no thread.
            CorruptCheckpointError: It cannot be read.
            NewerCheckpointError: A newer version wrote it.
        """
        raise NotImplementedError

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Yield checkpoints, the newest first. Nothing is locked while the caller takes its time.

        Args:
            config: `thread_id`, and perhaps `checkpoint_ns` (every namespace where it is absent) and
                `checkpoint_id`; `None` for every thread.
            filter: What the metadata must hold.
            before: In `configurable`, `checkpoint_id`: only checkpoints that were saved before that one.
            limit: How many at the most.
        """
        raise NotImplementedError

    def get(self, config: RunnableConfig) -> Checkpoint | None:
        """Return the checkpoint itself; see `get_tuple`."""
        found = self.get_tuple(config)
        return None if found is None else found.checkpoint

    # Writing.

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: Mapping[str, int],
        *,
        head: str | None = ANY_HEAD,
        deltas: Mapping[str, Delta] | None = None,
        writes: Sequence[TaskWrites] = (),
    ) -> RunnableConfig:
        """Save a checkpoint and make it the head of its thread and namespace, in one transaction.

        Args:
            config: `thread_id`, `checkpoint_ns`, and in `checkpoint_id` the parent, absent for the first.
            checkpoint: The checkpoint, with the values of all channels.
            metadata: What is known about it.
            new_versions: The channels that changed since the parent, with their versions. What the other channels
                hold is the parent's; a channel that has no value any more is absent from `channel_values`.
            head: The id of the checkpoint that must be the head, `None` for an empty thread; not checked by default.
            deltas: For changed channels, how their values came from the parent's; a saver may use them.
            writes: Pending writes of the parent that are not saved yet.

        Returns:
            The config of the checkpoint.

        Raises:
            ThreadConflictError: `head` is not the head, and the saver does not fork.
            SerializationError: A value cannot be kept; nothing was saved.
            SaverError: The database failed; nothing was saved.
        """
        raise NotImplementedError

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Save what a task that follows a checkpoint has written.

        A second call for the same task replaces what it names: its plain writes as a whole, and each reserved channel
        by itself. Where the task's `STATUS` is `"done"`, one that says `"done"`, `"failed"` or `"interrupted"` changes
        nothing: only `"refused"` takes its place.

        Args:
            config: `thread_id`, `checkpoint_ns` and `checkpoint_id`.
            writes: Pairs of channel and value, reserved channels among them.
            task_id: The task.
            task_path: Where the task stands in its superstep.
        """
        raise NotImplementedError

    # Whole threads.

    def delete_thread(self, thread_id: str) -> None:
        """Delete everything that is kept of a thread."""
        raise NotImplementedError

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread with its history, pending writes and sub-graphs to a thread that is empty.

        Raises:
            ValueError: The target holds checkpoints.
        """
        raise NotImplementedError

    def delete_for_runs(self, run_ids: Sequence[str]) -> int:
        """Delete the checkpoints that runs made; a head falls back to the nearest ancestor that is left.

        Returns:
            How many were deleted.
        """
        raise NotImplementedError

    def prune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """Delete old checkpoints; what is left reads as before.

        Args:
            thread_ids: The threads, every one by default.
            strategy: `"keep_latest"` keeps the heads and what `keep_last` and `max_age` say, which is nothing more by
                default; `"delete"` deletes the threads.
            keep_last: How many checkpoints of each namespace to keep, the newest first.
            max_age: How old a checkpoint may be, as a `timedelta` or in seconds.

        Returns:
            How many checkpoints were deleted.
        """
        raise NotImplementedError

    def get_next_version(self, current: int | None, channel: Any = None) -> int:
        """Return the version that follows `current`."""
        return (current or 0) + 1

    def turn(self, thread_id: str) -> AbstractContextManager[None]:
        """Return what a run holds while it has the thread; waits for its turn where `on_conflict` is `"queue"`."""
        return nullcontext()

    # The async twins.

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `get_tuple`."""
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """See `list`."""
        found = self.list(config, filter=filter, before=before, limit=limit)
        done = object()
        while (item := await asyncio.to_thread(next, found, done)) is not done:
            yield item  # type: ignore[misc]

    async def aget(self, config: RunnableConfig) -> Checkpoint | None:
        """See `get`."""
        found = await self.aget_tuple(config)
        return None if found is None else found.checkpoint

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: Mapping[str, int],
        *,
        head: str | None = ANY_HEAD,
        deltas: Mapping[str, Delta] | None = None,
        writes: Sequence[TaskWrites] = (),
    ) -> RunnableConfig:
        """See `put`."""
        return await asyncio.to_thread(
            self.put, config, checkpoint, metadata, new_versions, head=head, deltas=deltas, writes=writes
        )

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `put_writes`."""
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """See `delete_thread`."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """See `copy_thread`."""
        await asyncio.to_thread(self.copy_thread, source_thread_id, target_thread_id)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> int:
        """See `delete_for_runs`."""
        return await asyncio.to_thread(self.delete_for_runs, run_ids)

    async def aprune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """See `prune`."""
        return await asyncio.to_thread(self.prune, thread_ids, strategy=strategy, keep_last=keep_last, max_age=max_age)

    def aturn(self, thread_id: str) -> AbstractAsyncContextManager[None]:
        """See `turn`."""
        return _TurnInThread(self.turn(thread_id))


class _TurnInThread(AbstractAsyncContextManager[None]):
    """Waits for a turn in a thread, so that the event loop goes on."""

    def __init__(self, turn: AbstractContextManager[None]) -> None:
        self._turn = turn

    async def __aenter__(self) -> None:
        if not isinstance(self._turn, nullcontext):
            await asyncio.to_thread(self._turn.__enter__)

    async def __aexit__(self, *error: Any) -> None:
        if not isinstance(self._turn, nullcontext):
            await asyncio.to_thread(self._turn.__exit__, *error)


def retention_of(keep_last: int | None, max_age: timedelta | float | None) -> Retention:
    """Return checked settings.

    Raises:
        ValueError: `keep_last` is below 1 or `max_age` is negative.
    """
    if keep_last is not None and keep_last < 1:
        raise ValueError(f"keep_last must be at least 1, for the head is always kept; got {keep_last}")
    age = timedelta(seconds=max_age) if isinstance(max_age, (int, float)) else max_age
    if age is not None and age < timedelta(0):
        raise ValueError(f"max_age must not be negative, got {max_age!r}")
    return Retention(keep_last, age)


def place_of(config: Mapping[str, Any] | None) -> tuple[str, str, str | None]:
    """Return thread, namespace and checkpoint id of a config.

    Raises:
        MissingThreadError: It names no thread.
    """
    configurable = (config or {}).get("configurable") or {}
    thread_id = configurable.get("thread_id")
    if thread_id is None or thread_id == "":
        raise MissingThreadError(
            "a checkpointer needs a thread: pass config={'configurable': {'thread_id': '…'}}; got "
            f"configurable={configurable!r}"
        )
    return str(thread_id), str(configurable.get("checkpoint_ns") or ""), configurable.get("checkpoint_id")


def config_of(thread_id: str, checkpoint_ns: str, checkpoint_id: str | None) -> RunnableConfig:
    """Return the config that names a checkpoint, or the head of a namespace where no id is given."""
    configurable = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns}
    if checkpoint_id is not None:
        configurable["checkpoint_id"] = checkpoint_id
    return {"configurable": configurable}
