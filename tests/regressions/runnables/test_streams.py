"""Faults of streams: whose failure an error is, and what is closed before a stream is left."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from stepgraph.runnables.foreign import ForeignRunnable

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("again", ["retry", "fallbacks"])
async def test_an_input_that_breaks_is_no_failure_of_who_reads_it(again: str):
    def source(_: Any) -> Any:
        yield "a"
        raise ValueError("the source broke")

    upper = RunnableLambda(str.upper, run_inline=True)
    step = upper.with_retry(wait_exponential_jitter=False) if again == "retry" else upper.with_fallbacks([upper])
    chain = RunnableLambda(source) | step
    with pytest.raises(ValueError, match="the source broke"):
        list(chain.stream("x"))
    with pytest.raises(ValueError, match="the source broke"):
        [chunk async for chunk in chain.astream("x")]


def test_a_parallel_is_left_while_a_thread_reads_its_input():
    closed = threading.Event()

    def source(_: Any) -> Any:
        try:
            yield "a"
            time.sleep(0.02)
            yield "b"
        finally:
            closed.set()

    def fails(chunks: Any) -> Any:
        for _ in chunks:
            raise KeyError("the cause")
        yield 1

    with pytest.raises(KeyError, match="the cause"):
        list(
            (RunnableLambda(source) | RunnableParallel(p=RunnablePassthrough(), q=RunnableGenerator(fails))).stream("x")
        )
    assert closed.wait(5)
    closed.clear()
    stream: Any = (RunnableLambda(source) | RunnableParallel(p=RunnablePassthrough(), q=RunnablePassthrough())).stream(
        1
    )
    next(stream)
    stream.close()
    assert closed.wait(5)


async def test_what_a_stream_reads_is_closed_before_it_is_left():
    class Tap(BaseCallbackHandler):
        async def tap_output_aiter(self, run_id: Any, chunks: Any) -> Any:
            async for chunk in chunks:
                yield chunk

        def tap_output_iter(self, run_id: Any, chunks: Any) -> Any:
            yield from chunks

    closed: list[int] = []

    async def source(_: Any) -> Any:
        try:
            yield "a"
            yield "b"
        finally:
            await asyncio.sleep(0)
            closed.append(1)

    async def bad(chunks: Any) -> Any:
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            raise ValueError("in cleanup")

    class Foreign:
        def invoke(self, x: Any, config: Any = None) -> Any:
            return x

        def astream(self, x: Any, config: Any = None) -> Any:
            return source(x)

    programs: list[tuple[Any, Any]] = [
        (ForeignRunnable(Foreign()), None),
        (RunnableLambda(source), {"callbacks": [Tap()]}),
        (RunnableLambda(source) | RunnableGenerator(bad), None),
    ]
    for number, (runnable, config) in enumerate(programs, start=1):
        stream = runnable.astream("x", config)
        await stream.__anext__()
        try:
            await stream.aclose()
        except ValueError:
            assert number == 3
        assert len(closed) == number


async def test_iterators_that_cannot_be_closed_are_left_as_they_are():
    class Twice:
        count = 0

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> int:
            self.count += 1
            if self.count > 2:
                raise StopAsyncIteration
            return self.count

    class Mine(Runnable[Any, Any]):
        def invoke(self, input: Any, config: Any = None, **_: Any) -> Any:
            return 1

        def astream(self, input: Any, config: Any = None, **_: Any) -> Any:
            return Twice()

    for runnable in (Mine(), RunnablePassthrough() | Mine(), Mine().with_retry(), Mine().with_fallbacks([Mine()])):
        assert [chunk async for chunk in runnable.astream(1)] == [1, 2]
