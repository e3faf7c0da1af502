"""Turns: who has a thread, among the runs of this process that wait for one another; first come, first served."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

__all__ = ["Turns"]

Granted = Callable[[], None]


class Turns:
    """A queue per thread. Runs of both colours and of any event loop stand in the same queue."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Granted]] = {}

    @contextmanager
    def turn(self, thread_id: str) -> Iterator[None]:
        """Wait for a turn and hold it."""
        event = threading.Event()
        granted = event.set
        if not self._join(thread_id, granted):
            try:
                event.wait()
            except BaseException:
                self._leave(thread_id, granted)
                raise
        try:
            yield
        finally:
            self._leave(thread_id, granted)

    @asynccontextmanager
    async def aturn(self, thread_id: str) -> AsyncIterator[None]:
        """Wait for a turn and hold it, without a thread."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def grant() -> None:
            if not future.done():
                future.set_result(None)

        def granted() -> None:
            try:
                loop.call_soon_threadsafe(grant)
            except RuntimeError:  # its loop was closed while it waited: nobody is there to take the turn
                self._leave(thread_id, granted)

        if not self._join(thread_id, granted):
            try:
                await future
            except BaseException:
                self._leave(thread_id, granted)
                raise
        try:
            yield
        finally:
            self._leave(thread_id, granted)

    def _join(self, thread_id: str, granted: Granted) -> bool:
        """Stand in the queue; return whether it is this one's turn at once."""
        with self._lock:
            queue = self._waiting.setdefault(thread_id, deque())
            queue.append(granted)
            return len(queue) == 1

    def _leave(self, thread_id: str, granted: Granted) -> None:
        """Leave the queue, from wherever in it; the next one in front is told."""
        with self._lock:
            queue = self._waiting[thread_id]
            was_first = queue[0] is granted
            queue.remove(granted)
            following = queue[0] if was_first and queue else None
            if not queue:
                del self._waiting[thread_id]
        if following is not None:
            following()
