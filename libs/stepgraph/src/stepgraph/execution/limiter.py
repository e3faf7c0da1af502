"""Limiter: how many tasks may run at once, shared by a run and the runs below it, whatever their threads.

A task that waits for a nested run gives its slot back for that time, so that no limit can deadlock. A nested run with a
limit of its own needs a slot of both, its own first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

__all__ = ["Limiter"]


class Limiter:
    """Slots for tasks, handed out first come, first served.

    Args:
        slots: How many there are.
        above: A limiter of which a slot is needed too, for a run inside another that has a limit of its own.
    """

    def __init__(self, slots: int, above: Limiter | None = None) -> None:
        self._free = slots
        self._above = above
        self._lock = threading.Lock()
        self._queue: deque[Callable[[], None]] = deque()
        self._climbing: dict[Callable[[], None], Callable[[], None]] = {}

    def acquire(self, granted: Callable[[], None]) -> bool:
        """Take a slot; where none is free return false and call `granted`, from any thread, once one is yours."""
        above = self._above
        if above is None:
            with self._lock:
                if self._free <= 0:
                    self._queue.append(granted)
                    return False
                self._free -= 1
                return True

        def climb() -> None:
            with self._lock:
                self._climbing.pop(granted, None)
            if above.acquire(granted):
                granted()

        with self._lock:
            if self._free <= 0:
                self._climbing[granted] = climb
                self._queue.append(climb)
                return False
            self._free -= 1
        return above.acquire(granted)

    def release(self) -> None:
        """Give a slot back; it goes to whoever has waited longest."""
        if self._above is not None:
            self._above.release()
        self._give()

    def overdraw(self) -> None:
        """Take a slot even where none is free; the next one that is given back makes up for it."""
        if self._above is not None:
            self._above.overdraw()
        with self._lock:
            self._free -= 1

    def withdraw(self, granted: Callable[[], None]) -> None:
        """Stop waiting; a slot that was granted meanwhile goes back."""
        with self._lock:
            waiting = self._climbing.pop(granted, granted)
            if waiting in self._queue:
                self._queue.remove(waiting)
                return
        if self._above is not None:
            self._above.withdraw(granted)
        self._give()

    def _give(self) -> None:
        with self._lock:
            if self._free < 0 or not self._queue:
                self._free += 1
                return
            granted = self._queue.popleft()
        granted()
