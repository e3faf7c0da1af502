"""LeasedTurns: who has a thread, first among the runs of this saver, then among all savers of the database.

The runs of a saver stand in one queue, so that only its first asks for the lease; savers ask again and again until the
lease is free. Somebody renews it while it is held: a thread for sync callers, a task for async ones, which ends with
the turn.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from stepgraph.checkpoint.turns import Turns
from stepgraph.errors import SaverError
from stepgraph_postgres.database import Database
from stepgraph_postgres.saver.leases import Leases

__all__ = ["LeasedTurns"]

_POLL: Final = 0.05
"""How often to ask for a lease that another saver has, in seconds."""


class LeasedTurns:
    """The turns of one saver.

    Args:
        database: Where the leases are.
        seconds: For how long a turn is kept when its process is gone.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._turns = Turns()
        self._leases = Leases(self._seconds)

    @contextmanager
    def turn(self, thread_id: str) -> Iterator[None]:
        """Wait for a turn and hold it."""
        if self._pid != os.getpid():
            self._begin()  # a child of the process is another owner, with a queue of its own
        ended = threading.Event()
        with self._turns.turn(thread_id):
            try:
                while not self._database.run(self._leases.take(thread_id)):
                    ended.wait(_POLL)
                renewer = threading.Thread(
                    target=self._renew, args=(thread_id, ended), name="stepgraph-lease", daemon=True
                )
                renewer.start()
                try:
                    yield
                finally:
                    ended.set()
                    renewer.join()
            finally:
                with suppress(SaverError):  # it ends by itself
                    self._database.run(self._leases.give_back(thread_id))

    @asynccontextmanager
    async def aturn(self, thread_id: str) -> AsyncIterator[None]:
        """See `turn`."""
        if self._pid != os.getpid():
            self._begin()
        async with self._turns.aturn(thread_id):
            try:
                while not await self._database.arun(self._leases.take(thread_id)):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(_POLL)
                renewer = asyncio.create_task(self._arenew(thread_id))
                try:
                    yield
                finally:
                    renewer.cancel()
                    await asyncio.wait([renewer])
            finally:
                with suppress(SaverError):
                    await self._database.arun(self._leases.give_back(thread_id))

    def _renew(self, thread_id: str, ended: threading.Event) -> None:
        while not ended.wait(self._leases.period):
            with suppress(SaverError):  # the next time, perhaps
                self._database.run(self._leases.renew(thread_id))

    async def _arenew(self, thread_id: str) -> None:
        while True:
            await asyncio.sleep(self._leases.period)
            with suppress(SaverError):
                await self._database.arun(self._leases.renew(thread_id))
