"""Finds what a run leaves behind: tasks, generators, threads of its own, complaints of the event loop."""

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.pregel.colours import turns


@asynccontextmanager
async def nothing_left(settle: int = 0, *, collect: bool = True) -> AsyncIterator[None]:
    """Check that after the block no task is left but those before it, and no async generator is open.

    Args:
        settle: How often the loop may go round before the look; an iterator that was dropped instead of closed is
            closed by the event loop, a moment later.
        collect: Whether to collect garbage, which makes objects that were never awaited or closed complain.
    """
    loop = asyncio.get_running_loop()
    complaints: list[str] = []
    loop.set_exception_handler(lambda _, told: complaints.append(f"{told['message']}: {told.get('exception')!r}"))
    begun: weakref.WeakSet[Any] = weakref.WeakSet()
    firstiter, finalizer = sys.get_asyncgen_hooks()

    def note(generator: Any) -> None:
        begun.add(generator)
        if firstiter is not None:
            firstiter(generator)

    before = asyncio.all_tasks()
    sys.set_asyncgen_hooks(firstiter=note, finalizer=finalizer)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(firstiter=firstiter, finalizer=finalizer)
    await turns(settle)
    left = asyncio.all_tasks() - before
    unclosed = [generator for generator in begun if generator.ag_frame is not None]
    if collect:
        gc.collect()
    loop.set_exception_handler(None)
    assert not left, f"tasks left: {left}"
    assert not unclosed, f"generators left open: {unclosed}"
    assert not complaints, complaints


class Diary:
    """What became of the nodes that started."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def note(self, what: str, name: str) -> None:
        self.entries.append((what, name))

    def names(self, what: str) -> list[str]:
        return sorted(name for noted, name in self.entries if noted == what)

    def check(self) -> None:
        """Every node that began ended, and it either finished or was cancelled."""
        assert self.names("begun") == self.names("ended"), self.entries
        assert sorted(self.names("finished") + self.names("cancelled")) == self.names("begun"), self.entries

    def node(self, name: str, body: Any) -> Any:
        """Return an async node that runs `body` with the state and keeps the diary."""

        async def noted(state: Any) -> Any:
            self.note("begun", name)
            try:
                result = await body(state)
                self.note("finished", name)
            except asyncio.CancelledError:
                self.note("cancelled", name)
                raise
            else:
                return result
            finally:
                self.note("ended", name)

        return noted
