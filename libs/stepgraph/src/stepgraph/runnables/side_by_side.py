"""Side by side: streams that run at once, and one stream read by several."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, Final

from stepgraph.execution.branches import gather
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Slot
from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import cancel_all, running_loop
from stepgraph.execution.thread_branches import gather_in_threads
from stepgraph.frames import inside_branch
from stepgraph.runnables.adapted import aclose, close

__all__ = ["merged", "merged_in_threads", "tee", "tee_async"]

_AHEAD: Final = 16
"""How many chunks a stream may be ahead of the consumer of all of them."""


class _Left(Exception):
    """Nobody reads what is put any more."""


async def merged(
    streams: Sequence[AsyncIterator[Any]], limiter: Limiter | None = None, holder: Holder | None = None
) -> AsyncGenerator[tuple[int, Any], None]:
    """Run streams side by side and yield their chunks with the number of their stream, as they come.

    One task reads each stream. The first that fails cancels the others; so does a consumer that leaves.
    """
    chunks: deque[tuple[int, Any]] = deque()
    news, room = asyncio.Event(), asyncio.Event()

    async def pump(number: int, stream: AsyncIterator[Any], slot: Slot | None) -> None:
        with inside_branch(number, limiter, slot):
            try:
                async for chunk in stream:
                    while len(chunks) >= _AHEAD:
                        room.clear()
                        await room.wait()
                    chunks.append((number, chunk))
                    news.set()
            finally:
                await aclose(stream)

    branches = [partial(pump, number, stream) for number, stream in enumerate(streams)]
    pumping = asyncio.ensure_future(gather(branches, limiter, holder))
    pumping.add_done_callback(lambda _: news.set())
    try:
        while True:
            while chunks:
                yield chunks.popleft()
                room.set()
            if pumping.done():
                pumping.result()
                return
            news.clear()
            if not chunks and not pumping.done():
                await news.wait()
    finally:
        try:
            await cancel_all([pumping])
        finally:
            if not pumping.cancelled():
                pumping.exception()


def merged_in_threads(
    streams: Sequence[Iterator[Any]], limiter: Limiter | None = None, holder: Holder | None = None
) -> Generator[tuple[int, Any], None, None]:
    """Run streams side by side in the engine's threads and yield their chunks with the number of their stream."""
    if limiter is not None and running_loop() is not None:
        # Those who have the slots may wait for this very loop, which stands still: go on one by one in our own slot.
        for number, stream in enumerate(streams):
            for chunk in stream:
                yield number, chunk
        return
    chunks: deque[tuple[int, Any]] = deque()
    changed = threading.Condition()
    left = over = False
    failure: BaseException | None = None

    def pump(number: int, stream: Iterator[Any], slot: Slot | None) -> None:
        with inside_branch(number, limiter, slot):
            try:
                for chunk in stream:
                    with POOL.waiting(), changed:
                        changed.wait_for(lambda: len(chunks) < _AHEAD or left)
                        if left:
                            raise _Left
                        chunks.append((number, chunk))
                        changed.notify_all()
            finally:
                close(stream)

    def pump_all() -> None:
        nonlocal over, failure
        try:
            gather_in_threads([partial(pump, *each) for each in enumerate(streams)], limiter, holder)
        except BaseException as error:
            failure = error
        with changed:
            over = True
            changed.notify_all()

    supervisor = threading.Thread(target=copy_context().run, args=(pump_all,), name="stepgraph-streams", daemon=True)
    supervisor.start()
    try:
        while True:
            with POOL.waiting(), changed:
                changed.wait_for(lambda: chunks or over)
                chunk = chunks.popleft() if chunks else None
                changed.notify_all()
            if chunk is None:
                break
            yield chunk
    finally:
        with changed:
            left = True
            changed.notify_all()
    if failure is not None:
        raise failure


def tee(chunks: Iterator[Any], count: int) -> list[Iterator[Any]]:
    """Return several iterators over one; any thread may read each. What only some have read is kept for the others."""
    lock = threading.Lock()
    waiting: list[deque[Any]] = [deque() for _ in range(count)]

    def reader(own: deque[Any]) -> Iterator[Any]:
        while True:
            if not lock.acquire(blocking=False):
                with POOL.waiting():
                    lock.acquire()
            try:
                if not own:
                    try:
                        chunk = next(chunks)
                    except StopIteration:
                        return
                    for each in waiting:
                        each.append(chunk)
                item = own.popleft()
            finally:
                lock.release()
            yield item

    return [reader(own) for own in waiting]


def tee_async(chunks: AsyncIterator[Any], count: int) -> list[AsyncGenerator[Any, None]]:
    """Return several iterators over one; any task may read each. What only some have read is kept for the others."""
    lock = asyncio.Lock()
    waiting: list[deque[Any]] = [deque() for _ in range(count)]

    async def reader(own: deque[Any]) -> AsyncGenerator[Any, None]:
        while True:
            async with lock:
                if not own:
                    try:
                        chunk = await chunks.__anext__()
                    except StopAsyncIteration:
                        return
                    for each in waiting:
                        each.append(chunk)
                item = own.popleft()
            yield item

    return [reader(own) for own in waiting]
