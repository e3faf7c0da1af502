"""The engine's threads: where sync nodes of an async run, and parallel nodes of a sync run, are called.

There is one pool for the process, with a bound on how many of its calls are under way. A call that waits for others
in the pool, because its node runs a graph, does not count meanwhile (`waiting`), so a pool that is full of waiting
parents never keeps their children from running. Threads are made when they are needed and used again; they do not keep
the process alive, so that a node which nobody waits for any more does not hold up its end.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, Final, TypeAlias

__all__ = ["POOL", "Pool", "pool_size", "set_pool_size"]

Call: TypeAlias = "tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]"


class Pool:
    """Calls functions in threads, a bounded number at a time, first come, first served.

    Args:
        size: How many calls may be under way.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._busy = 0
        self._queue: deque[Call] = deque()
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Call]] = []  # where a thread that has nothing to do waits for its next call
        self._names = itertools.count()
        self._mine = threading.local()

    @property
    def size(self) -> int:
        """How many calls may be under way."""
        return self._size

    def resize(self, size: int) -> None:
        """Change how many calls may be under way; those that are go on.

        Raises:
            ValueError: `size` is below 1.
        """
        if size < 1:
            raise ValueError(f"the pool needs at least 1 thread, got {size}")
        with self._lock:
            self._size = size
            self._begin_queued()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call `function` in a thread as soon as there is room, and return its future."""
        future: Future[Any] = Future()
        with self._lock:
            self._queue.append((future, function, args))
            self._begin_queued()
        return future

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Do not count the call that this thread makes while it waits for others; in other threads, do nothing."""
        depth = getattr(self._mine, "depth", None)
        if depth is None:
            yield
            return
        self._mine.depth = depth + 1
        if depth == 0:
            with self._lock:
                self._busy -= 1
                self._begin_queued()
        try:
            yield
        finally:
            self._mine.depth -= 1
            if self._mine.depth == 0:
                with self._lock:  # one more than `size` may now be busy, until the next call ends
                    self._busy += 1

    def after_fork(self) -> None:
        """Begin anew in a child of the process, where the threads are not, and a lock may be held by one of them."""
        self._lock = threading.Lock()
        self._queue.clear()
        self._idle.clear()
        self._busy = 0 if getattr(self._mine, "depth", None) is None else 1

    def _begin_queued(self) -> None:
        while self._queue and self._busy < self._size:
            self._busy += 1
            call = self._queue.popleft()
            if self._idle:
                self._idle.pop().put(call)
            else:
                name = f"stepgraph-node_{next(self._names)}"
                threading.Thread(target=self._serve, args=(call,), name=name, daemon=True).start()

    def _serve(self, call: Call) -> None:
        """Make calls for as long as the process lives; the life of a thread."""
        inbox: SimpleQueue[Call] = SimpleQueue()
        while True:
            self._work(call)
            del call
            with self._lock:
                self._idle.append(inbox)
            call = inbox.get()

    def _work(self, call: Call) -> None:
        """Make a call, and then those that wait for room, in one thread."""
        following: Call | None = call
        while following is not None:
            self._mine.depth = 0
            future, function, args = following
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*args))
                except BaseException as error:
                    future.set_exception(error)
            del self._mine.depth, future, function, args
            with self._lock:
                following = self._queue.popleft() if self._queue and self._busy <= self._size else None
                if following is None:
                    self._busy -= 1


POOL: Final = Pool(max(32, 4 * (os.cpu_count() or 1)))
"""The pool of this process."""

if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=POOL.after_fork)


def pool_size() -> int:
    """Return how many sync nodes may run in threads at once."""
    return POOL.size


def set_pool_size(threads: int) -> None:
    """Set how many sync nodes may run in threads at once; those that run go on.

    Raises:
        ValueError: `threads` is below 1.
    """
    POOL.resize(threads)
