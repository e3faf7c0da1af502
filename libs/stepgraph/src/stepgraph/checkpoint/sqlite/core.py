"""Core: what the SQLite savers of one database share: its writer, its readers, its turns, and its end.

It is closed when asked to, when the last saver is gone, or when the process ends. A child of the process gets a writer
and readers of its own: a connection must not cross a fork, not even to be closed.
"""

from __future__ import annotations

import asyncio
import os
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Final

from stepgraph.checkpoint.records.requests import Lane, Procedure
from stepgraph.checkpoint.records.sweeping import Limits, sweep
from stepgraph.checkpoint.sqlite.database import Database
from stepgraph.checkpoint.sqlite.leases import Leases
from stepgraph.checkpoint.sqlite.readers import Readers
from stepgraph.checkpoint.sqlite.writer import Job, Writer
from stepgraph.checkpoint.turns import Turns
from stepgraph.errors import SaverError

__all__ = ["Core"]

_LEASE: Final = 30.0
_POLL: Final = 0.05
"""How often to ask for a lease that another process has, in seconds."""

_SWEEP_EVERY: Final = 8
_SWEEP_MOST: Final = 1000
_COUNTED: Final = 10_000

_ABANDONED: Final[list[Any]] = []
"""Connections of a parent process, kept so that nothing closes them."""


class Core:
    """A database in use.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._puts: dict[tuple[str, str], int] = {}
        self._closed = False
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._turns = Turns()
        self._leases = Leases(_LEASE)
        self._writer = Writer(self._database, self._leases)
        self._readers = Readers(self._database)
        self._end = weakref.finalize(self, _shut_down, self._pid, self._writer, self._readers)

    def write(self, job: Job) -> Future[Any]:
        """Have a job done by the writer."""
        if os.getpid() != self._pid:
            self._reopen()
        return self._writer.submit(job)

    def read(self, begin: Callable[[], Procedure[Any]]) -> Any:
        """Run a procedure that reads, and wait for it."""
        if self._database.path is None:  # the one connection there is belongs to the writer
            return self.write(Job(begin)).result()
        if os.getpid() != self._pid:
            self._reopen()
        if self._closed:
            raise SaverError(f"the saver of {self._database.name} was closed; make a new one")
        return self._readers.read(begin, self.set_up)

    async def aread(self, begin: Callable[[], Procedure[Any]]) -> Any:
        """See `read`."""
        if self._database.path is None:
            return await asyncio.wrap_future(self.write(Job(begin)))
        return await asyncio.to_thread(self.read, begin)

    def set_up(self) -> None:
        """Make the tables, or move them over from an older version; does nothing where they are."""
        self.write(Job(on_connection=_nothing)).result()

    def close(self) -> None:
        """Finish what was begun and close all connections; does nothing the second time."""
        self._closed = True
        self._end()

    def count_put(self, thread_id: str, checkpoint_ns: str, limits: Callable[[], Limits]) -> None:
        """Count a put, and have the writer sweep the lane now and then."""
        count = self._puts.pop((thread_id, checkpoint_ns), 0) + 1
        if count < _SWEEP_EVERY:
            if len(self._puts) >= _COUNTED:  # of lanes that were put to a few times, and then no more
                self._puts.clear()
            self._puts[thread_id, checkpoint_ns] = count
            return
        self._sweep(Lane(0, thread_id, checkpoint_ns), limits())

    def _sweep(self, lane: Lane, limits: Limits) -> None:
        job = Job(partial(sweep, lane, limits, _SWEEP_MOST), frees=True)

        def again(done: Future[Any]) -> None:
            if done.exception() is None and done.result() == _SWEEP_MOST:
                with suppress(SaverError):  # closed meanwhile
                    self._sweep(lane, limits)

        with suppress(SaverError):
            self.write(job).add_done_callback(again)

    # Turns.

    @contextmanager
    def turn(self, thread_id: str) -> Iterator[None]:
        """Wait for a turn among the runs of this process, and for the lease among processes; hold both."""
        with self._turns.turn(thread_id):
            try:
                while left := self.write(self._taking(thread_id)).result():
                    time.sleep(min(left, _POLL))
                yield
            finally:
                self._give_back(thread_id)

    @asynccontextmanager
    async def aturn(self, thread_id: str) -> AsyncIterator[None]:
        """See `turn`."""
        async with self._turns.aturn(thread_id):
            try:
                while left := await asyncio.wrap_future(self.write(self._taking(thread_id))):  # noqa: ASYNC110
                    await asyncio.sleep(min(left, _POLL))
                yield
            finally:
                self._give_back(thread_id)

    def _taking(self, thread_id: str) -> Job:
        return Job(on_connection=partial(self._leases.take, thread_id=thread_id))

    def _give_back(self, thread_id: str) -> None:
        with suppress(SaverError):  # closed meanwhile: the lease ends by itself
            self.write(Job(on_connection=partial(self._leases.give_back, thread_id=thread_id)))

    def _reopen(self) -> None:
        """Begin anew in a child of the process."""
        if self._database.path is None:
            raise SaverError(f"{self._database.name} belongs to the process that made it; give the saver a path")
        self._end.detach()
        _ABANDONED.append((self._writer, self._readers))
        self._open()


def _nothing(connection: object) -> None:
    """Only have the database opened."""


def _shut_down(pid: int, writer: Writer, readers: Readers) -> None:
    if os.getpid() != pid:
        _ABANDONED.append((writer, readers))
        return
    writer.close(wait=10.0)
    readers.close()
