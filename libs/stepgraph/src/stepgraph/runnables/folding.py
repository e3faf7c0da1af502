"""Folding: the whole that the chunks of a stream stand for."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import Any

__all__ = ["AddableDict", "aadd", "add", "fold"]


class AddableDict(dict[str, Any]):
    """A dict whose chunks add up key by key."""

    def __add__(self, other: dict[str, Any]) -> AddableDict:
        total = AddableDict(self)
        for key, value in other.items():
            before = total.get(key)
            if key not in total or before is None:
                total[key] = value
            elif value is not None:
                total[key] = _sum(before, value)
        return total

    def __radd__(self, other: dict[str, Any]) -> AddableDict:
        return AddableDict(other) + self


def fold(chunks: Iterable[Any]) -> Any:
    """Return the sum of chunks, the last one where they cannot be added; `None` for none.

    Text is joined at once, so that a thousand tokens cost no more than their length.
    """
    found = list(chunks)
    if not found:
        return None
    if all(type(chunk) is str for chunk in found):
        return "".join(found)
    total = found[0]
    for chunk in found[1:]:
        total = _sum(total, chunk)
    return total


def add(addables: Iterable[Any]) -> Any:
    """Return the sum of chunks; see `fold`."""
    return fold(addables)


async def aadd(addables: AsyncIterable[Any]) -> Any:
    """Return the sum of chunks that come one by one; see `fold`."""
    return fold([chunk async for chunk in addables])


def _sum(left: Any, right: Any) -> Any:
    try:
        return left + right
    except TypeError:
        return right
