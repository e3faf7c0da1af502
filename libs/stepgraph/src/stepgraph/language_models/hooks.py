"""Hooks: how what the author of a model wrote is called, whole or in chunks, in either colour.

A hook is told of its run only where its signature has `run_manager`, and a sync one never gets an async manager.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread
from stepgraph.runnables.adapted import iterate_inside, iterate_inside_async

__all__ = ["achunks_of", "chunks_of", "in_a_thread", "run_of", "stream_in_threads", "told"]


def run_of(call: Any) -> Any:
    """Return what reports of the run of a call, `None` where nobody listens."""
    return None if call is None else call.run


def told(hook: Callable[..., Any], run: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a hook: with what reports of the run, where it takes that.

    Args:
        hook: The function of the class, not the method: what is known of it is kept.
        run: The manager of the run.
        kwargs: What the model was called with.
    """
    return {**kwargs, "run_manager": run} if _takes_run_manager(hook) else kwargs


async def in_a_thread(model: Any, name: str, given: Any, stop: list[str] | None, run: Any, kwargs: Any) -> Any:
    """Call the sync hook of a model in the engine's threads."""
    arguments = told(getattr(type(model), name), _for_sync(run), kwargs)
    return await in_thread(getattr(model, name), given, stop=stop, **arguments)


def stream_in_threads(
    model: Any, given: Any, stop: list[str] | None, run: Any, kwargs: dict[str, Any]
) -> AsyncIterator[Any]:
    """Run the sync hook that streams in the engine's threads, chunk by chunk."""
    arguments = told(type(model)._stream, _for_sync(run), kwargs)
    return in_threads(lambda each: model._stream(each, stop=stop, **arguments), given)


def chunks_of(model: Any, given: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]) -> Iterator[Any]:
    """Make a request once it may be made; return the chunks of the answer, each made inside the frame of the call."""
    if model.rate_limiter is not None:
        model.rate_limiter.acquire(blocking=True)
    with nullcontext() if call is None else call.inside():
        chunks: Iterator[Any] = model._stream(given, stop=stop, **kwargs)
    return chunks if call is None else iterate_inside(call.frame, chunks)


async def achunks_of(
    model: Any, given: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]
) -> AsyncIterator[Any]:
    """See `chunks_of`."""
    if model.rate_limiter is not None:
        await model.rate_limiter.aacquire(blocking=True)
    with nullcontext() if call is None else call.inside():
        chunks: AsyncIterator[Any] = model._astream(given, stop=stop, **kwargs)
    return chunks if call is None else iterate_inside_async(call.frame, chunks)


def _for_sync(run: Any) -> Any:
    return run.get_sync() if hasattr(run, "get_sync") else run


@lru_cache(maxsize=1024)
def _takes_run_manager(hook: Callable[..., Any]) -> bool:
    return "run_manager" in inspect.signature(hook).parameters
