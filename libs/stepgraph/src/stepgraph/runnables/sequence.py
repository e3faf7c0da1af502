"""RunnableSequence: runnables one after another, each with the output of the last one as its input."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from stepgraph.runnables.adapted import aclose, close
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.parts import Part
from stepgraph.runnables.shared import Shared
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableSequence"]


class RunnableSequence(Traced[Input, Output]):
    """Runnables one after another: what `a | b` makes.

    It streams as far as its steps can turn chunks into chunks: what comes before a step that needs its whole input is
    collected there. Chunks run through all steps in the consumer's own task.

    Args:
        *steps: At least two; functions and dicts are made into runnables, and sequences are taken apart.
        name: What messages and handlers call it.
        first: The first step, where they are given by name.
        middle: The steps in between.
        last: The last step.

    Raises:
        ValueError: There are less than two steps.
        TypeError: A step is no runnable and nothing that can be made into one.
    """

    def __init__(
        self,
        *steps: Any,
        name: str | None = None,
        first: Any = None,
        middle: Sequence[Any] | None = None,
        last: Any = None,
    ) -> None:
        given = [
            *steps,
            *([first] if first is not None else ()),
            *(middle or ()),
            *([last] if last is not None else ()),
        ]
        self.name: str | None = name
        self.steps: list[Runnable[Any, Any]] = given
        self._derive()

    def _derive(self) -> None:
        steps: list[Runnable[Any, Any]] = []
        for step in map(MAKERS.coerce, self.steps):
            steps += step.steps if isinstance(step, RunnableSequence) and step.name is None else [step]
        if len(steps) < 2:
            raise ValueError(f"a sequence has at least 2 steps, got {len(steps)}")
        self.steps = steps
        self._parts = [Part(step, f"seq:step:{number}") for number, step in enumerate(self.steps, start=1)]
        self._plain = all(step.inherits_config for step in self.steps)

    @property
    def first(self) -> Runnable[Any, Any]:
        """The first step."""
        return self.steps[0]

    @first.setter
    def first(self, step: Any) -> None:
        self.steps = [step, *self.steps[1:]]

    @property
    def middle(self) -> list[Runnable[Any, Any]]:
        """The steps between the first and the last."""
        return self.steps[1:-1]

    @middle.setter
    def middle(self, steps: Sequence[Any]) -> None:
        self.steps = [self.steps[0], *steps, self.steps[-1]]

    @property
    def last(self) -> Runnable[Any, Any]:
        """The last step."""
        return self.steps[-1]

    @last.setter
    def last(self, step: Any) -> None:
        self.steps = [*self.steps[:-1], step]

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.steps))

    # Bodies.

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        if call is None and self._plain and not kwargs:
            for step in self.steps:
                input = step.invoke(input)
            return input
        for part in self._parts:
            input = part.invoke(input, call, **kwargs)
            kwargs = {}
        return input

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        if call is None and self._plain and not kwargs:
            for step in self.steps:
                input = await step.ainvoke(input)
            return input
        for part in self._parts:
            input = await part.ainvoke(input, call, **kwargs)
            kwargs = {}
        return input

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._piped([self._parts[0].stream(input, call, **kwargs)], call)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._piped([self._parts[0].transform(chunks, call, **kwargs)], call)

    def _piped(self, pipes: list[Iterator[Any]], call: Call | None) -> Iterator[Any]:
        """Let chunks run through all steps but the first; whoever leaves early closes all of them, the last first."""
        for part in self._parts[1:]:
            pipes[-1] = Shared(pipes[-1])
            pipes.append(part.transform(pipes[-1], call))
        with ExitStack() as stack:
            for pipe in pipes:
                stack.callback(close, pipe)
            yield from pipes[-1]

    def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return self._apiped([self._parts[0].astream(input, call, **kwargs)], call)

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return self._apiped([self._parts[0].atransform(chunks, call, **kwargs)], call)

    async def _apiped(self, pipes: list[AsyncIterator[Any]], call: Call | None) -> AsyncGenerator[Any, None]:
        for part in self._parts[1:]:
            pipes.append(part.atransform(pipes[-1], call))
        async with AsyncExitStack() as stack:
            for pipe in pipes:
                stack.push_async_callback(aclose, pipe)
            async for chunk in pipes[-1]:
                yield chunk
