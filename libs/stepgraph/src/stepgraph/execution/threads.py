"""Calling sync functions from async code: in the engine's threads, in a copy of the caller's context."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any

from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import needed_loop

__all__ = ["in_thread", "outcome_of"]


async def in_thread(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a function in the engine's threads and return its result.

    Whoever is cancelled meanwhile does not wait for it: a thread cannot be stopped.
    """
    loop = needed_loop()
    call = copy_context().run
    future = POOL.submit(outcome_of, call, function, args, kwargs)
    try:
        with POOL.waiting():
            result, error = await asyncio.wrap_future(future, loop=loop)
    except asyncio.CancelledError:
        future.add_done_callback(_drop)
        raise
    if error is not None:
        raise error
    return result


def _drop(future: Future[Any]) -> None:
    """Close a coroutine that nobody is there to await any more."""
    if not future.cancelled() and asyncio.iscoroutine(result := future.result()[0]):
        result.close()


def outcome_of(call: Any, function: Any, args: Any = (), kwargs: Any = None) -> tuple[Any, BaseException | None]:
    """Call a function; return result and error, because a future cannot carry every kind of these (`StopIteration`)."""
    try:
        return call(function, *args, **(kwargs or {})), None
    except StopIteration as error:
        failure = RuntimeError("a function that was called in a thread raised StopIteration")
        failure.__cause__ = error
        return None, failure
    except BaseException as error:
        return None, error
