"""LoopPools: one pool of asynchronous connections for each event loop that asks for one.

A connection cannot leave its event loop, so an object that serves several loops, at once or one after the other, needs
a pool in each. The invariant: no socket outlives its loop for long; what a closed loop left is closed when the next
loop asks, or at `close`, or when this object is collected.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from typing import Any, TypeAlias

import psycopg

from stepgraph_postgres.loop_pool import LoopPool
from stepgraph_postgres.settings import PoolSettings

__all__ = ["LoopPools"]

_Connections: TypeAlias = "weakref.WeakSet[psycopg.AsyncConnection[Any]]"


class _Entry:
    """The pool of one loop, and every connection that it ever made and that is still there."""

    def __init__(self, settings: PoolSettings) -> None:
        made: _Connections = weakref.WeakSet()
        self.pool = LoopPool(settings, made)
        self.abandon = weakref.finalize(self, _finish, made, os.getpid())
        """Closes the sockets without the loop's help."""


class LoopPools:
    """Pools by event loop, made when they are first needed.

    Args:
        settings: What each is made with.
    """

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._entries: dict[asyncio.AbstractEventLoop, _Entry] = {}
        self._pid = os.getpid()

    def here(self) -> LoopPool:
        """Return the pool of the running loop."""
        loop = asyncio.get_running_loop()
        found = self._entries.get(loop)
        if found is None or self._pid != os.getpid():
            found = self._add(loop)
        return found.pool

    async def aclose(self) -> None:
        """Close the pool of the running loop, and those of other loops as far as they can be."""
        with self._lock:
            mine = self._entries.pop(asyncio.get_running_loop(), None)
        if mine is not None:
            await mine.pool.close()
        self.close()

    def close(self) -> None:
        """Close every pool, without waiting for loops that run in other threads."""
        with self._lock:
            entries, self._entries = self._entries, {}
        for loop, entry in entries.items():
            if loop.is_running():
                asyncio.run_coroutine_threadsafe(entry.pool.close(), loop)
            else:
                entry.abandon()

    def _add(self, loop: asyncio.AbstractEventLoop) -> _Entry:
        with self._lock:
            if self._pid != os.getpid():  # connections do not outlive a fork
                self._entries, self._pid = {}, os.getpid()
            for closed in [known for known in self._entries if known.is_closed()]:
                self._entries.pop(closed).abandon()
            return self._entries.setdefault(loop, _Entry(self._settings))


def _finish(connections: _Connections, pid: int) -> None:
    if pid == os.getpid():  # the sockets of a forked process belong to its parent too
        for connection in list(connections):
            connection.pgconn.finish()
