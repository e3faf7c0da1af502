"""Parts: how a runnable runs those that it is made of, each in its own frame where somebody listens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from stepgraph.frames import Inside
from stepgraph.runnables.adapted import one
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.runnables.traced import Traced

__all__ = ["Part"]


class Part:
    """A runnable inside another one.

    Args:
        runnable: The runnable.
        tag: The tag that its runs get, such as `seq:step:1`, if any.
    """

    __slots__ = ("_finds_config", "_is_graph", "_traced", "runnable", "tag")

    def __init__(self, runnable: Runnable[Any, Any], tag: str | None = None) -> None:
        self.runnable: Runnable[Any, Any] = runnable
        self.tag: str | None = tag
        self._finds_config = runnable.inherits_config
        # One of ours is told what it is in; its doors would look for that.
        kind = type(runnable)
        is_ours = isinstance(runnable, Traced) and kind.invoke is Traced.invoke and kind.ainvoke is Traced.ainvoke
        self._traced: Any = runnable if is_ours else None
        # What a graph streams is what its callers like to see; its chunks are another thing.
        self._is_graph = getattr(type(runnable), "is_compiled_graph", False)

    def invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        """Invoke it."""
        if call is None or call.run is None:
            return self.runnable.invoke(input, None if self._finds_config else surrounding_config(), **kwargs)
        frame = call.frame_of(self.tag)
        if self._traced is not None:
            return self._traced._invoke_heard(input, frame.config, frame, kwargs)
        with Inside(frame):
            return self.runnable.invoke(input, frame.config, **kwargs)

    async def ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        """Invoke it."""
        if call is None or call.run is None:
            return await self.runnable.ainvoke(input, None if self._finds_config else surrounding_config(), **kwargs)
        frame = call.frame_of(self.tag)
        if self._traced is not None:
            return await self._traced._ainvoke_heard(input, frame.config, frame, kwargs)
        with Inside(frame):
            return await self.runnable.ainvoke(input, frame.config, **kwargs)

    def stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        """Stream it, in chunks whose sum is its output; a heard stream enters its frame by itself, item by item."""
        if self._is_graph:
            return self.runnable.transform(iter((input,)), self._config(call), **kwargs)
        return self.runnable.stream(input, self._config(call), **kwargs)

    def astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncIterator[Any]:
        """Stream it; see `stream`."""
        if self._is_graph:
            return self.runnable.atransform(one(input), self._config(call), **kwargs)
        return self.runnable.astream(input, self._config(call), **kwargs)

    def transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        """Let chunks run through it."""
        return self.runnable.transform(chunks, self._config(call), **kwargs)

    def atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncIterator[Any]:
        """Let chunks run through it."""
        return self.runnable.atransform(chunks, self._config(call), **kwargs)

    def _config(self, call: Call | None) -> Any:
        if call is None or call.run is None:
            return None if self._finds_config else surrounding_config()
        return call.frame_of(self.tag).config
