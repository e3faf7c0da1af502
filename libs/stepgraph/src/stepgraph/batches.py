"""Batches: many items in portions, for what takes only so many at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import TypeVar

__all__ = ["abatch_iterate", "batch_iterate"]

T = TypeVar("T")


def batch_iterate(size: int | None, iterable: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`, all in one where it is `None`; no list is empty.

    Raises:
        ValueError: The size is not positive.
    """
    _check(size)
    items = iter(iterable)
    while batch := list(islice(items, size)):
        yield batch


async def abatch_iterate(size: int, iterable: AsyncIterable[T]) -> AsyncIterator[list[T]]:
    """Yield the items in lists of at most `size`; no list is empty.

    Raises:
        ValueError: The size is not positive.
    """
    _check(size)
    batch: list[T] = []
    async for item in iterable:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _check(size: int | None) -> None:
    if size is not None and size < 1:
        raise ValueError(f"a batch has at least one item, got the size {size}")
