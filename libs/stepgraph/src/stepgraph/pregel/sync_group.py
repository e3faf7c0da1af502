"""Group: the tasks of one superstep in the engine's threads.

A thread cannot be cancelled: tasks that have not begun are dropped, and those that run are left to end by themselves,
which they do at the next token of a chat model whose messages are streamed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextvars import Context

from stepgraph.execution.pool import POOL
from stepgraph.kernel.task import Task
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.run import Run
from stepgraph.pregel.saving import SyncSaving
from stepgraph.pregel.scope import TaskScope
from stepgraph.pregel.superstep import Superstep
from stepgraph.pregel.sync_perform import perform

__all__ = ["Group"]


class Group:
    """The tasks of one superstep in the engine's threads."""

    def __init__(self, run: Run, tasks: Sequence[Task], buffer: Buffer, saving: SyncSaving | None) -> None:
        self._run = run
        self._buffer = buffer
        self._saving = saving
        self._keeps_each = saving is not None and run.width > 1
        self._superstep = Superstep(run, tasks, self._granted)
        self._begun: list[tuple[Future[None], TaskScope]] = []
        self._slot_granted = False
        self._changed = threading.Event()
        if saving is not None:
            saving.notify = self._changed.set

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
                self._check_saving()
                self._changed.wait()
                self._changed.clear()
        self._check_saving()
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
        """Drop the tasks that have not begun, and leave those that run."""
        self._superstep.drop()
        for future, scope in self._begun:
            if future.cancel():
                self._superstep.release(scope)
            elif not future.done():
                scope.left = True
        self._begun.clear()

    def _start(self, task: Task) -> None:
        scope, context = self._run.scope(task)
        scope.has_slot = self._run.limiter is not None
        self._begun.append((POOL.submit(self._guarded, task, scope, context), scope))

    def _guarded(self, task: Task, scope: TaskScope, context: Context) -> None:
        """Perform a task; whatever comes of it is reported, not raised."""
        error = None
        try:
            context.run(perform, self._run, task, scope)
            if self._keeps_each and self._saving is not None:
                self._saving.keep(self._run, task)
        except BaseException as raised:
            error = raised
        self._superstep.end(task, scope, error)
        self._changed.set()

    def _check_saving(self) -> None:
        if self._saving is not None and self._saving.error is not None:
            raise self._saving.error

    def _granted(self) -> None:
        """A slot is ours; may be called in any thread."""
        self._slot_granted = True
        self._changed.set()
