"""Limiter: how many tasks may run at once, shared by a run and the runs below it, whatever their threads.

A task that waits for a nested run gives its slot back for that time, so that no limit can deadlock.
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
    """

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._lock = threading.Lock()
        self._queue: deque[Callable[[], None]] = deque()

    def acquire(self, granted: Callable[[], None]) -> bool:
        """Take a slot; where none is free return false and call `granted`, from any thread, once one is yours."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._queue.append(granted)
            return False

    def release(self) -> None:
        """Give a slot back; it goes to whoever has waited longest."""
        with self._lock:
            if not self._queue:
                self._free += 1
                return
            granted = self._queue.popleft()
        granted()

    def withdraw(self, granted: Callable[[], None]) -> None:
        """Stop waiting; a slot that was granted meanwhile goes back."""
        with self._lock:
            if granted in self._queue:
                self._queue.remove(granted)
                return
        self.release()
