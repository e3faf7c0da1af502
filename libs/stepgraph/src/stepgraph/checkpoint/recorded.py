"""RecordSaver: a saver over rows; everything but where the rows are kept and how one waits for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from typing_extensions import Self

from stepgraph.checkpoint.base import (
    ANY_HEAD,
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    OnConflict,
    TaskWrites,
)
from stepgraph.checkpoint.calls import Records
from stepgraph.checkpoint.lineages import Lineages
from stepgraph.checkpoint.records.listing import Listing
from stepgraph.checkpoint.steps import Step, make, make_async
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer

__all__ = ["RecordSaver"]


class RecordSaver(BaseCheckpointSaver):
    """A saver over rows. Subclasses implement `_run` and `_arun`, and `_after_put` where they keep to a retention.

    See `BaseCheckpointSaver` for the arguments and the methods.
    """

    def __init__(
        self,
        *,
        serde: Serializer | None = None,
        on_conflict: OnConflict = "reject",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> None:
        super().__init__(serde=serde, on_conflict=on_conflict, keep_last=keep_last, max_age=max_age)
        self._records = Records(self.serde, self.on_conflict, Lineages())

    def _run(self, step: Step[Any]) -> Any:
        """Run the procedure of a step and return its result."""
        raise NotImplementedError

    async def _arun(self, step: Step[Any]) -> Any:
        """Run the procedure of a step and return its result; the event loop goes on meanwhile."""
        raise NotImplementedError

    def _after_put(self, saved: RunnableConfig) -> None:
        """Do, or begin, what is to be done after a put, such as retention; must not wait for it."""

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a saver of the same rows that also keeps and revives values of `types`."""
        twin = super().with_allowed(types)
        twin._records = self._records.with_serde(twin.serde)
        return twin

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return a checkpoint; see `BaseCheckpointSaver.get_tuple`."""
        return make(self._records.get(config), self._run)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `get_tuple`."""
        return await make_async(self._records.get(config), self._arun)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Yield checkpoints, the newest first; see `BaseCheckpointSaver.list`."""
        listing = Listing(config, filter, before, limit)
        make(self._records.start(listing), self._run)
        while listing.more:
            for find in make(self._records.page(listing), self._run):
                item = make(self._records.item(find), self._run)
                if item is not None and listing.counts():
                    yield item

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """See `list`."""
        listing = Listing(config, filter, before, limit)
        await make_async(self._records.start(listing), self._arun)
        while listing.more:
            for find in await make_async(self._records.page(listing), self._arun):
                item = await make_async(self._records.item(find), self._arun)
                if item is not None and listing.counts():
                    yield item

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
        """Save a checkpoint; see `BaseCheckpointSaver.put`."""
        call = self._records.put(config, checkpoint, metadata, new_versions, head, deltas, writes)
        saved = make(call, self._run)
        self._after_put(saved)
        return saved

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
        call = self._records.put(config, checkpoint, metadata, new_versions, head, deltas, writes)
        saved = await make_async(call, self._arun)
        self._after_put(saved)
        return saved

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Save what a task has written; see `BaseCheckpointSaver.put_writes`."""
        make(self._records.put_writes(config, writes, task_id, task_path), self._run)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `put_writes`."""
        await make_async(self._records.put_writes(config, writes, task_id, task_path), self._arun)

    def delete_thread(self, thread_id: str) -> None:
        """Delete everything that is kept of a thread."""
        make(self._records.delete_thread(thread_id), self._run)

    async def adelete_thread(self, thread_id: str) -> None:
        """See `delete_thread`."""
        await make_async(self._records.delete_thread(thread_id), self._arun)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread to one that is empty; see `BaseCheckpointSaver.copy_thread`."""
        make(self._records.copy_thread(source_thread_id, target_thread_id), self._run)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """See `copy_thread`."""
        await make_async(self._records.copy_thread(source_thread_id, target_thread_id), self._arun)

    def delete_for_runs(self, run_ids: Sequence[str]) -> int:
        """Delete the checkpoints that runs made; see `BaseCheckpointSaver.delete_for_runs`."""
        return make(self._records.delete_for_runs(run_ids), self._run)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> int:
        """See `delete_for_runs`."""
        return await make_async(self._records.delete_for_runs(run_ids), self._arun)

    def prune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """Delete old checkpoints; see `BaseCheckpointSaver.prune`."""
        return make(self._records.prune(thread_ids, strategy, keep_last, max_age), self._run)

    async def aprune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """See `prune`."""
        return await make_async(self._records.prune(thread_ids, strategy, keep_last, max_age), self._arun)
