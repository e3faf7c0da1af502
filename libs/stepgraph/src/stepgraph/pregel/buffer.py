"""Buffer: the chunks between a run and whoever iterates it, and what holds either back.

Any thread may add; only the consumer pops. While a consumer waits, `wake` is set and whoever adds calls it. The
engine's own chunks are pushed, for they are few and come out before anything else happens. What nodes give out is
offered: a thread that offers blocks once `limit` chunks wait; an async node cannot block, so its driver asks `full` at
each of its awaits and holds it (`space`). So a slow consumer slows the run down.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from stepgraph.execution.lent import resolve

__all__ = ["STREAM_BUFFER", "Buffer"]

STREAM_BUFFER: Final = 256
"""How many chunks may wait for the consumer before producers are held."""


class Buffer:
    """A bounded queue of chunks with one consumer.

    Attributes:
        items: The chunks that wait; the consumer pops them from the left.
        limit: How many may wait before those who offer are held.
        crowded: Whether somebody is held, so that the consumer must call `admit` after it popped.
        wake: What to call when something was added, while the consumer waits.
    """

    __slots__ = ("_blocked", "_closed", "_held", "_owner", "_patience", "crowded", "items", "limit", "wake")

    def __init__(self, limit: int = STREAM_BUFFER) -> None:
        self.items: deque[Any] = deque()
        self.limit: int = limit
        self.wake: Callable[[], None] | None = None
        self.crowded: bool = False
        self._owner: int | None = None
        self._held: list[tuple[asyncio.Future[None], int]] = []
        self._blocked = threading.Condition()
        self._patience = 0
        self._closed = False

    def adopt(self) -> None:
        """Make this thread, whose event loop the consumer runs on, one that offers without blocking."""
        self._owner = threading.get_ident()

    def push(self, chunk: Any) -> None:
        """Add a chunk; after `close` it is dropped."""
        if self._closed:
            return
        self.items.append(chunk)
        wake = self.wake
        if wake is not None:
            wake()

    def offer(self, chunk: Any) -> None:
        """Add a chunk that a node gave out; a thread waits for room first."""
        if len(self.items) >= self.limit and threading.get_ident() != self._owner:
            self._block_while(lambda: self.full)
        self.push(chunk)

    @property
    def full(self) -> bool:
        """Whether those who offer should wait."""
        return len(self.items) >= self.limit and not self._closed and not self._patience

    @property
    def empty(self) -> bool:
        """Whether nothing waits for the consumer, or it does not matter."""
        return not self.items or self._closed or self._patience > 0

    def space(self) -> asyncio.Future[None]:
        """Return a future of this thread's event loop that is done after the consumer popped; look again then."""
        future = asyncio.get_running_loop().create_future()
        self._held.append((future, threading.get_ident()))
        self.crowded = True
        if not self.items:  # the consumer popped the last one between the caller's look and this
            self.admit()
        return future

    def admit(self) -> None:
        """Let those who are held look again: the consumer popped."""
        self.crowded = False
        held, self._held = self._held, []
        here = threading.get_ident()
        for future, thread in held:
            if thread == here:
                resolve(future)
            else:
                future.get_loop().call_soon_threadsafe(resolve, future)
        with self._blocked:
            self._blocked.notify_all()

    async def drained(self) -> None:
        """Wait until the consumer has popped everything."""
        while not self.empty:
            await self.space()

    def wait_drained(self) -> None:
        """Wait until the consumer has popped everything, in a thread of its own."""
        self._block_while(lambda: not self.empty)

    @contextmanager
    def overflowing(self) -> Iterator[None]:
        """Hold nobody back for a while in which the consumer's thread itself is kept from popping."""
        if threading.get_ident() != self._owner:
            yield
            return
        self._patience += 1
        try:
            yield
        finally:
            self._patience -= 1

    def close(self) -> None:
        """Drop what waits and whatever is added from now on; nobody stays held."""
        self._closed = True
        self.items.clear()
        self.admit()

    def _block_while(self, unfit: Callable[[], bool]) -> None:
        with self._blocked:
            while unfit():
                self.crowded = True
                # The consumer may have popped between the two lines above: look again soon, whatever happens.
                self._blocked.wait(0.05)
