"""SaverDoor: a saver seen through one colour, with the methods of `BaseCheckpointSaver` to await."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from stepgraph.checkpoint.base import Checkpoint, CheckpointTuple
from stepgraph.config import RunnableConfig
from stepgraph.testing.conformance.door import Door, in_thread

__all__ = ["SaverDoor"]


class SaverDoor(Door):
    """One colour of a saver; see `BaseCheckpointSaver` for the methods."""

    async def get_tuple(self, config: Any) -> CheckpointTuple | None:
        """Return a checkpoint."""
        return cast("CheckpointTuple | None", await self.call("get_tuple", config))

    async def get(self, config: Any) -> Checkpoint | None:
        """Return the checkpoint itself."""
        return cast("Checkpoint | None", await self.call("get", config))

    async def list(self, config: Any, **options: Any) -> builtins.list[CheckpointTuple]:
        """Return all that the saver lists."""
        if self.is_async:
            return [item async for item in self.inner.alist(config, **options)]
        found = await in_thread(lambda: builtins.list(self.inner.list(config, **options)))
        return cast("builtins.list[CheckpointTuple]", found)

    async def put(self, *args: Any, **kwargs: Any) -> RunnableConfig:
        """Save a checkpoint."""
        return cast("RunnableConfig", await self.call("put", *args, **kwargs))

    async def put_writes(self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str, path: str = "") -> None:
        """Save pending writes."""
        await self.call("put_writes", config, writes, task_id, path)

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread."""
        await self.call("delete_thread", thread_id)

    async def copy_thread(self, source: str, target: str) -> None:
        """Copy a thread."""
        await self.call("copy_thread", source, target)

    async def delete_for_runs(self, run_ids: Sequence[str]) -> int:
        """Delete what runs made."""
        return cast("int", await self.call("delete_for_runs", run_ids))

    async def prune(self, thread_ids: Sequence[str] | None = None, **options: Any) -> int:
        """Delete old checkpoints."""
        return cast("int", await self.call("prune", thread_ids, **options))

    @asynccontextmanager
    async def turn(self, thread_id: str) -> AsyncIterator[None]:
        """Hold a turn."""
        if self.is_async:
            async with self.inner.aturn(thread_id):
                yield
            return
        turn = self.inner.turn(thread_id)
        await in_thread(turn.__enter__)
        try:
            yield
        finally:
            await in_thread(turn.__exit__, None, None, None)
