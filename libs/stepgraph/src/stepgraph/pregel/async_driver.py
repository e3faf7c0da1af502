"""The async driver: performs a run on an event loop.

A superstep of one task, whose chunks can only come at its end, is awaited right here in the consumer's own task; any
other superstep is a `Group` of asyncio tasks that live inside it and never outlast it. Sync nodes go to the engine's
threads.
"""

from __future__ import annotations

import asyncio
import inspect
import random
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from typing import Any

from stepgraph.errors import NodeCancelledError
from stepgraph.kernel.program import Pause
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Action
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.pool import pool
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope
from stepgraph.pregel.stepping import Held, InContext

__all__ = ["drive"]


async def drive(run: Run, buffer: Buffer) -> AsyncGenerator[Any, None]:
    """Perform `run` and yield its chunks.

    Closing the generator, or cancelling the task that iterates it, cancels the running nodes and waits for them.
    """
    items = buffer.items
    alone = run.limiter is None and not run.stream.live
    group: Group | None = None
    run.lend_slot()
    try:
        while tasks := run.plan():
            while items:
                yield items.popleft()
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
        if run.wants_slot_back():
            await _reacquire(run)


async def _perform_here(run: Run, task: Task) -> BaseException | None:
    """Perform a task in the task that we are in; return the error to raise."""
    scope, context = run.scope(task)
    stepping = InContext(_perform(run, task, scope), context)
    try:
        await stepping
    except asyncio.CancelledError:
        if stepping.cancelled:
            raise
        return run.failed(task, _cancelled_itself(task))
    except BaseException as error:
        return run.failed(task, error)
    run.finished(task)
    return None


async def _perform(run: Run, task: Task, scope: TaskScope) -> None:
    """Run the program of a task: make its calls and its pauses."""
    steps = run.program(task)
    resume: Callable[[Any], Any] = steps.send
    value: Any = None
    try:
        while True:
            request = resume(value)
            resume = steps.send
            if type(request) is Pause:
                await asyncio.sleep(request.seconds + (random.random() if request.jitter else 0))
                scope.renew()
                value = None
                continue
            action, argument = request
            try:
                if action.awaitable is None:
                    value = await _call_in_thread(run, action, argument, scope)
                elif action.inject:
                    value = await action.awaitable(argument, **scope.injected(action.inject))
                else:
                    value = await action.awaitable(argument)
            except BaseException as error:
                resume, value = steps.throw, error
    except StopIteration:
        return


async def _call_in_thread(run: Run, action: Action, argument: Any, scope: TaskScope) -> Any:
    assert action.sync is not None
    call = copy_context().run
    keywords = scope.injected(action.inject)
    loop = asyncio.get_running_loop()
    result, error = await loop.run_in_executor(pool(run.depth), _outcome, call, action.sync, argument, keywords)
    if error is not None:
        raise error
    return await result if inspect.isawaitable(result) else result


def _outcome(call: Any, function: Any, argument: Any, keywords: Any) -> tuple[Any, BaseException | None]:
    """Call in a thread; an error is returned, because a future cannot carry every kind (`StopIteration`)."""
    try:
        return call(function, argument, **keywords), None
    except StopIteration as error:
        failure = RuntimeError("a node raised StopIteration")
        failure.__cause__ = error
        return None, failure
    except BaseException as error:
        return None, error


def _cancelled_itself(task: Task) -> NodeCancelledError:
    return NodeCancelledError(
        f"node {task.node.name!r} raised CancelledError although nobody cancelled the run; catch it in the node where "
        "it awaits something that others may cancel"
    )


def _spawn(coroutine: Coroutine[Any, Any, None], context: Context) -> asyncio.Task[None]:
    if sys.version_info >= (3, 12):
        loop = asyncio.get_running_loop()
        return asyncio.Task(coroutine, loop=loop, context=context, eager_start=True)
    if sys.version_info >= (3, 11):
        return asyncio.create_task(coroutine, context=context)
    return context.run(asyncio.create_task, coroutine)


