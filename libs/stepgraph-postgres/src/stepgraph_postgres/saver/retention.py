"""RetentionKeeper: deletes in the background what a saver's retention does not let stay.

Every few puts of a lane its oldest checkpoints are looked at, by a thread that ends when there is nothing left to do
(by a task, where the pool is one of an event loop). No put waits for it, and one that fails is made up for by a later
one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from stepgraph.checkpoint.records.requests import Lane
from stepgraph.checkpoint.records.sweeping import Limits, sweep
from stepgraph.checkpoint.steps import Land
from stepgraph.errors import CheckpointError
from stepgraph_postgres.database import Database
from stepgraph_postgres.saver.heads import Heads
from stepgraph_postgres.saver.landing import land
from stepgraph_postgres.work import Job

__all__ = ["RetentionKeeper"]

_EVERY: Final = 8
"""How many puts of a lane go by before it is looked at."""

_MOST: Final = 256
"""How many checkpoints one transaction deletes."""

_LOG: Final = logging.getLogger(__name__)


class RetentionKeeper:
    """Counts the puts of one saver.

    Args:
        database: Where the checkpoints are.
        heads: What the saver remembers.
    """

    def __init__(self, database: Database, heads: Heads) -> None:
        self._database = database
        self._heads = heads
        self._lock = threading.Lock()
        self._puts: dict[tuple[str, str], int] = {}
        self._due: dict[Lane, Limits] = {}
        self._worker: threading.Thread | asyncio.Task[None] | None = None

    def count_put(self, thread_id: str, checkpoint_ns: str, limits: Callable[[], Limits]) -> None:
        """Count a put; begin to sweep when it is time."""
        count = self._puts.pop((thread_id, checkpoint_ns), 0) + 1
        if count < _EVERY:
            self._puts[thread_id, checkpoint_ns] = count
            return
        with self._lock:
            self._due[Lane(0, thread_id, checkpoint_ns)] = limits()
            if self._worker is None or _is_over(self._worker):
                self._worker = self._start()

    def wait(self) -> None:
        """Wait until nothing is left to do."""
        worker = self._worker
        if isinstance(worker, threading.Thread) and worker is not threading.current_thread():
            worker.join()

    async def await_(self) -> None:
        """See `wait`."""
        worker = self._worker
        if isinstance(worker, asyncio.Task):
            await asyncio.wait([worker])
        else:
            await asyncio.to_thread(self.wait)

    def _start(self) -> threading.Thread | asyncio.Task[None]:
        if self._database.serves_sync:
            thread = threading.Thread(target=self._sweep, name="stepgraph-retention", daemon=True)
            thread.start()
            return thread
        return asyncio.get_running_loop().create_task(self._asweep())

    def _sweep(self) -> None:
        while (job := self._next()) is not None:
            try:
                while self._database.run(job) == _MOST:
                    pass
            except CheckpointError as error:
                _LOG.warning("old checkpoints could not be deleted, which a later put tries again: %s", error)

    async def _asweep(self) -> None:
        while (job := self._next()) is not None:
            try:
                while await self._database.arun(job) == _MOST:
                    pass
            except CheckpointError as error:
                _LOG.warning("old checkpoints could not be deleted, which a later put tries again: %s", error)

    def _next(self) -> Job[int] | None:
        with self._lock:
            if not self._due:
                self._worker = None
                return None
            lane, limits = self._due.popitem()
        return land(Land(partial(sweep, lane, limits, _MOST)), self._heads)


def _is_over(worker: threading.Thread | asyncio.Task[None]) -> bool:
    """Tell whether a worker is no more: its event loop was closed, or it is a parent's, before a fork."""
    return worker.done() if isinstance(worker, asyncio.Task) else not worker.is_alive()
