"""InContext: awaiting a coroutine in a context of its own, inside the task that we are in.

Each step of the coroutine is made in that context, which costs a fraction of a new task and works on every Python. What
the coroutine waits for goes to the event loop, and what comes back, cancellation included, to the coroutine.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any

__all__ = ["InContext"]


class InContext:
    """Awaits a coroutine in `context`."""

    __slots__ = ("_context", "_coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], context: Context) -> None:
        self._coroutine = coroutine
        self._context = context

    def __await__(self) -> Generator[Any, Any, Any]:
        run, coroutine = self._context.run, self._coroutine
        step: Callable[[Any], Any] = coroutine.send
        argument: Any = None
        while True:
            try:
                awaited = run(step, argument)
            except StopIteration as end:
                return end.value
            try:
                argument = yield awaited
                step = coroutine.send
            except BaseException as error:
                step, argument = coroutine.throw, error
