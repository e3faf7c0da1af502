"""WrappedSaver: a saver that hands every operation on to another one, with one hook in between.

It keeps nothing itself and changes nothing; what a subclass wants to see or to disturb it does in `perform` and
`aperform`, through which each operation passes once.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

from typing_extensions import Self

from stepgraph.checkpoint.base import (
    ANY_HEAD,
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    Retention,
    TaskWrites,
)
from stepgraph.config import RunnableConfig

__all__ = ["Operation", "WrappedSaver"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a saver.

    Attributes:
        name: The sync name of the method, for both colours: `"get_tuple"`, `"list"`, `"put"`, `"put_writes"`,
            `"delete_thread"`, `"copy_thread"`, `"delete_for_runs"`, `"prune"` or `"turn"`.
        arguments: What it was given, by parameter.
    """

    name: str
    arguments: Mapping[str, Any]


class WrappedSaver(BaseCheckpointSaver):
    """Does what `saver` does.

    Args:
        saver: The saver that keeps the checkpoints.

    Attributes:
        saver: The same.
    """

    def __init__(self, saver: BaseCheckpointSaver) -> None:
        super().__init__(serde=saver.serde, on_conflict=saver.on_conflict)
        self.retention: Retention = saver.retention
        self.saver: BaseCheckpointSaver = saver

    def perform(self, operation: Operation, call: Callable[[], T]) -> T:
        """Perform a sync operation: the hook. `list` and `turn` pass when they begin."""
        return call()

    async def aperform(self, operation: Operation, call: Callable[[], Awaitable[T]]) -> T:
        """Perform an async operation: the hook."""
        return await call()

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """See `BaseCheckpointSaver.with_allowed`; the twin wraps a twin and shares everything else."""
        twin = copy.copy(self)
        twin.saver = self.saver.with_allowed(types)
        twin.serde = twin.saver.serde
        return twin

    def get_next_version(self, current: int | None, channel: Any = None) -> int:
        """See `BaseCheckpointSaver.get_next_version`."""
        return self.saver.get_next_version(current, channel)

    # Sync.

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `BaseCheckpointSaver.get_tuple`."""
        return self.perform(_operation("get_tuple", config=config), lambda: self.saver.get_tuple(config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """See `BaseCheckpointSaver.list`."""
        given: dict[str, Any] = {"filter": filter, "before": before, "limit": limit}
        found = self.perform(_operation("list", config=config, **given), lambda: self.saver.list(config, **given))
        yield from found

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
        """See `BaseCheckpointSaver.put`."""
        given: dict[str, Any] = {
            "config": config,
            "checkpoint": checkpoint,
            "metadata": metadata,
            "new_versions": new_versions,
            "head": head,
            "deltas": deltas,
            "writes": writes,
        }
        return self.perform(Operation("put", given), lambda: self.saver.put(**given))

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `BaseCheckpointSaver.put_writes`."""
        given: dict[str, Any] = {"config": config, "writes": writes, "task_id": task_id, "task_path": task_path}
        self.perform(Operation("put_writes", given), lambda: self.saver.put_writes(**given))

    def delete_thread(self, thread_id: str) -> None:
        """See `BaseCheckpointSaver.delete_thread`."""
        self.perform(_operation("delete_thread", thread_id=thread_id), lambda: self.saver.delete_thread(thread_id))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """See `BaseCheckpointSaver.copy_thread`."""
        given = {"source_thread_id": source_thread_id, "target_thread_id": target_thread_id}
        self.perform(Operation("copy_thread", given), lambda: self.saver.copy_thread(**given))

    def delete_for_runs(self, run_ids: Sequence[str]) -> int:
        """See `BaseCheckpointSaver.delete_for_runs`."""
        return self.perform(_operation("delete_for_runs", run_ids=run_ids), lambda: self.saver.delete_for_runs(run_ids))

    def prune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """See `BaseCheckpointSaver.prune`."""
        given: dict[str, Any] = {"strategy": strategy, "keep_last": keep_last, "max_age": max_age}
        return self.perform(
            _operation("prune", thread_ids=thread_ids, **given), lambda: self.saver.prune(thread_ids, **given)
        )

    def turn(self, thread_id: str) -> AbstractContextManager[None]:
        """See `BaseCheckpointSaver.turn`."""
        return self._turn(thread_id)

    @contextmanager
    def _turn(self, thread_id: str) -> Iterator[None]:
        with self.perform(_operation("turn", thread_id=thread_id), lambda: self.saver.turn(thread_id)):
            yield

    # Async.

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """See `BaseCheckpointSaver.get_tuple`."""
        return await self.aperform(_operation("get_tuple", config=config), lambda: self.saver.aget_tuple(config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """See `BaseCheckpointSaver.list`."""
        given: dict[str, Any] = {"filter": filter, "before": before, "limit": limit}

        async def begin() -> AsyncIterator[CheckpointTuple]:
            return self.saver.alist(config, **given)

        found = await self.aperform(_operation("list", config=config, **given), begin)
        try:
            async for item in found:
                yield item
        finally:
            close = getattr(found, "aclose", None)
            if close is not None:
                await close()

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
        """See `BaseCheckpointSaver.put`."""
        given: dict[str, Any] = {
            "config": config,
            "checkpoint": checkpoint,
            "metadata": metadata,
            "new_versions": new_versions,
            "head": head,
            "deltas": deltas,
            "writes": writes,
        }
        return await self.aperform(Operation("put", given), lambda: self.saver.aput(**given))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """See `BaseCheckpointSaver.put_writes`."""
        given: dict[str, Any] = {"config": config, "writes": writes, "task_id": task_id, "task_path": task_path}
        await self.aperform(Operation("put_writes", given), lambda: self.saver.aput_writes(**given))

    async def adelete_thread(self, thread_id: str) -> None:
        """See `BaseCheckpointSaver.delete_thread`."""
        operation = _operation("delete_thread", thread_id=thread_id)
        await self.aperform(operation, lambda: self.saver.adelete_thread(thread_id))

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """See `BaseCheckpointSaver.copy_thread`."""
        given = {"source_thread_id": source_thread_id, "target_thread_id": target_thread_id}
        await self.aperform(Operation("copy_thread", given), lambda: self.saver.acopy_thread(**given))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> int:
        """See `BaseCheckpointSaver.delete_for_runs`."""
        operation = _operation("delete_for_runs", run_ids=run_ids)
        return await self.aperform(operation, lambda: self.saver.adelete_for_runs(run_ids))

    async def aprune(
        self,
        thread_ids: Sequence[str] | None = None,
        *,
        strategy: Literal["keep_latest", "delete"] = "keep_latest",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> int:
        """See `BaseCheckpointSaver.prune`."""
        given: dict[str, Any] = {"strategy": strategy, "keep_last": keep_last, "max_age": max_age}
        operation = _operation("prune", thread_ids=thread_ids, **given)
        return await self.aperform(operation, lambda: self.saver.aprune(thread_ids, **given))

    def aturn(self, thread_id: str) -> AbstractAsyncContextManager[None]:
        """See `BaseCheckpointSaver.turn`."""
        return self._aturn(thread_id)

    @asynccontextmanager
    async def _aturn(self, thread_id: str) -> AsyncIterator[None]:
        async def begin() -> AbstractAsyncContextManager[None]:
            return self.saver.aturn(thread_id)

        async with await self.aperform(_operation("turn", thread_id=thread_id), begin):
            yield


def _operation(name: str, **arguments: Any) -> Operation:
    return Operation(name, arguments)
