"""InMemorySaver: checkpoints in the memory of this process, encoded as every saver encodes them.

So what it takes a database takes, and nothing that was put or read shares an object with what is kept. One lock makes
each step a transaction; nobody waits for anything else, which is why async calls are made directly.
"""

from __future__ import annotations

import threading
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Any, Final

from typing_extensions import Self

from stepgraph.checkpoint.base import OnConflict, place_of
from stepgraph.checkpoint.calls import limits_of
from stepgraph.checkpoint.memory_tables import MemoryTables
from stepgraph.checkpoint.recorded import RecordSaver
from stepgraph.checkpoint.records.requests import Lane, perform
from stepgraph.checkpoint.records.sweeping import sweep
from stepgraph.checkpoint.steps import Land, LandPut, Step
from stepgraph.checkpoint.turns import Turns
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer

__all__ = ["InMemorySaver", "MemorySaver"]

_SWEEP_EVERY: Final = 8
"""How many puts to a saver go by before retention is looked at."""


class InMemorySaver(RecordSaver):
    """Keeps checkpoints in memory, until the process ends.

    A context manager of both colours, for code that is written for any saver; there is nothing to close.

    Args:
        serde: Turns values into bytes.
        on_conflict: What becomes of a run whose thread went on without it; see `BaseCheckpointSaver`.
        keep_last: How many checkpoints of each namespace are kept; `None` for all. More may be there for a few puts.
        max_age: How old checkpoints may become, as a `timedelta` or in seconds; `None` for any age.
    """

    immediate: bool = True

    def __init__(
        self,
        *,
        serde: Serializer | None = None,
        on_conflict: OnConflict = "reject",
        keep_last: int | None = None,
        max_age: timedelta | float | None = None,
    ) -> None:
        super().__init__(serde=serde, on_conflict=on_conflict, keep_last=keep_last, max_age=max_age)
        self._tables = MemoryTables()
        self._lock = threading.Lock()
        self._turns = Turns()
        self._puts: dict[tuple[str, str], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def turn(self, thread_id: str) -> AbstractContextManager[None]:
        """Return what a run holds while it has the thread; see `BaseCheckpointSaver.turn`."""
        return self._turns.turn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def aturn(self, thread_id: str) -> AbstractAsyncContextManager[None]:
        """See `turn`."""
        return self._turns.aturn(thread_id) if self.on_conflict == "queue" else nullcontext()

    def _run(self, step: Step[Any]) -> Any:
        with self._lock:
            if type(step) is LandPut:  # a put that follows the head needs no questions asked
                seq = self._tables.follow(step)
                if seq is not None:
                    return step.plan.row, seq
            return perform(step.begin(), self._tables.answer)

    async def _arun(self, step: Step[Any]) -> Any:
        return self._run(step)

    def _after_put(self, saved: RunnableConfig) -> None:
        if self.retention.keep_last is None and self.retention.max_age is None:
            return
        thread_id, checkpoint_ns, _ = place_of(saved)
        count = self._puts.get((thread_id, checkpoint_ns), 0) + 1
        self._puts[thread_id, checkpoint_ns] = count % _SWEEP_EVERY
        if count >= _SWEEP_EVERY:
            lane = Lane(0, thread_id, checkpoint_ns)
            self._run(Land(partial(sweep, lane, limits_of(self.retention))))


MemorySaver = InMemorySaver
