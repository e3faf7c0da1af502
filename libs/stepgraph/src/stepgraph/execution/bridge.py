"""Bridge: a sync generator run in the engine's threads for async code, one item at a time, at the pace of its consumer.

What it reads from an async iterator is awaited in the consumer's own task: no task is made, and no item is asked for
before the generator wants it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, Final

from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import needed_loop
from stepgraph.execution.threads import outcome_of

__all__ = ["in_threads"]

_END: Final = object()


async def in_threads(
    function: Callable[[Any], Iterator[Any]], given: Any, *, chunks: bool = False
) -> AsyncGenerator[Any, None]:
    """Yield what a sync generator yields; each step of it is made in a thread, in one context of its own.

    Who is cancelled while a step is made does not wait for it, for a thread cannot be stopped; the generator is then
    closed where the step ends.

    Args:
        function: Returns the generator.
        given: What it is called with.
        chunks: Whether that is an async iterator, which the generator shall see as an iterator.
    """
    loop = needed_loop()
    source = _Source(loop) if chunks else None
    steps = _Steps(source, given)
    items: Iterator[Any] | None = None
    try:
        items = await steps.make(lambda: iter(function(given if source is None else source)))
        while (item := await steps.make(lambda: next(items, _END))) is not _END:
            yield item
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            await steps.finish(close)


class _Steps:
    """The steps of one generator, one after another, in whatever thread is free."""

    def __init__(self, source: _Source | None, chunks: Any) -> None:
        self._source = source
        self._chunks = chunks
        self._context = copy_context()
        self._step: Future[Any] | None = None

    async def make(self, function: Callable[[], Any]) -> Any:
        """Make a step, and meanwhile serve what it reads."""
        source = self._source
        with POOL.waiting():
            self._step = POOL.submit(outcome_of, self._context.run, function)
            ended = asyncio.wrap_future(self._step)
            ended.add_done_callback(_heed)
            if source is None:
                return _result(await asyncio.shield(ended))
            ended.add_done_callback(lambda _: source.wake())
            while True:
                await source.wanted()
                if ended.done():
                    return _result(ended.result())
                if not source.closed:
                    await source.serve(self._chunks)

    async def finish(self, close: Callable[[], None]) -> None:
        """Close the generator: now, or when the step that is under way has ended, if nobody waits for it any more."""
        if self._source is not None:
            self._source.closed = True
        step = self._step
        if step is None or step.done():
            await self.make(close)
        else:
            step.add_done_callback(lambda _: POOL.submit(self._context.run, close))


def _result(outcome: tuple[Any, BaseException | None]) -> Any:
    result, error = outcome
    if error is not None:
        raise error
    return result


def _heed(ended: asyncio.Future[Any]) -> None:
    """Take note of an error that nobody may be there to hear of any more."""
    if not ended.cancelled():
        ended.exception()


class _Source:
    """An async iterator as an iterator in a thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.closed = False
        self._loop = loop
        self._wish = asyncio.Event()
        self._items: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

    # In the thread.

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> Any:
        if self.closed:
            raise StopIteration
        self._loop.call_soon_threadsafe(self.wake)
        item, error = self._items.get()
        if error is not None:
            raise error
        if item is _END:
            raise StopIteration
        return item

    # On the loop.

    def wake(self) -> None:
        self._wish.set()

    async def wanted(self) -> None:
        try:
            await self._wish.wait()
        except asyncio.CancelledError:
            self.closed = True
            self._items.put((_END, None))  # so that the thread does not wait for ever
            raise
        self._wish.clear()

    async def serve(self, chunks: AsyncIterator[Any]) -> None:
        try:
            item = await chunks.__anext__()
        except StopAsyncIteration:
            self._items.put((_END, None))
        except asyncio.CancelledError:
            self.closed = True
            self._items.put((_END, None))
            raise
        except BaseException as error:
            self._items.put((None, error))
        else:
            self._items.put((item, None))
