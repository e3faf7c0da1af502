"""Adapted iterators: of one colour for the other, and such that run inside a frame."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

from stepgraph.frames import Frame, Inside

__all__ = ["aclose", "adapted", "close", "iterate_inside", "iterate_inside_async", "one"]


async def adapted(function: Callable[[Any], Iterator[Any]], input: Any) -> AsyncGenerator[Any, None]:
    """Yield what a sync generator yields, each step made where we are: for what returns at once."""
    for item in function(input):
        yield item


async def one(item: Any) -> AsyncGenerator[Any, None]:
    """Yield one item."""
    yield item


async def aclose(chunks: Any) -> None:
    """Close an async iterator, if it can be closed."""
    closing = getattr(chunks, "aclose", None)
    if closing is not None:
        await closing()


def close(chunks: Any) -> None:
    """Close an iterator, if it can be closed."""
    closing = getattr(chunks, "close", None)
    if closing is not None:
        closing()


def iterate_inside(frame: Frame, chunks: Iterator[Any]) -> Iterator[Any]:
    """Yield chunks that are made inside a frame; it is not there while the consumer has them."""
    try:
        while True:
            with Inside(frame):
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return
            yield chunk
    finally:
        with Inside(frame):
            close(chunks)


async def iterate_inside_async(frame: Frame, chunks: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    """See `iterate_inside`."""
    try:
        while True:
            with Inside(frame):
                try:
                    chunk = await chunks.__anext__()
                except StopAsyncIteration:
                    return
            yield chunk
    finally:
        with Inside(frame):
            await aclose(chunks)
