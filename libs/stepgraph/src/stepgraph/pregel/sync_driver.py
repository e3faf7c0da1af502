"""The sync driver: performs a run in the caller's thread, and what runs side by side in the engine's threads.

A thread cannot be cancelled. When a task fails, or the consumer goes away, tasks that have not begun are dropped and
those that run are left to end by themselves; nobody waits for them and what they write is ignored.
"""

from __future__ import annotations

import asyncio
import inspect
import random
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from contextvars import Context
from typing import Any

from stepgraph.kernel.program import Pause
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Action
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.pool import POOL
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope
from stepgraph.pregel.superstep import Superstep

__all__ = ["drive"]


def drive(run: Run, buffer: Buffer) -> Generator[Any, None, None]:
    """Perform `run` and yield its chunks; closing the generator drops what has not begun."""
    if run.parent is None or not _on_a_loop():
        yield from _supersteps(run, buffer)
        return
    with ExitStack() as stack:  # an async node called us: its loop stands still, and nobody on it can give way
        run.keep_slot()
        for above in run.stream.buffers:
            stack.enter_context(above.overflowing())
        yield from _supersteps(run, buffer)


def _supersteps(run: Run, buffer: Buffer) -> Generator[Any, None, None]:
    items = buffer.items
    alone = run.limiter is None and not run.stream.live
    group: Group | None = None
    with _SlotLent(run):
        try:
            while (tasks := run.plan()) is not None:
                while items:
                    yield items.popleft()
                if not tasks:
                    continue
                _give_way(run, buffer)
                if alone and len(tasks) == 1:
                    failure = _perform_here(run, tasks[0])
                else:
                    group = Group(run, tasks, buffer)
                    group.start()
                    while group.progress():
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
                group.cancel()


def _give_way(run: Run, own: Buffer) -> None:
    """Wait until the consumers of the runs above have read what there is."""
    for above in run.stream.buffers:
        if above is not own:
            with POOL.waiting():
                above.wait_drained()


def _perform_here(run: Run, task: Task) -> BaseException | None:
    """Perform a task in the caller's thread; return the error to raise."""
    scope, context = run.scope(task)
    try:
        context.run(_perform, run, task, scope)
    except BaseException as error:
        return run.failed(task, error)
    run.finished(task)
    return None


def _perform(run: Run, task: Task, scope: TaskScope) -> None:
    """Run the program of a task in a context of its own: make its calls and its pauses."""
    scope.enter()
    steps = run.program(task)
    resume: Callable[[Any], Any] = steps.send
    value: Any = None
    try:
        while True:
            request = resume(value)
            resume = steps.send
            if type(request) is Pause:
                time.sleep(request.seconds + (random.random() if request.jitter else 0))
                scope.renew()
                value = None
                continue
            action, argument = request
            try:
                value = _call(action, argument, scope)
            except BaseException as error:
                resume, value = steps.throw, error
    except StopIteration:
        return


def _call(action: Action, argument: Any, scope: TaskScope) -> Any:
    if action.sync is None:
        raise TypeError(
            f"{action.name!r} is async and this run is not; call ainvoke() or astream() instead of invoke() or "
            "stream(), or give a sync function"
        )
    value = action.sync(argument, **scope.injected(action.inject)) if action.inject else action.sync(argument)
    if type(value) is not dict and inspect.iscoroutine(value):
        value.close()
        raise TypeError(
            f"{action.name!r} returned a coroutine and this run is not async; call ainvoke() or astream() instead of "
            "invoke() or stream()"
        )
    return value


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _SlotLent:
    """The slot of the task above is given back for as long as the run takes, and waited for when it ends well.

    An error that ends the task above, because this graph is its node, does not wait.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def __enter__(self) -> None:
        self._run.lend_slot()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._run.wants_slot_back():
            return
        granted = threading.Event()
        if self._run.ends_with(kind):
            self._run.overdraw_slot()
        elif not self._run.acquire_lent_slot(granted.set):
            with POOL.waiting():
                granted.wait()
        self._run.slot_is_back()


class Group:
    """The tasks of one superstep in the engine's threads."""

    def __init__(self, run: Run, tasks: Sequence[Task], buffer: Buffer) -> None:
        self._run = run
        self._buffer = buffer
        self._superstep = Superstep(run, tasks, self._granted)
        self._begun: list[tuple[Future[None], TaskScope]] = []
        self._slot_granted = False
        self._changed = threading.Event()

    @property
    def failure(self) -> BaseException | None:
        """The error to raise, once a task failed."""
        return self._superstep.failure

    def start(self) -> None:
        """Start the tasks that may start."""
        for task in self._superstep.startable():
            self._start(task)

    def progress(self) -> bool:
        """Wait until there is a chunk to yield or a task that ended; return whether there is more to come."""
        self._buffer.wake = self._changed.set
        with POOL.waiting():
            while not self._superstep.ended and not self._buffer.items and not self._slot_granted:
                self._changed.wait()
                self._changed.clear()
        self._buffer.wake = None
        if self._slot_granted:
            self._slot_granted = False
            task = self._superstep.grant()
            if task is not None:
                self._start(task)
                self.start()
        more = self._superstep.report()
        if self._superstep.failure is not None:
            self.cancel()
        return more

    def cancel(self) -> None:
        """Drop the tasks that have not begun."""
        self._superstep.drop()
        for future, scope in self._begun:
            if future.cancel():
                self._superstep.release(scope)
        self._begun.clear()

    def _start(self, task: Task) -> None:
        scope, context = self._run.scope(task)
        scope.has_slot = self._run.limiter is not None
        self._begun.append((POOL.submit(self._guarded, task, scope, context), scope))

    def _guarded(self, task: Task, scope: TaskScope, context: Context) -> None:
        """Perform a task; whatever comes of it is reported, not raised."""
        error = None
        try:
            context.run(_perform, self._run, task, scope)
        except BaseException as raised:
            error = raised
        self._superstep.end(task, scope, error)
        self._changed.set()

    def _granted(self) -> None:
        """A slot is ours; may be called in any thread."""
        self._slot_granted = True
        self._changed.set()
