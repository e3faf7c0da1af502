"""Steps: how a call of a saver is written once and made in both colours.

A call is a generator of steps. A step is a procedure of `stepgraph.checkpoint.records`, to be answered from one
consistent state: `Look` reads, `Land` stores in a transaction. Whoever runs the call waits in
its own way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from stepgraph.checkpoint.base import OnConflict
from stepgraph.checkpoint.records.plan import PutPlan
from stepgraph.checkpoint.records.requests import Procedure
from stepgraph.checkpoint.records.rows import CheckpointRow, WriteRow
from stepgraph.checkpoint.records.storing import store

__all__ = ["Call", "Land", "LandPut", "Look", "Step", "make", "make_async"]

T = TypeVar("T")


class Step(Generic[T]):
    """A procedure to run.

    Args:
        begin: Begins the procedure; it may be begun again when a database asks for that.
    """

    __slots__ = ("_begin", "frees")

    def __init__(self, begin: Callable[[], Procedure[T]]) -> None:
        self._begin = begin
        self.frees: bool = False

    def begin(self) -> Procedure[T]:
        """Begin the procedure."""
        return self._begin()


class Look(Step[T]):
    """A step that reads."""

    __slots__ = ()


class Land(Step[T]):
    """A step that stores, or deletes.

    Args:
        begin: Begins the procedure.
        frees: Whether much may be deleted, so that there is room to give back.
    """

    __slots__ = ()

    def __init__(self, begin: Callable[[], Procedure[T]], *, frees: bool = False) -> None:
        super().__init__(begin)
        self.frees = frees


class LandPut(Land[tuple[CheckpointRow, int] | None]):
    """The step that stores a checkpoint: `store`, with what it is given at hand for a saver that knows a shorter way.

    Args:
        thread_id: The thread.
        checkpoint_ns: The namespace.
        plan: What to store.
        expected: The id of the checkpoint that must be the head.
        on_conflict: What happens when it is not.
        writes: Pending writes of the parent.
    """

    __slots__ = ("_on_conflict", "checkpoint_ns", "expected", "plan", "thread_id", "writes")

    def __init__(
        self,
        thread_id: str,
        checkpoint_ns: str,
        plan: PutPlan,
        expected: str | None,
        on_conflict: OnConflict,
        writes: Sequence[WriteRow],
    ) -> None:
        self.frees = False
        self.thread_id: str = thread_id
        self.checkpoint_ns: str = checkpoint_ns
        self.plan: PutPlan = plan
        self.expected: str | None = expected
        self.writes: Sequence[WriteRow] = writes
        self._on_conflict: OnConflict = on_conflict

    def begin(self) -> Procedure[tuple[CheckpointRow, int] | None]:
        """Begin the procedure."""
        return store(self.thread_id, self.checkpoint_ns, self.plan, self.expected, self._on_conflict, self.writes)


Call: TypeAlias = Generator[Step[Any], Any, T]


def make(call: Call[T], run: Callable[[Step[Any]], Any]) -> T:
    """Make a call; `run` runs a step."""
    try:
        step = next(call)
        while True:
            try:
                result = run(step)
            except Exception as error:
                step = call.throw(error)
            else:
                step = call.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value


async def make_async(call: Call[T], run: Callable[[Step[Any]], Awaitable[Any]]) -> T:
    """Make a call; `run` runs a step."""
    try:
        step = next(call)
        while True:
            try:
                result = await run(step)
            except Exception as error:
                step = call.throw(error)
            else:
                step = call.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
