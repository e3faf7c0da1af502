"""RunnableParallel: runnables side by side with one input, whose outputs make a dict."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from stepgraph.ambient import SCOPE
from stepgraph.execution.branches import gather
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Slot
from stepgraph.execution.thread_branches import gather_in_threads
from stepgraph.frames import inside_branch
from stepgraph.runnables.base import Input, Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.folding import AddableDict
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.parts import Part
from stepgraph.runnables.side_by_side import merged, merged_in_threads, tee, tee_async
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableMap", "RunnableParallel"]


class RunnableParallel(Traced[Input, dict[str, Any]]):
    """Runnables side by side with one input; their outputs make a dict, in the order in which they were given.

    It streams `{key: chunk}` as the chunks come. Where something bounds how much runs at once, it collects its input
    first: a branch that waited for chunks would keep its slot from those who make them. The first branch that fails
    ends the others: async ones are cancelled and waited for, sync ones that have not begun are dropped.
    `max_concurrency` in a config bounds the branches.

    Args:
        steps: Runnables by key; functions and dicts are made into runnables.
        **kwargs: More of them.

    Raises:
        TypeError: One is no runnable and nothing that can be made into one.
    """

    def __init__(self, steps: Mapping[str, Any] | None = None, /, **kwargs: Any) -> None:
        named = steps if steps is not None else kwargs.pop("steps__", {})
        if not isinstance(named, Mapping):
            raise TypeError(f"RunnableParallel takes a dict of runnables, got {type(named).__name__}: {named!r}")
        self.steps__: dict[str, Runnable[Any, Any]] = {**named, **kwargs}
        self._derive()

    def _derive(self) -> None:
        self.steps__ = {key: MAKERS.coerce(step) for key, step in self.steps__.items()}
        self._parts = [Part(step, f"map:key:{key}") for key, step in self.steps__.items()]

    @property
    def steps(self) -> dict[str, Runnable[Any, Any]]:
        """The runnables by key."""
        return dict(self.steps__)

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it: its keys are part of that."""
        return super().get_name(suffix, name=name or self.name or f"RunnableParallel<{','.join(self.steps__)}>")

    def __repr__(self) -> str:
        inner = ", ".join(f"{key}: {step!r}" for key, step in self.steps__.items())
        return f"{{{inner}}}"

    # Bodies. Arguments of a call are for a step that knows them; branches seldom do, and get none.

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        if len(self._parts) == 1:
            (key,) = self.steps__
            return {key: self._parts[0].invoke(input, call)}
        limiter, holder = bounds()

        def branch(number: int, part: Part, slot: Slot | None) -> Any:
            with inside_branch(number, limiter, slot):
                return part.invoke(input, call)

        outputs = gather_in_threads([partial(branch, *each) for each in enumerate(self._parts)], limiter, holder)
        return dict(zip(self.steps__, outputs, strict=True))

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        limiter, holder = bounds()

        async def branch(number: int, part: Part, slot: Slot | None) -> Any:
            with inside_branch(number, limiter, slot):
                return await part.ainvoke(input, call)

        outputs = await gather([partial(branch, *each) for each in enumerate(self._parts)], limiter, holder)
        return dict(zip(self.steps__, outputs, strict=True))

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._merged([part.stream(input, call) for part in self._parts])

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        if bounds()[0] is not None:
            return super()._transform(chunks, call)
        copies = tee(chunks, len(self._parts))
        return self._merged([p.transform(copy, call) for p, copy in zip(self._parts, copies, strict=True)])

    def _merged(self, streams: list[Iterator[Any]]) -> Iterator[Any]:
        keys = list(self.steps__)
        for number, chunk in merged_in_threads(streams, *bounds()):
            yield AddableDict({keys[number]: chunk})

    def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return self._amerged([part.astream(input, call) for part in self._parts])

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        if bounds()[0] is not None:
            return super()._atransform(chunks, call)
        copies = tee_async(chunks, len(self._parts))
        streams = [p.atransform(copy, call) for p, copy in zip(self._parts, copies, strict=True)]
        return self._amerged(streams, copies)

    async def _amerged(
        self, streams: list[AsyncIterator[Any]], copies: Sequence[AsyncGenerator[Any, None]] = ()
    ) -> AsyncGenerator[Any, None]:
        keys = list(self.steps__)
        async with AsyncExitStack() as stack:
            for copy in copies:  # a branch that ends early leaves what it reads as it is
                stack.push_async_callback(copy.aclose)
            chunks = merged(streams, *bounds())
            stack.push_async_callback(chunks.aclose)
            async for number, chunk in chunks:
                yield AddableDict({keys[number]: chunk})


RunnableMap = RunnableParallel
"""The name that those know it by who came early."""


def bounds() -> tuple[Limiter | None, Holder | None]:
    """Return what bounds how much runs at once here, and who has the slot that we run in."""
    scope = SCOPE.get()
    return (None, None) if scope is None else (scope.limiter, scope.slot)
