"""FaultySaver: a saver whose n-th operation fails, succeeds unnoticed, or takes its time.

Counting is exact under threads and event loops: each operation has one number, and a fault strikes at its own.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeVar

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.testing.fault import Fault, Stall
from stepgraph.testing.wrapped_saver import Operation, WrappedSaver

__all__ = ["FaultySaver"]

T = TypeVar("T")


class FaultySaver(WrappedSaver):
    """Does what `saver` does, but for the operations that it was told to disturb.

    A sweep over every operation of a run makes a new one for n = 1, 2, … until `struck` stays empty:

    Example:
        >>> from stepgraph.checkpoint.memory import InMemorySaver
        >>> from stepgraph.testing import Fault, FaultySaver
        >>> saver = FaultySaver(InMemorySaver(), fail=Fault(nth=2))
        >>> saver.delete_thread("1")
        >>> saver.delete_thread("1")
        Traceback (most recent call last):
        ...
        stepgraph.errors.SaverError: the saver was told to fail by stepgraph.testing.FaultySaver
        >>> saver.counts["delete_thread"]
        2

    Args:
        saver: The saver that keeps the checkpoints.
        fail: What goes wrong, and when; nothing by default, so that it only counts.

    Attributes:
        counts: How often each operation was asked for, by its sync name.
        struck: The faults and stalls that have struck, in order.
    """

    def __init__(self, saver: BaseCheckpointSaver, fail: Fault | Stall | Sequence[Fault | Stall] = ()) -> None:
        super().__init__(saver)
        self.counts: Counter[str] = Counter()
        self.struck: list[Fault | Stall] = []
        self._faults: tuple[Fault | Stall, ...] = (fail,) if isinstance(fail, (Fault, Stall)) else tuple(fail)
        self._lock = threading.Lock()
        for fault in self._faults:
            if fault.nth < 1:
                raise ValueError(f"operations are counted from 1, got nth={fault.nth}")

    @property
    def operations(self) -> int:
        """How many operations it was asked for."""
        return sum(self.counts.values())

    def perform(self, operation: Operation, call: Callable[[], T]) -> T:
        """Perform a sync operation, disturbed where it is due."""
        due = self._count(operation.name)
        self._disturb(due, "before")
        result = call()
        self._disturb(due, "after")
        return result

    async def aperform(self, operation: Operation, call: Callable[[], Awaitable[T]]) -> T:
        """Perform an async operation, disturbed where it is due."""
        due = self._count(operation.name)
        await self._adisturb(due, "before")
        result = await call()
        await self._adisturb(due, "after")
        return result

    def _count(self, name: str) -> list[Fault | Stall]:
        with self._lock:
            self.counts[name] += 1
            return [fault for fault in self._faults if self._is_due(fault, name)]

    def _is_due(self, fault: Fault | Stall, name: str) -> bool:
        if fault.only and name not in fault.only:
            return False
        number = sum(self.counts[each] for each in fault.only) if fault.only else self.operations
        return number == fault.nth or (fault.forever and number > fault.nth)

    def _disturb(self, due: list[Any], when: Literal["before", "after"]) -> None:
        for fault in self._strike(due, when):
            if isinstance(fault, Fault):
                raise fault.error()
            fault.reached.set()
            fault.release.wait()

    async def _adisturb(self, due: list[Any], when: Literal["before", "after"]) -> None:
        for fault in self._strike(due, when):
            if isinstance(fault, Fault):
                raise fault.error()
            fault.reached.set()
            await fault.release.await_set()

    def _strike(self, due: list[Fault | Stall], when: Literal["before", "after"]) -> list[Fault | Stall]:
        now = [fault for fault in due if fault.when == when]
        self.struck.extend(now)
        return now
