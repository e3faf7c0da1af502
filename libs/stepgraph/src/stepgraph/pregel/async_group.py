"""Group: the tasks of one superstep as asyncio tasks, none of which outlasts it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any

from stepgraph.execution.lent import resolve
from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import cancel_all, started
from stepgraph.kernel.task import Task
from stepgraph.pregel.async_perform import cancelled_itself, perform
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.run import Run
from stepgraph.pregel.saving import AsyncSaving
from stepgraph.pregel.scope import TaskScope
from stepgraph.pregel.stepping import Held
from stepgraph.pregel.superstep import Superstep

__all__ = ["Group"]


class Group:
    """The tasks of one superstep as asyncio tasks, none of which outlasts it."""

    def __init__(self, run: Run, tasks: Sequence[Task], buffer: Buffer, saving: AsyncSaving | None) -> None:
        self._run = run
        self._buffer = buffer
        self._saving = saving
        self._keeps_each = saving is not None and run.width > 1
        if saving is not None:
            saving.notify = self._resolve
        self._superstep = Superstep(run, tasks, self._granted)
        self._running: dict[asyncio.Task[None], TaskScope] = {}
        self._cancelling = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._waiter: asyncio.Future[None] | None = None

    @property
    def failure(self) -> BaseException | None:
        """The error to raise, once a task failed and the others are cancelled."""
        return self._superstep.failure

    def start(self) -> None:
        """Start the tasks that may start."""
        for task in self._superstep.startable():
            self._start(task)

    async def progress(self) -> bool:
        """Wait until there is a chunk to yield or a task that ended; return whether there is more to come.

        Raises:
            BaseException: What failed when something was saved in the background.
        """
        if not self._superstep.ended and not self._buffer.items:
            await self._wait()
        if self._saving is not None and self._saving.error is not None:
            raise self._saving.error
        more = self._superstep.report()
        if self._superstep.failure is not None:
            await self.cancel()
        return more

    async def cancel(self) -> None:
        """Cancel what still runs and wait for it, however often the caller itself is cancelled meanwhile."""
        self._cancelling = True
        self._superstep.drop()
        for running, scope in self._running.items():
            guarded: Any = running.get_coro()
            if not running.done() and getcoroutinestate(guarded) == CORO_CREATED:  # it will not even begin
                self._superstep.release(scope)
        await cancel_all(self._running)

    def _start(self, task: Task) -> None:
        scope, context = self._run.scope(task)
        scope.has_slot = self._run.limiter is not None
        running = started(self._guarded(task, scope), context)
        if not running.done():
            self._running[running] = scope

    async def _guarded(self, task: Task, scope: TaskScope) -> None:
        """Perform a task; whatever comes of it is reported, not raised."""
        performing = perform(self._run, task, scope)
        buffers = self._run.stream.buffers
        error: BaseException | None = None
        try:
            await (Held(performing, buffers) if buffers else performing)
            if self._keeps_each and self._saving is not None:
                await self._saving.keep(self._run, task)
        except asyncio.CancelledError:
            if self._cancelling:
                self._superstep.release(scope)  # a sibling may wait for the slot before it can end
                raise
            error = cancelled_itself(task)
        except BaseException as raised:
            error = raised
        self._superstep.end(task, scope, error)
        self._resolve()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        self._buffer.wake = self._wake
        try:
            if not self._superstep.ended and not self._buffer.items:
                with POOL.waiting():
                    await self._waiter
        finally:
            self._buffer.wake = None
            self._waiter = None

    def _wake(self) -> None:
        if threading.get_ident() == self._thread:
            self._resolve()
        else:
            self._loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        if self._waiter is not None:
            resolve(self._waiter)

    def _granted(self) -> None:
        """A slot is ours; may be called in any thread."""
        self._loop.call_soon_threadsafe(self._start_granted)

    def _start_granted(self) -> None:
        task = self._superstep.grant()
        if task is not None:
            self._start(task)
            self.start()
