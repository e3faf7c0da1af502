"""Doors: an object with sync methods and async twins, seen through one colour.

A check awaits every call. Behind the async door that is the twin itself; behind the sync one the method runs in a
thread, since a sync method may need the event loop to go on while it waits.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any, Final

from stepgraph.execution.pool import Pool

__all__ = ["Door", "in_thread"]

_THREADS: Final = Pool(256)
"""More than any check has calls under way at once; idle ones do not keep the process alive."""


async def in_thread(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call `function` in a thread and wait for it."""
    return await asyncio.wrap_future(_THREADS.submit(functools.partial(function, *args, **kwargs)))


class Door:
    """One colour of `inner`.

    Args:
        inner: What is tested.
        colour: `"async"` or `"sync"`.
        settings: What it was opened with.
    """

    def __init__(self, inner: Any, colour: str, settings: dict[str, Any] | None = None) -> None:
        self.inner: Any = inner
        self.colour: str = colour
        self.settings: dict[str, Any] = settings or {}

    @property
    def is_async(self) -> bool:
        """Whether the async methods are called."""
        return self.colour == "async"

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method, or its async twin."""
        if self.is_async:
            return await getattr(self.inner, f"a{method}")(*args, **kwargs)
        return await in_thread(getattr(self.inner, method), *args, **kwargs)
