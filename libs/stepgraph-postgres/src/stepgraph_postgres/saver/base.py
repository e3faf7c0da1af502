"""DatabaseSaver: what the two savers share, which is all but their doors."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any, Final

from stepgraph.checkpoint.base import OnConflict, place_of
from stepgraph.checkpoint.calls import limits_of
from stepgraph.checkpoint.recorded import RecordSaver
from stepgraph.checkpoint.steps import Look, Step
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer
from stepgraph_postgres.database import Database, Source
from stepgraph_postgres.saver.heads import Heads
from stepgraph_postgres.saver.landing import land
from stepgraph_postgres.saver.looking import look
from stepgraph_postgres.saver.retention import RetentionKeeper
from stepgraph_postgres.saver.turns import LeasedTurns
from stepgraph_postgres.work import Job

__all__ = ["DatabaseSaver"]

_LEASE: Final = 30.0


class DatabaseSaver(RecordSaver):
    """Keeps checkpoints in a PostgreSQL database. Any number of savers and processes may use one.

    Call `setup` once before the first use. Given a connection string, a saver serves callers of both colours, from any
    thread and in any event loop, with pools of its own; given a pool or a connection, it serves those that this serves.

    Args:
        conn: A connection string, `PoolSettings`, or a pool or connection of psycopg. A pool or connection stays the
            caller's: the saver does not close it.
        serde: Turns values into bytes.
        on_conflict: What becomes of a run whose thread went on without it; see `BaseCheckpointSaver`.
        keep_last: How many checkpoints of each namespace are kept; `None` for all. More may be there for a few puts.
        max_age: How old checkpoints may become, as a `timedelta` or in seconds; `None` for any age.
        pipeline: Whether statements that go together are sent in one round trip; `False` for a proxy between that
            does not know the pipeline mode.
    """

    def __init__(
        self,
        conn: Source,
        *,
        serde: Serializer | None = None,
        on_conflict: OnConflict = "reject",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
        pipeline: bool = True,
    ) -> None:
        super().__init__(serde=serde, on_conflict=on_conflict, keep_last=keep_last, max_age=max_age)
        self._database = Database(conn, pipelined=pipeline)
        self._heads = Heads()
        self._keeper = RetentionKeeper(self._database, self._heads)
        self._turns = LeasedTurns(self._database, _LEASE)

    def close(self) -> None:
        """Finish what was begun and close the pools that belong to the saver; they open again when they are needed."""
        self._keeper.wait()
        self._database.close()

    async def aclose(self) -> None:
        """See `close`."""
        await self._keeper.await_()
        await self._database.aclose()

    def turn(self, thread_id: str) -> AbstractContextManager[None]:
        """Return what a run holds while it has the thread; see `BaseCheckpointSaver.turn`.

        With `on_conflict="queue"`, runs of this saver take turns in the order in which they came, and with those of
        other savers and processes as it comes. A turn whose process is gone ends after 30 seconds.
        """
        return self._turns.turn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def aturn(self, thread_id: str) -> AbstractAsyncContextManager[None]:
        """See `turn`."""
        return self._turns.aturn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def _run(self, step: Step[Any]) -> Any:
        return self._database.run(self._job(step))

    async def _arun(self, step: Step[Any]) -> Any:
        return await self._database.arun(self._job(step))

    def _job(self, step: Step[Any]) -> Job[Any]:
        return look(step, self._heads) if isinstance(step, Look) else land(step, self._heads)

    def _after_put(self, saved: RunnableConfig) -> None:
        if self.retention.keep_last is not None or self.retention.max_age is not None:
            thread_id, checkpoint_ns, _ = place_of(saved)
            self._keeper.count_put(thread_id, checkpoint_ns, lambda: limits_of(self.retention))
