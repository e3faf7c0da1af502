"""Stepping: driving a coroutine by hand, inside the task that awaits it, or in a task of its own.

`Held` stops a coroutine at its next `await` while a buffer is full. It forwards what the coroutine waits for to the
event loop and what comes back, cancellation included, to the coroutine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any

from stepgraph.pregel.buffer import Buffer

__all__ = ["Held"]


class Held:
    """Awaits a coroutine, and waits for room in `buffers` before each of its awaits."""

    __slots__ = ("_buffers", "_coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], buffers: Sequence[Buffer]) -> None:
        self._coroutine = coroutine
        self._buffers = buffers

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine = self._coroutine
        step: Callable[[Any], Any] = coroutine.send
        argument: Any = None
        while True:
            try:
                awaited = step(argument)
            except StopIteration as end:
                return end.value
            try:
                yield from self._room()
            except asyncio.CancelledError as cancellation:
                # As `Task.cancel` does: cancel what the coroutine waits for, and it hears of it from there.
                if awaited is None or not awaited.cancel():
                    step, argument = coroutine.throw, cancellation
                    continue
            try:
                argument = yield awaited
                step = coroutine.send
            except BaseException as error:
                step, argument = coroutine.throw, error

    def _room(self) -> Generator[Any, Any, None]:
        for buffer in self._buffers:
            while buffer.full:
                yield from buffer.space()
