"""One test body for every colour of run: sync, async, and sync nodes in threads under an async run.

Bodies of nodes are written as coroutines. In a colour whose nodes are sync they are run to their end in one go:
what they await there (`Gate.passed`, `inner_invoke`) blocks the thread instead of suspending.
"""

import asyncio
import functools
import threading
from contextlib import closing
from typing import Any

import pytest

in_each_mode = pytest.mark.parametrize("modes", ["values", "custom"])
"""How a run is read: a node that may write chunks has a task of its own, another may run in the reader's."""

PATIENCE = 20.0
"""Seconds after which a wait that nobody ends is a failed test."""


class Gate:
    """Something that a node waits for and a test opens, or the other way round."""

    def __init__(self, *, suspends: bool) -> None:
        self._suspends = suspends
        self._event = asyncio.Event()
        self._thread_event = threading.Event()

    def open(self) -> None:
        """Let everyone pass; called in the loop's thread, or in a node of the gate's colour."""
        self._thread_event.set()
        self._event.set()

    async def passed(self) -> None:
        """Wait in a node of the gate's colour."""
        if self._suspends:
            await asyncio.wait_for(self._event.wait(), PATIENCE)
        elif not self._thread_event.wait(PATIENCE):
            raise TimeoutError("nobody opened the gate")


class Colour:
    """How a graph is run and of which colour its nodes are."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs_async = name != "sync"
        self.nodes_async = name == "async"

    def gate(self) -> Gate:
        return Gate(suspends=self.nodes_async)

    def node(self, body: Any) -> Any:
        """Return `body`, a coroutine function, as a node of this colour."""
        if self.nodes_async:
            return body

        @functools.wraps(body)
        def in_one_go(*args: Any, **kwargs: Any) -> Any:
            coroutine = body(*args, **kwargs)
            try:
                coroutine.send(None)
            except StopIteration as end:
                return end.value
            coroutine.close()
            raise AssertionError("the body of a sync node suspended")

        return in_one_go

    # For tests.

    async def invoke(self, graph: Any, *args: Any, **kwargs: Any) -> Any:
        return await graph.ainvoke(*args, **kwargs) if self.runs_async else graph.invoke(*args, **kwargs)

    def stream(self, graph: Any, *args: Any, **kwargs: Any) -> Any:
        return graph.astream(*args, **kwargs) if self.runs_async else _unblocked(graph.stream(*args, **kwargs))

    async def chunks(self, graph: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return [chunk async for chunk in self.stream(graph, *args, **kwargs)]

    # For bodies of nodes.

    async def inner_invoke(self, graph: Any, *args: Any, **kwargs: Any) -> Any:
        return await graph.ainvoke(*args, **kwargs) if self.nodes_async else graph.invoke(*args, **kwargs)

    async def inner_chunks(self, graph: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if self.nodes_async:
            return [chunk async for chunk in graph.astream(*args, **kwargs)]
        return list(graph.stream(*args, **kwargs))

    async def pause(self) -> None:
        """Give others a turn."""
        if self.nodes_async:
            await asyncio.sleep(0)
        else:
            threading.Event().wait(0.001)


async def _unblocked(generator: Any) -> Any:
    with closing(generator):
        for chunk in generator:
            yield chunk


async def turns(count: int) -> None:
    """Let the event loop go round `count` times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def until_error(stream: Any, each: Any = None) -> tuple[list[Any], Exception | None]:
    """Read a stream to its end, and return its chunks and the error that ended it, if one did.

    Args:
        stream: What to read.
        each: Called after each chunk.
    """
    chunks = []
    try:
        async for chunk in stream:
            chunks.append(chunk)
            if each is not None:
                each()
    except Exception as error:
        return chunks, error
    return chunks, None
