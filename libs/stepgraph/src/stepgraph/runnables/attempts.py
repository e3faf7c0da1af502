"""Attempts: the runnables of which one after another is tried, until one of them does not fail.

A stream counts as done with its first chunk: what was shown is never taken back, so what fails after it fails.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any, Generic

from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.base import Input, Output
from stepgraph.runnables.call import Call
from stepgraph.runnables.parts import Part
from stepgraph.runnables.replay import AsyncReplay, Replay
from stepgraph.runnables.traced import Traced

__all__ = ["Attempt", "Attempts"]


class Attempt:
    """What is tried.

    Attributes:
        part: The runnable.
        input: Makes its input of the one that was given.
        pause: How many seconds to wait before.
    """

    __slots__ = ("input", "part", "pause")

    def __init__(self, part: Part, input: Callable[[Any], Any] | None = None, pause: float = 0.0) -> None:
        self.part: Part = part
        self.input: Callable[[Any], Any] | None = input
        self.pause: float = pause

    def taking(self, input: Any) -> Any:
        """Return what the runnable gets."""
        return input if self.input is None else self.input(input)


Plan = Generator[Attempt, "Exception", None]
"""Yields what to try and is sent the exception that came of it; raises what shall leave, when there is nothing left."""


class Attempts(Traced[Input, Output], Generic[Input, Output]):
    """Runs what its plan says, until something does not fail. Subclasses write `_plan` and the two pauses."""

    def _plan(self) -> Plan:
        raise NotImplementedError

    def _pause(self, seconds: float) -> None:
        raise NotImplementedError

    async def _apause(self, seconds: float) -> None:
        raise NotImplementedError

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        plan = self._plan()
        attempt = next(plan)
        while True:
            given = attempt.taking(input)
            try:
                return attempt.part.invoke(given, call, **kwargs)
            except Exception as error:
                attempt = plan.send(error)
            self._pause(attempt.pause)

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        plan = self._plan()
        attempt = next(plan)
        while True:
            given = attempt.taking(input)
            try:
                return await attempt.part.ainvoke(given, call, **kwargs)
            except Exception as error:
                attempt = plan.send(error)
            await self._apause(attempt.pause)

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._tried(lambda attempt: attempt.part.stream(attempt.taking(input), call, **kwargs), None)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        replay = Replay(chunks)
        return self._tried(lambda tried: tried.part.transform(replay.again(tried.input), call, **kwargs), replay)

    def _tried(self, begun: Callable[[Attempt], Iterator[Any]], replay: Replay | None) -> Iterator[Any]:
        plan = self._plan()
        attempt = next(plan)
        while True:
            chunks = begun(attempt)
            try:
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return
                except Exception as error:
                    if replay is not None and error is replay.failed:
                        raise
                    attempt = plan.send(error)
                else:
                    if replay is not None:
                        replay.let_go()
                    yield chunk
                    yield from chunks
                    return
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()
                if replay is not None:
                    replay.close()
            self._pause(attempt.pause)

    def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return self._atried(lambda attempt: attempt.part.astream(attempt.taking(input), call, **kwargs), None)

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        replay = AsyncReplay(chunks)
        return self._atried(lambda tried: tried.part.atransform(replay.again(tried.input), call, **kwargs), replay)

    async def _atried(
        self, begun: Callable[[Attempt], AsyncIterator[Any]], replay: AsyncReplay | None
    ) -> AsyncGenerator[Any, None]:
        plan = self._plan()
        attempt = next(plan)
        while True:
            chunks: Any = begun(attempt)
            try:
                try:
                    chunk = await chunks.__anext__()
                except StopAsyncIteration:
                    return
                except Exception as error:
                    if replay is not None and error is replay.failed:
                        raise
                    attempt = plan.send(error)
                else:
                    if replay is not None:
                        replay.let_go()
                    yield chunk
                    async for chunk in chunks:
                        yield chunk
                    return
            finally:
                await aclose(chunks)
                if replay is not None:
                    await replay.aclose()
            await self._apause(attempt.pause)
