"""Shielded: a coroutine that runs to its end, however often whoever waits for it is cancelled."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["cancel_all", "shielded", "started"]

T = TypeVar("T")


async def shielded(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result.

    Raises:
        CancelledError: We were cancelled; the coroutine has ended all the same.
    """
    task = started(coroutine)
    interrupted: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            interrupted = error
        except BaseException:
            break
    if interrupted is not None:
        raise interrupted
    return task.result()


def started(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a coroutine as a task, at once where Python can."""
    if sys.version_info >= (3, 12):
        return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.ensure_future(coroutine)


async def cancel_all(tasks: Any) -> None:
    """Cancel the tasks that still run and wait for them, however often we are cancelled meanwhile."""
    alive = {task for task in tasks if not task.done()}
    for task in alive:
        task.cancel()
    interrupted: asyncio.CancelledError | None = None
    while alive:
        try:
            _, alive = await asyncio.wait(alive)
        except asyncio.CancelledError as error:
            interrupted = error
            alive = {task for task in alive if not task.done()}
    if interrupted is not None:
        raise interrupted