async def _reacquire(run: Run) -> None:
    """Wait for the slot that the task above gave back while this run was under way."""
    loop = asyncio.get_running_loop()
    granted = loop.create_future()

    def resolve() -> None:
        if not granted.done():
            granted.set_result(None)

    def grant() -> None:
        loop.call_soon_threadsafe(resolve)

    assert run.limiter is not None
    if not run.limiter.acquire(grant):
        try:
            await granted
        except asyncio.CancelledError:
            run.limiter.withdraw(grant)
            run.forgo_slot()
            raise


class Group:
    """The tasks of one superstep, running side by side.

    Attributes:
        failure: The error to raise, once a task failed and the others are cancelled.
    """

    def __init__(self, run: Run, tasks: Sequence[Task], buffer: Buffer) -> None:
        self.failure: BaseException | None = None
        self._run = run
        self._buffer = buffer
        self._waiting = deque(tasks)
        self._ended: deque[tuple[Task, BaseException | None]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._unreported = len(tasks)
        self._cancelling = False
        self._asked_for_slot = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._waiter: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Start as many tasks as there are slots for."""
        limiter = self._run.limiter
        while self._waiting and not self._asked_for_slot:
            if limiter is None or limiter.acquire(self._granted):
                self._start_one()
            else:
                self._asked_for_slot = True

    async def progress(self) -> bool:
        """Wait until there is a chunk to yield or a task that ended; return whether there is more to come."""
        if not self._ended and not self._buffer.items:
            await self._wait()
        while self._ended:
            task, error = self._ended.popleft()
            self._unreported -= 1
            if error is None:
                self._run.finished(task)
            elif self.failure is None:
                self.failure = self._run.failed(task, error)
        if self.failure is not None:
            await self.cancel()
            return False
        return self._unreported > 0

    async def cancel(self) -> None:
        """Cancel what still runs and wait for it, however often the caller itself is cancelled meanwhile."""
        self._cancelling = True
        self._waiting.clear()
        if self._asked_for_slot and self._run.limiter is not None:
            self._asked_for_slot = False
            self._run.limiter.withdraw(self._granted)
        alive = {running for running in self._running if not running.done()}
        for running in alive:
            running.cancel()
        interrupted: asyncio.CancelledError | None = None
        while alive:
            try:
                _, alive = await asyncio.wait(alive)
            except asyncio.CancelledError as error:
                interrupted = error
                alive = {running for running in alive if not running.done()}
        if interrupted is not None:
            raise interrupted

    def _start_one(self) -> None:
        task = self._waiting.popleft()
        scope, context = self._run.scope(task)
        scope.has_slot = self._run.limiter is not None
        running = _spawn(self._guarded(task, scope), context)
        if not running.done():
            self._running.add(running)

    async def _guarded(self, task: Task, scope: TaskScope) -> None:
        """Perform a task; whatever comes of it is reported, not raised."""
        run = self._run
        error: BaseException | None = None
        performing = _perform(run, task, scope)
        try:
            await (Held(performing, run.stream.buffers) if run.stream.buffers else performing)
        except asyncio.CancelledError:
            if self._cancelling:
                raise
            error = _cancelled_itself(task)
        except BaseException as raised:
            error = raised
        finally:
            if scope.end_slot() and run.limiter is not None:
                run.limiter.release()
        self._ended.append((task, error))
        if self._waiter is not None:
            self._resolve()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        self._buffer.wake = self._wake
        try:
            if not self._ended and not self._buffer.items:
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
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _granted(self) -> None:
        """A slot is ours; may be called in any thread."""
        self._loop.call_soon_threadsafe(self._start_granted)

    def _start_granted(self) -> None:
        if not self._cancelling:
            self._asked_for_slot = False
            self._start_one()
            self.start()
