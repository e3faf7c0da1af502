"""Probe: the places in a process where it can be struck down, counted; and the ledger of what it did until then."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from stepgraph.checkpoint.base import STATUS, STEPS, BaseCheckpointSaver
from stepgraph.runtime import get_runtime
from stepgraph.testing import Operation, WrappedSaver
from tests.reliability.ledger import Ledger, Notes

T = TypeVar("T")

_WATCHED = ("get_tuple", "put", "put_writes")


class Probe:
    """Counts the points that are crossed, and sends the process a signal at one of them.

    Args:
        ledger: What to write to.
        strike: At which crossing, from 1; 0 for never.
        with_signal: The signal.
        only: The point that counts; every one by default.
    """

    def __init__(
        self, ledger: Ledger | Notes, strike: int = 0, with_signal: int = signal.SIGKILL, only: str | None = None
    ) -> None:
        self.points: list[str] = []
        self.ledger = ledger
        self._strike = strike
        self._signal = with_signal
        self._only = only
        self._lock = threading.Lock()

    def cross(self, point: str) -> None:
        with self._lock:
            if self._only is None or point == self._only:
                self.points.append(point)
                if len(self.points) == self._strike:
                    os.kill(os.getpid(), self._signal)

    def begin(self, work: str) -> None:
        self.cross(f"before {work}")
        info = get_runtime().execution_info
        assert info is not None
        above, _, _ = info.checkpoint_ns.rpartition("|")
        self.ledger.write("begun", work, info.task_id, f"{above}:{info.step}")
        self.cross(f"in {work}")

    def end(self, work: str) -> None:
        self.ledger.write("ended", work)
        self.cross(f"after {work}")

    def show(self, works: Iterable[str], *, durable: bool) -> None:
        self.cross("before a chunk is taken")
        if durable:
            for work in works:
                self.ledger.write("shown", work)
        self.cross("after a chunk is taken")


class ProbedSaver(WrappedSaver):
    """A saver whose operations are points, and whose answers are in the ledger before the engine has them."""

    def __init__(self, saver: BaseCheckpointSaver, probe: Probe) -> None:
        super().__init__(saver)
        self.immediate = saver.immediate
        self._probe = probe

    def perform(self, operation: Operation, call: Callable[[], T]) -> T:
        if operation.name not in _WATCHED:
            return call()
        self._probe.cross(f"before {operation.name}")
        result = call()
        self._answered(operation)
        return result

    async def aperform(self, operation: Operation, call: Callable[[], Awaitable[T]]) -> T:
        if operation.name not in _WATCHED:
            return await call()
        self._probe.cross(f"before {operation.name}")
        await asyncio.sleep(0)  # a run can be cancelled on either side of a call
        result = await call()
        self._answered(operation)
        await asyncio.sleep(0)
        return result

    def _answered(self, operation: Operation) -> None:
        self._probe.cross(f"after {operation.name}, before anybody knows")
        given = operation.arguments
        if operation.name == "put":
            for task in given["writes"]:
                self._saved(task.task_id, task.writes)
            self._probe.ledger.write("kept", given["checkpoint"]["id"])
        elif operation.name == "put_writes":
            self._saved(given["task_id"], given["writes"])
        self._probe.cross(f"after {operation.name}")

    def _saved(self, task_id: str, writes: Iterable[tuple[str, Any]]) -> None:
        for channel, value in writes:
            if channel == STATUS and value == "done":
                self._probe.ledger.write("saved", task_id)
            elif channel == STEPS:
                for key in value:
                    self._probe.ledger.write("shown", key)
