"""The async driver: performs a run on an event loop.

A superstep of one task, whose chunks can only come at its end, is awaited right here in the consumer's own task; any
other superstep is a `Group` of asyncio tasks that live inside it and never outlast it. Sync nodes go to the engine's
threads.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from typing_extensions import Self

from stepgraph.execution.in_context import InContext
from stepgraph.execution.lent import AsyncSlotLent
from stepgraph.execution.tasks import needed_loop
from stepgraph.kernel.task import Task
from stepgraph.pregel.async_group import Group
from stepgraph.pregel.async_perform import cancelled_itself, perform
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.caching import Keyed, found_in, keys_of, to_keep
from stepgraph.pregel.reporting import report_async
from stepgraph.pregel.run import Run
from stepgraph.pregel.saving import AsyncSaving

__all__ = ["drive"]

CAN_TELL_CANCELLATION: Final = sys.version_info >= (3, 11)
"""Whether a task can tell its own cancellation from that of something it awaits; else each node needs its own task."""

COUNTS_CANCELLATIONS: Final = sys.version_info >= (3, 13)
"""Whether a task's count of cancellations can be trusted after a `TaskGroup` in a node failed and was handled."""


def drive(run: Run, buffer: Buffer) -> AsyncGenerator[Any, None]:
    """Perform `run` and yield its chunks.

    Closing the generator, or cancelling the task that iterates it, cancels the running nodes and waits for them.
    """
    chunks = _supersteps(run, buffer)
    return report_async(run, chunks) if run.config.get("callbacks") else chunks


async def _supersteps(run: Run, buffer: Buffer) -> AsyncGenerator[Any, None]:  # noqa: C901, PLR0912 - one loop, told from top to bottom
    needed_loop()
    items = buffer.items
    saving = None if run.journal is None else AsyncSaving(run.journal)
    alone = run.limiter is None and not run.stream.live and CAN_TELL_CANCELLATION
    alone = alone and (saving is None or not saving.behind)
    buffer.adopt()
    async with AsyncSlotLent(run.loan), _Whole(run, buffer, saving) as whole:
        while (tasks := run.plan()) is not None:
            while items:
                yield items.popleft()
            if run.graph.cache is not None:
                tasks = await whole.without_cached(tasks)
            if tasks:
                await _give_way(run, buffer)
                if alone and run.width == 1:
                    failure = await _perform_here(run, tasks[0])
                else:
                    group = whole.group = Group(run, tasks, buffer, saving)
                    group.start()
                    while await group.progress():
                        while items:
                            yield items.popleft()
                            if buffer.crowded:
                                buffer.admit()
                    failure = group.failure
                while items:
                    yield items.popleft()
                if whole.keyed:
                    await whole.keep_cached()
                if failure is not None:
                    raise failure
            run.settle()
            if saving is not None:
                await saving.flush()
            run.show()
            while items:
                yield items.popleft()
        while items:
            yield items.popleft()
        run.conclude()


class _Whole:
    """What a run is given before it begins, and that it leaves nothing running and nothing unsaved, however it ends."""

    def __init__(self, run: Run, buffer: Buffer, saving: AsyncSaving | None) -> None:
        self.group: Group | None = None
        self.keyed: Keyed = {}
        self._run = run
        self._buffer = buffer
        self._saving = saving

    async def __aenter__(self) -> Self:
        if self._saving is not None:
            try:
                await self._saving.open()
            except BaseException:
                await self._saving.give_up()
                raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._buffer.close()
        try:
            if self.group is not None:
                await self.group.cancel()
        finally:
            if self._saving is not None:
                self._run.leave()
                await self._saving.close()

    async def without_cached(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Give tasks what the cache has for them; return the others."""
        cache = self._run.graph.cache
        self.keyed = keys_of(self._run, tasks)
        if cache is None or not self.keyed:
            return tasks
        return found_in(self._run, self.keyed, await cache.aget([*self.keyed]), tasks)

    async def keep_cached(self) -> None:
        """Let the cache have what was performed."""
        cache = self._run.graph.cache
        if cache is not None:
            await cache.aset(to_keep(self.keyed))


async def _give_way(run: Run, own: Buffer) -> None:
    """Wait until the consumers of the runs above have read what there is."""
    for above in run.stream.buffers:
        if above is not own:
            await above.drained()


async def _perform_here(run: Run, task: Task) -> BaseException | None:
    """Perform a task in the task that we are in; return the error to raise."""
    scope, context = run.scope(task)
    here: Any = asyncio.current_task()
    cancellations = here.cancelling() - here._must_cancel
    try:
        await InContext(perform(run, task, scope), context)
    except asyncio.CancelledError:
        if here.cancelling() > cancellations:
            raise
        return run.failed(task, cancelled_itself(task))
    except BaseException as error:
        return run.failed(task, error)
    if COUNTS_CANCELLATIONS and here.cancelling() > cancellations:  # the node swallowed it; the run ends all the same
        raise asyncio.CancelledError
    run.finished(task)
    return None
