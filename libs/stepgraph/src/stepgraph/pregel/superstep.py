"""Superstep: which of a superstep's tasks wait, run and have ended, for a driver that runs them side by side.

It knows nothing of loops and threads. A driver starts what `startable` gives it, reports how each ended with `end`,
from whatever thread, and calls `report` in its own. After a failure, or when the consumer goes away, it calls `drop`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from stepgraph.errors import GraphInterrupt
from stepgraph.kernel.task import Task
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope

__all__ = ["Superstep"]


class Superstep:
    """The tasks of one superstep under way.

    Args:
        run: The run that they belong to.
        tasks: The tasks, as planned.
        granted: Called, from any thread, when a slot for a waiting task has become free; the driver then calls
            `grant` in its own.

    Attributes:
        ended: Tasks that ended and are not reported yet, each with its error.
        failure: The error to raise, once a task failed.
    """

    def __init__(self, run: Run, tasks: Sequence[Task], granted: Callable[[], None]) -> None:
        self.ended: deque[tuple[Task, BaseException | None]] = deque()
        self.failure: BaseException | None = None
        self._run = run
        self._limiter = run.limiter
        self._waiting = deque(tasks)
        self._unreported = len(tasks)
        self._granted: Callable[[], None] = granted if run.limiter is not None else _never  # no needless cycle
        self._asked_for_slot = False
        self._failing = False

    def startable(self) -> Iterator[Task]:
        """Yield the tasks that may start now: all of them, or as many as there are slots for until one fails."""
        if self._limiter is None:
            while self._waiting:
                yield self._waiting.popleft()
            return
        while self._waiting and not self._asked_for_slot and not self._failing:
            if self._limiter.acquire(self._granted):
                yield self._waiting.popleft()
            else:
                self._asked_for_slot = True

    def grant(self) -> Task | None:
        """Take the slot that was asked for and return the task to start, `None` if it is no longer needed."""
        if not self._asked_for_slot:
            return None
        self._asked_for_slot = False
        if self._failing and self._limiter is not None:
            self._limiter.release()
            return None
        return self._waiting.popleft()

    def end(self, task: Task, scope: TaskScope, error: BaseException | None) -> None:
        """Take note of how a task ended, and give its slot back; after an error no slot is used for another."""
        if error is not None and not isinstance(error, GraphInterrupt):
            self._failing = True
        self.release(scope)
        self.ended.append((task, error))

    def release(self, scope: TaskScope) -> None:
        """Give the slot of a task back."""
        if scope.end_slot() and self._limiter is not None:
            self._limiter.release()

    def report(self) -> bool:
        """Tell the run what ended; return whether there is more to wait for."""
        while self.ended:
            task, error = self.ended.popleft()
            self._unreported -= 1
            if error is None:
                self._run.finished(task)
            elif self.failure is None or isinstance(error, GraphInterrupt):
                self.failure = self._run.failed(task, error) or self.failure
        return self._unreported > 0 and self.failure is None

    def drop(self) -> None:
        """Start no more tasks."""
        self._waiting.clear()
        if self._asked_for_slot and self._limiter is not None:
            self._asked_for_slot = False
            self._limiter.withdraw(self._granted)


def _never() -> None:
    """Stand in for a callback that nothing calls."""
