"""LoopPool: connections for the tasks of one event loop, made when they are needed and kept for the next.

Not `psycopg_pool`'s asynchronous pool, because that one keeps tasks of its own in the loop, which a loop that ends
without closing it would leave behind. The invariants: no task runs here that is not the caller's; at most `max_size`
connections are lent, in the order in which they were asked for; what is lent has no transaction on it.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolClosed, PoolTimeout

from stepgraph_postgres.settings import PoolSettings

__all__ = ["LoopPool"]

MAX_IDLE: Final = 600.0
"""After how many seconds without use a connection is replaced; what is between may have dropped it silently."""

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0


class _Idle(NamedTuple):
    connection: psycopg.AsyncConnection[Any]
    since: float


class LoopPool:
    """A pool of the event loop in which it is made.

    Args:
        settings: How to connect, and how many connections there may be.
        made: Is given every connection that is made.
    """

    def __init__(self, settings: PoolSettings, made: weakref.WeakSet[psycopg.AsyncConnection[Any]]) -> None:
        self._settings = settings
        self._made = made
        self._loop = asyncio.get_running_loop()
        self._idle: list[_Idle] = []
        self._lent = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Lend a connection.

        Raises:
            PoolTimeout: None was free, or the server could not be reached, for as long as the settings say.
            PoolClosed: The pool was closed.
        """
        deadline = self._loop.time() + self._settings.timeout
        await self._take_slot()
        connection: psycopg.AsyncConnection[Any] | None = None
        try:
            connection = await self._ready(deadline)
            yield connection
        finally:
            try:
                if connection is not None:
                    await self._take_back(connection)
            finally:
                self._free_slot()

    async def drop_idle(self) -> None:
        """Close the connections that nobody uses; others are made when they are needed."""
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            await connection.close()

    async def close(self) -> None:
        """Close the pool; connections that are lent are closed as they come back."""
        self._closed = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(PoolClosed("the pool was closed while a connection was waited for"))
        self._waiting.clear()
        await self.drop_idle()

    async def _ready(self, deadline: float) -> psycopg.AsyncConnection[Any]:
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.closed and self._loop.time() - since < MAX_IDLE:
                return connection
            await connection.close()
        return await self._connect(deadline)

    async def _connect(self, deadline: float) -> psycopg.AsyncConnection[Any]:
        pause = _FIRST_PAUSE
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._settings.conninfo, **{**self._settings.connect, "autocommit": True}
                )
            except psycopg.OperationalError as error:
                if self._loop.time() + pause > deadline:
                    reason = str(error).strip().replace("\n", " ")
                    waited = f"{self._settings.timeout:g} seconds"
                    raise PoolTimeout(f"no connection could be made for {waited}: {reason}") from error
            else:
                self._made.add(connection)
                return connection
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _take_back(self, connection: psycopg.AsyncConnection[Any]) -> None:
        if (not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE) or self._closed:
            await connection.close()
        if not connection.closed:
            self._idle.append(_Idle(connection, self._loop.time()))

    async def _take_slot(self) -> None:
        if self._closed:
            raise PoolClosed("the pool is closed")
        if self._lent < self._settings.max_size:
            self._lent += 1
            return
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        timer = self._loop.call_later(self._settings.timeout, self._give_up, waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._free_slot()  # it was given the slot and cancelled in the same breath
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waited = f"{self._settings.timeout:g} seconds"
            waiter.set_exception(PoolTimeout(f"all {self._settings.max_size} connections were in use for {waited}"))

    def _free_slot(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._lent -= 1
