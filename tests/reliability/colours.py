"""Hand: calls a graph in one colour, from code that is a coroutine in both.

In the sync colour nothing in it suspends, so such a coroutine is run to its end in one go, without a loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any


class Hand:
    """What a test or a child process does with graphs.

    Args:
        colour: `"sync"` or `"async"`.
    """

    def __init__(self, colour: str) -> None:
        self.is_async = colour == "async"

    async def call(self, owner: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if self.is_async:
            return await getattr(owner, "a" + name)(*args, **kwargs)
        return getattr(owner, name)(*args, **kwargs)

    async def each(self, owner: Any, name: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if self.is_async:
            async for item in getattr(owner, "a" + name)(*args, **kwargs):
                yield item
        else:
            for item in getattr(owner, name)(*args, **kwargs):
                yield item

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        if self.is_async:
            return asyncio.run(coroutine)
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
        coroutine.close()
        raise AssertionError("it suspended in the sync colour")
