"""The async driver: performs a run on an event loop.

A superstep of one task, whose chunks can only come at its end, is awaited right here in the consumer's own task; any
other superstep is a `Group` of asyncio tasks that live inside it and never outlast it. Sync nodes go to the engine's
threads.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, Sequence
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any, Final

from stepgraph.kernel.task import Task
from stepgraph.pregel.async_perform import cancelled_itself, perform
from stepgraph.pregel.buffer import Buffer, resolve
from stepgraph.pregel.pool import POOL
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope
from stepgraph.pregel.stepping import Held, InContext, spawn
from stepgraph.pregel.superstep import Superstep

__all__ = ["drive"]

CAN_TELL_CANCELLATION: Final = sys.version_info >= (3, 11)
"""Whether a task can tell its own cancellation from that of something it awaits; else each node needs its own task."""

COUNTS_CANCELLATIONS: Final = sys.version_info >= (3, 13)
"""Whether a task's count of cancellations can be trusted after a `TaskGroup` in a node failed and was handled."""


async def drive(run: Run, buffer: Buffer) -> AsyncGenerator[Any, None]:
    """Perform `run` and yield its chunks.

    Closing the generator, or cancelling the task that iterates it, cancels the running nodes and waits for them.
    """
    items = buffer.items
    alone = run.limiter is None and not run.stream.live and CAN_TELL_CANCELLATION
    buffer.adopt()
    group: Group | None = None
    async with _SlotLent(run):
        try:
            while (tasks := run.plan()) is not None:
                while items:
                    yield items.popleft()
                if not tasks:
                    continue
                await _give_way(run, buffer)
                if alone and len(tasks) == 1:
                    failure = await _perform_here(run, tasks[0])
                else:
                    group = Group(run, tasks, buffer)
                    group.start()
                    while await group.progress():
                        while items:
                            yield items.popleft()
                            if buffer.crowded:
                                buffer.admit()
                    failure = group.failure
                while items:
                    yield items.popleft()
                if failure is not None:
                    raise failure
                run.commit(tasks)
                while items:
                    yield items.popleft()
            run.conclude()
        finally:
            buffer.close()
            if group is not None:
                await group.cancel()


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


class _SlotLent:
    """The slot of the task above is given back for as long as the run takes, and waited for when it ends well.

    An error that ends the task above, because this graph is its node, does not wait.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    async def __aenter__(self) -> None:
        self._run.lend_slot()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        run = self._run
        if not run.wants_slot_back():
            return
        if run.ends_with(kind):
            run.overdraw_slot()
            run.slot_is_back()
            return
        loop = asyncio.get_running_loop()
        granted = loop.create_future()

        def grant() -> None:
            loop.call_soon_threadsafe(resolve, granted)

        try:
            if not run.acquire_lent_slot(grant):
                with POOL.waiting():
                    await granted
        except asyncio.CancelledError:
            run.withdraw_from_slot(grant)
            run.overdraw_slot()
            raise
        finally:
            run.slot_is_back()


class Group:
    """The tasks of one superstep as asyncio tasks, none of which outlasts it."""

    def __init__(self, run: Run, tasks: Sequence[Task], buffer: Buffer) -> None:
        self._run = run
        self._buffer = buffer
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
        """Wait until there is a chunk to yield or a task that ended; return whether there is more to come."""
        if not self._superstep.ended and not self._buffer.items:
            await self._wait()
        more = self._superstep.report()
        if self._superstep.failure is not None:
            await self.cancel()
        return more

    async def cancel(self) -> None:
        """Cancel what still runs and wait for it, however often the caller itself is cancelled meanwhile."""
        self._cancelling = True
        self._superstep.drop()
        alive = {running for running in self._running if not running.done()}
        for running in alive:
            running.cancel()
            guarded: Any = running.get_coro()
            if getcoroutinestate(guarded) == CORO_CREATED:  # it will not even begin
                self._superstep.release(self._running[running])
        interrupted: asyncio.CancelledError | None = None
        while alive:
            try:
                _, alive = await asyncio.wait(alive)
            except asyncio.CancelledError as error:
                interrupted = error
                alive = {running for running in alive if not running.done()}
        if interrupted is not None:
            raise interrupted

    def _start(self, task: Task) -> None:
        scope, context = self._run.scope(task)
        scope.has_slot = self._run.limiter is not None
        running = spawn(self._guarded(task, scope), context)
        if not running.done():
            self._running[running] = scope

    async def _guarded(self, task: Task, scope: TaskScope) -> None:
        """Perform a task; whatever comes of it is reported, not raised."""
        performing = perform(self._run, task, scope)
        buffers = self._run.stream.buffers
        error: BaseException | None = None
        try:
            await (Held(performing, buffers) if buffers else performing)
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
