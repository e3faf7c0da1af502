"""Tasks: started at once where Python can, waited for although we are cancelled, cancelled for good."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterable
from contextvars import Context
from typing import Any, TypeVar

from stepgraph.errors import NoEventLoopError

__all__ = ["cancel_all", "needed_loop", "running_loop", "shielded", "started"]

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


def started(coroutine: Coroutine[Any, Any, T], context: Context | None = None) -> asyncio.Task[T]:
    """Start a coroutine as a task, at once where Python can; in `context`, or else in a copy of ours."""
    loop = needed_loop(coroutine)
    if sys.version_info >= (3, 12):
        return asyncio.Task(coroutine, loop=loop, context=context, eager_start=True)
    if sys.version_info >= (3, 11):
        return loop.create_task(coroutine, context=context)
    return loop.create_task(coroutine) if context is None else context.run(loop.create_task, coroutine)


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
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


def needed_loop(unstarted: Coroutine[Any, Any, Any] | None = None) -> asyncio.AbstractEventLoop:
    """Return the event loop that runs in this thread.

    Args:
        unstarted: What is closed where there is no loop, so that nobody complains that it was never awaited.

    Raises:
        NoEventLoopError: No asyncio event loop runs here.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        if unstarted is not None:
            unstarted.close()
        sniffio: Any = sys.modules.get("sniffio")
        library = getattr(getattr(sniffio, "thread_local", None), "name", None)
        instead = f", this code runs under {library}" if library else ""
        raise NoEventLoopError(
            f"async runs need asyncio, and there is no running event loop of it here{instead}; "
            "start the program with asyncio.run(…), or with anyio.run(…) and its asyncio backend"
        ) from None


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that runs in this thread, `None` where there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
