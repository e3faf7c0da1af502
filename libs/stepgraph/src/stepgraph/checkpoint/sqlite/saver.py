"""The parts of the SQLite savers that are the same in both."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from stepgraph.checkpoint.base import OnConflict, place_of
from stepgraph.checkpoint.calls import limits_of
from stepgraph.checkpoint.recorded import RecordSaver
from stepgraph.checkpoint.sqlite.core import Core
from stepgraph.checkpoint.sqlite.database import Database, Synchronous
from stepgraph.checkpoint.sqlite.writer import Job
from stepgraph.checkpoint.steps import Look, Step
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer

__all__ = ["FileSaver"]


class FileSaver(RecordSaver):
    """Keeps checkpoints in a SQLite database. Any number of savers and processes may use one file.

    Args:
        target: A path, `":memory:"`, or a connection. Of a connection to a file only the path is taken; one in memory
            must have been opened with `check_same_thread=False`, and stays open when the saver is closed.
        serde: Turns values into bytes.
        on_conflict: What becomes of a run whose thread went on without it; see `BaseCheckpointSaver`.
        keep_last: How many checkpoints of each namespace are kept; `None` for all. More may be there for a few puts.
        max_age: How old checkpoints may become, as a `timedelta` or in seconds; `None` for any age.
        synchronous: `"normal"` keeps what was saved when the process ends, however it does; `"full"` also when the
            power is cut, at the cost of a wait for the disk with each commit.
        wait: How long to wait for another process that writes, in seconds, before a `SaverError`.
    """

    def __init__(
        self,
        target: str | os.PathLike[str] | sqlite3.Connection,
        *,
        serde: Serializer | None = None,
        on_conflict: OnConflict = "reject",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
        synchronous: Synchronous = "normal",
        wait: float = 10.0,
    ) -> None:
        super().__init__(serde=serde, on_conflict=on_conflict, keep_last=keep_last, max_age=max_age)
        self._core = Core(Database(target, synchronous, wait))

    def close(self) -> None:
        """Finish what was begun and close the database; done by itself when nobody holds the saver any more."""
        self._core.close()

    async def aclose(self) -> None:
        """See `close`."""
        await asyncio.to_thread(self._core.close)

    def turn(self, thread_id: str) -> AbstractContextManager[None]:
        """Return what a run holds while it has the thread; see `BaseCheckpointSaver.turn`.

        With `on_conflict="queue"`, runs of this saver take turns in the order in which they came, and with those of
        other savers and processes as it comes. A turn whose process is gone ends after 30 seconds.
        """
        return self._core.turn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def aturn(self, thread_id: str) -> AbstractAsyncContextManager[None]:
        """See `turn`."""
        return self._core.aturn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def _run(self, step: Step[Any]) -> Any:
        if isinstance(step, Look):
            return self._core.read(step.begin)
        return self._core.write(Job(step.begin, frees=step.frees)).result()

    async def _arun(self, step: Step[Any]) -> Any:
        if isinstance(step, Look):
            return await self._core.aread(step.begin)
        return await asyncio.wrap_future(self._core.write(Job(step.begin, frees=step.frees)))

    def _after_put(self, saved: RunnableConfig) -> None:
        if self.retention.keep_last is not None or self.retention.max_age is not None:
            thread_id, checkpoint_ns, _ = place_of(saved)
            self._core.count_put(thread_id, checkpoint_ns, lambda: limits_of(self.retention))
