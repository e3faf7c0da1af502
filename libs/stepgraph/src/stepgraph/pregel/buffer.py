"""Buffer: the chunks between a run and whoever iterates it, and what holds either back.

Any thread may push; only the consumer pops. While a consumer waits, `wake` is set and a push calls it. A producer
in another thread blocks once `limit` chunks wait; an async producer cannot block, so its driver asks `full` at every
`await` of the node and holds it (`space`). What is popped goes to the consumer before anything else happens, so a
slow consumer slows the run down.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

__all__ = ["STREAM_BUFFER", "Buffer"]

STREAM_BUFFER: Final = 256
"""How many chunks may wait for the consumer before producers are held."""


class Buffer:
    """A bounded queue of chunks with one consumer.

    Attributes:
        items: The chunks that wait; the consumer pops them from the left.
        crowded: Whether a producer is held, so that the consumer must call `admit` after it popped.
    """

    __slots__ = ("_blocked", "_closed", "_held", "_owner", "crowded", "items", "limit", "wake")

    def __init__(self, limit: int = STREAM_BUFFER) -> None:
        self.items: deque[Any] = deque()
        self.limit: int = limit
        self.wake: Callable[[], None] | None = None
        self.crowded: bool = False
        self._owner = threading.get_ident()
        self._held: list[asyncio.Future[None]] = []
        self._blocked: threading.Condition | None = None
        self._closed = False

    def push(self, chunk: Any) -> None:
        """Add a chunk; a thread other than the consumer's waits for room first. After `close` it is dropped."""
        if self._closed:
            return
        items = self.items
        if len(items) >= self.limit and threading.get_ident() != self._owner:
            self._block()
        items.append(chunk)
        if self.wake is not None:
            self.wake()

    @property
    def full(self) -> bool:
        """Whether producers should wait."""
        return len(self.items) >= self.limit and not self._closed

    def space(self) -> asyncio.Future[None]:
        """Return a future that is done once there is room; for producers in the consumer's event loop."""
        future = asyncio.get_running_loop().create_future()
        self._held.append(future)
        self.crowded = True
        return future

    def admit(self) -> None:
        """Let held producers go on where there is room again."""
        if len(self.items) >= self.limit and not self._closed:
            return
        self.crowded = False
        held, self._held = self._held, []
        for future in held:
            if not future.done():
                future.set_result(None)
        if self._blocked is not None:
            with self._blocked:
                self._blocked.notify_all()

    def close(self) -> None:
        """Drop what waits and whatever is pushed from now on; nobody stays held."""
        self._closed = True
        self.items.clear()
        self.admit()

    def _block(self) -> None:
        if self._blocked is None:
            self._blocked = threading.Condition()
        with self._blocked:
            while self.full:
                self.crowded = True
                # The consumer may have popped between the two lines above: look again soon, whatever happens.
                self._blocked.wait(0.05)
