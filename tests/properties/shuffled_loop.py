"""An event loop in which anything that may happen next does happen next, for some seed.

Of all callbacks that are ready, a `ShuffledLoop` runs one at random. Its clock is virtual: when
nothing is ready it jumps to the next timer, so that a program that sleeps for hours is done at once,
and two sleeps of equal length end in either order. A program that waits for what nobody is going to
do raises `Deadlock`. One seed is one schedule, as long as no threads take part.

Three things stand in for their counterparts in asyncio, in an otherwise plain `SelectorEventLoop`:
the queue of callbacks, the clock, and the selector, which is where a loop waits.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from random import Random
from typing import Any, TypeVar

Result = TypeVar("Result")


class Deadlock(RuntimeError):
    """Nothing is ready, nothing is scheduled, and no thread has woken the loop."""


class LeftBehind(RuntimeError):
    """A program ended before its tasks and async generators did, or the loop had to complain."""


class ShuffledLoop(asyncio.SelectorEventLoop):
    """An event loop with a virtual clock that runs ready callbacks in random order.

    Args:
        seed: Which order.
        patience: Real seconds in which another thread must wake a loop that has nothing else to
            wait for.

    Attributes:
        random: Decides the order; programs may draw from it too.
        steps: How many callbacks have been run.
        on_step: Called with `steps` before each of them; a program may put its own function here.
        complaints: What was reported to the loop's exception handler.
    """

    def __init__(self, seed: int = 0, *, patience: float = 0) -> None:
        self._clock = _Clock(patience)
        super().__init__(self._clock)
        self.random = Random(seed)
        self.steps = 0
        self.on_step: Callable[[int], None] = _nothing
        self.complaints: list[str] = []
        self.set_exception_handler(lambda _, told: self.complaints.append(told["message"]))
        self._ready = _InAnyOrder(self)

    def time(self) -> float:
        """Return the virtual time in seconds; it starts at 0."""
        return self._clock.now


class _InAnyOrder(deque[Any]):
    """The callbacks that are ready; the loop takes the leftmost and gets any of them."""

    def __init__(self, loop: ShuffledLoop) -> None:
        super().__init__()
        self._loop = loop

    def popleft(self) -> Any:
        self._loop.steps += 1
        self._loop.on_step(self._loop.steps)
        self.rotate(-self._loop.random.randrange(len(self)))
        return super().popleft()


class _Clock(selectors.DefaultSelector):
    """A selector that moves its clock on instead of waiting."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self.now = 0.0
        self._patience = patience

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(self._patience if timeout is None else 0)
        if not events:
            if timeout is None:
                raise Deadlock("every task waits for something that nothing is going to do")
            self.now += max(timeout, 0)
        return events


def _nothing(step: int) -> None:
    pass


def run(main: Coroutine[Any, Any, Result], seed: int = 0, *, patience: float = 0) -> Result:
    """Run `main` in a `ShuffledLoop` of its own.

    Raises:
        LeftBehind: At the moment when `main` ended, however it did, something of it had not.
    """
    loop = ShuffledLoop(seed, patience=patience)
    left: list[str] = []
    try:
        return loop.run_until_complete(_watched(main, left))
    finally:
        found = left + loop.complaints
        _clear(loop)
        loop.close()
        if found:
            raise LeftBehind("\n".join(found))


async def _watched(main: Coroutine[Any, Any, Result], left: list[str]) -> Result:
    """Await `main`, then note the tasks and the async generators that have not ended."""
    loop = asyncio.get_running_loop()
    begun: list[AsyncGenerator[Any, Any]] = []
    firstiter, _ = sys.get_asyncgen_hooks()

    def note(generator: AsyncGenerator[Any, Any]) -> None:
        begun.append(generator)
        firstiter(generator)

    sys.set_asyncgen_hooks(firstiter=note)  # the loop puts the old hooks back when it stops
    try:
        return await main
    finally:
        left += map(repr, asyncio.all_tasks(loop) - {asyncio.current_task(loop)})
        left += [repr(generator) for generator in begun if generator.ag_frame is not None]


def _clear(loop: ShuffledLoop) -> None:
    """End what was left behind, so that it does not speak up in the middle of another test."""
    loop.on_step = _nothing
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    with suppress(Deadlock):  # a task that is stuck may be stuck for good
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks))
        loop.run_until_complete(loop.shutdown_asyncgens())
