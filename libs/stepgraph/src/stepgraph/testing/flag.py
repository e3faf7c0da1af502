"""Flag: an event that threads and coroutines of any event loop can wait for alike; once set it stays set."""

from __future__ import annotations

import asyncio
import threading

__all__ = ["Flag"]


class Flag:
    """An event for both colours.

    `threading.Event` blocks an event loop, and `asyncio.Event` belongs to one; a flag is set from anywhere and waited
    for anywhere.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[asyncio.Future[None]] = []

    def set(self) -> None:
        """Let everybody who waits, and who will wait, go on."""
        with self._lock:
            self._event.set()
            waiting, self._waiting = self._waiting, []
        for future in waiting:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, future)

    def is_set(self) -> bool:
        """Return whether it was set."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block this thread until it is set, `timeout` seconds at the most; return whether it was set."""
        return self._event.wait(timeout)

    async def await_set(self) -> None:
        """Wait until it is set, while the event loop goes on."""
        with self._lock:
            if self._event.is_set():
                return
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
        await future


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
