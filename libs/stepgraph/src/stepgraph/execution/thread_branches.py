"""Thread branches: functions side by side in the engine's threads.

A thread cannot be cancelled. When a branch fails, those that have not begun are dropped, and those that run are left to
end by themselves: nobody waits for them. One that asks a question does not fail: the others go on, and may ask as well.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

from stepgraph.errors import GraphInterrupt
from stepgraph.execution.lent import SlotLent
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Loan, Slot
from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import running_loop

__all__ = ["ThreadBranch", "as_completed_in_threads", "gather_in_threads"]

T = TypeVar("T")

ThreadBranch = Callable[["Slot | None"], T]
"""A branch, which is given its slot where there is a limiter."""


def gather_in_threads(
    branches: Sequence[ThreadBranch[T]], limiter: Limiter | None = None, holder: Holder | None = None
) -> list[T]:
    """Run branches side by side and return their results in their order; see `branches.gather`."""
    results: dict[int, T] = dict(as_completed_in_threads(branches, limiter, holder))
    return [results[number] for number in range(len(branches))]


def as_completed_in_threads(
    branches: Sequence[ThreadBranch[T]], limiter: Limiter | None = None, holder: Holder | None = None
) -> Iterator[tuple[int, T]]:
    """Run branches side by side and yield their results with their numbers, as they come.

    Whoever closes the iterator early drops the branches that have not begun.
    """
    if limiter is not None and running_loop() is not None:
        # Those who have the slots may wait for this very loop, which stands still: go on one by one in our own slot.
        yield from _one_by_one(branches)
        return
    with SlotLent(Loan(holder if limiter is not None else None)):
        yield from _Threads(branches, limiter).results()


def _one_by_one(branches: Sequence[ThreadBranch[T]]) -> Iterator[tuple[int, T]]:
    asked: GraphInterrupt | None = None
    for number, branch in enumerate(branches):
        try:
            result = branch(None)
        except GraphInterrupt as error:
            asked = asked or error
        else:
            yield number, result
    if asked is not None:
        raise asked


class _Threads:
    """Branches under way. Each starts as soon as a slot is granted, whoever grants it, wherever the consumer is."""

    def __init__(self, branches: Sequence[ThreadBranch[Any]], limiter: Limiter | None) -> None:
        self._waiting = deque(enumerate(branches))
        self._left = len(branches)
        self._limiter = limiter
        self._context = copy_context()
        self._begun: list[tuple[Future[None], Slot | None]] = []
        self._ended: deque[tuple[int, Any, BaseException | None]] = deque()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._asked = False

    def results(self) -> Iterator[tuple[int, Any]]:
        asked: GraphInterrupt | None = None
        try:
            self._start()
            while self._left:
                while not self._ended:
                    with POOL.waiting():
                        self._changed.wait()
                    self._changed.clear()
                while self._ended:
                    number, result, error = self._ended.popleft()
                    self._left -= 1
                    if isinstance(error, GraphInterrupt):
                        asked = asked or error
                    elif error is not None:
                        raise error
                    else:
                        yield number, result
            if asked is not None:
                raise asked
        finally:
            self._drop()

    def _start(self) -> None:
        """Start the branches that may start."""
        limiter = self._limiter
        while self._waiting:
            if limiter is not None:
                with self._lock:
                    if self._asked:
                        return
                    self._asked = True
                if not limiter.acquire(self._granted) or not self._take():
                    return
            self._submit()

    def _granted(self) -> None:
        """A slot is ours; may be called in any thread."""
        if self._take():
            self._submit()
            self._start()

    def _take(self) -> bool:
        """Take the slot that was asked for; it is gone where `_drop` has withdrawn the wish meanwhile."""
        with self._lock:
            wanted, self._asked = self._asked, False
        return wanted

    def _submit(self) -> None:
        """Start the next branch, in the slot that we have."""
        with self._lock:
            if not self._waiting:  # dropped meanwhile
                if self._limiter is not None:
                    self._limiter.release()
                return
            number, branch = self._waiting.popleft()
            slot = None if self._limiter is None else Slot(self._limiter)
            call = self._context.copy().run
            self._begun.append((POOL.submit(call, self._perform, number, branch, slot), slot))

    def _perform(self, number: int, branch: ThreadBranch[Any], slot: Slot | None) -> None:
        result, error = None, None
        try:
            result = branch(slot)
        except BaseException as raised:
            error = raised
        self._release(slot)
        self._ended.append((number, result, error))
        self._changed.set()

    def _release(self, slot: Slot | None) -> None:
        if slot is not None and slot.end() and self._limiter is not None:
            self._limiter.release()

    def _drop(self) -> None:
        with self._lock:
            self._waiting.clear()
            begun = list(self._begun)
        if self._limiter is not None and self._take():
            self._limiter.withdraw(self._granted)
        for future, slot in begun:
            if future.cancel():
                self._release(slot)
