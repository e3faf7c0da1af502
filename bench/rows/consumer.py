"""Consumer: reads a stream to its end as a user's loop would, and does nothing with what comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

__all__ = ["consumed"]


async def consumed(chunks: AsyncIterator[Any]) -> list[Any]:
    """Return how many chunks came, and the last one."""
    count, last = 0, None
    async for chunk in chunks:
        count, last = count + 1, chunk
    return [count, last]
