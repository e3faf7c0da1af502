"""`astream_events`: in which order events come, and what becomes of a run whose consumer is slow, leaves or fails."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from contextlib import aclosing
from typing import Any

import pytest

from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel
from tests.runnables.event_lists import consumed, counting, events_of, kinds, one_more

# Order and threads.


async def test_pipelined_steps_start_before_the_last_one_ends():
    async def doubled(chunks: Any) -> Any:
        async for number in chunks:
            yield number * 2

    found = kinds(await events_of(RunnableGenerator(counting) | RunnableGenerator(doubled), 2))
    assert found.index("chain_start doubled") < found.index("chain_end counting")
    assert found.index("chain_stream doubled") < found.index("chain_end counting")
    assert [each for each in found if each.startswith("chain_stream")] == [
        "chain_stream counting",
        "chain_stream doubled",
        "chain_stream RunnableSequence",
    ] * 2


async def test_sync_functions_in_threads():
    inner = RunnableLambda(lambda number: number + 1, name="inner")

    def outer(number: int) -> int:
        return sum(inner.stream(number)) + inner.invoke(number)

    assert kinds(await events_of(RunnableLambda(outer), 1)) == [
        "chain_start outer",
        "chain_start inner",
        "chain_stream inner",
        "chain_end inner",
        "chain_start inner",
        "chain_end inner",
        "chain_stream outer",
        "chain_end outer",
    ]


@pytest.mark.parametrize("run_inline", [True, False])
async def test_sync_code_that_says_much_is_not_held(run_inline: bool):
    """It may be what the consumer's own loop is waiting for."""
    side_by_side = RunnableParallel({str(number): lambda number: number for number in range(9)})

    def outer(number: int) -> int:
        for _ in range(9):
            side_by_side.invoke(number)
            list(side_by_side.stream(number))
        return number

    events = await events_of(RunnableLambda(outer, run_inline=run_inline), 1)
    assert len(events) == 3 + 9 * (2 * 10) + 9 * (2 * 10 + 9 + 9)


# Slow consumers, those that leave, and runs that fail.


async def test_a_branch_that_is_held_ends_when_another_one_fails():
    async def fails(chunks: Any) -> Any:
        async for _ in chunks:
            await failing.wait()
            raise ValueError("no")
            yield

    failing, endless = asyncio.Event(), Endless()
    both = RunnableParallel(one=RunnableGenerator(endless.chunks), other=RunnableGenerator(fails))
    events = both.astream_events(None)
    for _ in range(20):
        await events.__anext__()
    for _ in range(20):
        await asyncio.sleep(0)
    failing.set()
    with pytest.raises(ValueError, match="no"):
        await consumed(events)
    assert endless.left == ["cleaned up"]


async def test_leaving_events_that_another_run_reports_too():
    endless, before = Endless(), asyncio.all_tasks()

    async def outer(number: int) -> int:
        return len(await events_of(RunnableGenerator(endless.chunks), number))

    events = RunnableLambda(outer).astream_events(1)
    for _ in range(50):
        await events.__anext__()
    await events.aclose()
    assert endless.left == ["cleaned up"]
    assert asyncio.all_tasks() == before


async def test_slow_consumer_holds_a_stream():
    given: list[int] = []

    async def many(chunks: Any) -> Any:
        for number in range(1000):
            given.append(number)
            yield number

    events = RunnableGenerator(many).astream_events(None)
    ahead = 0
    for number in range(100):
        await events.__anext__()
        for _ in range(10):
            await asyncio.sleep(0)
        ahead = max(ahead, len(given) - number)
    await events.aclose()
    assert ahead < 25


async def test_slow_consumer_holds_what_only_calls():
    calls: list[int] = []

    async def counted(number: int) -> int:
        calls.append(number)
        return number

    async def outer(count: int) -> None:
        for number in range(count):
            await RunnableLambda(counted).ainvoke(number)

    events = RunnableLambda(outer).astream_events(1000)
    for _ in range(10):
        await events.__anext__()
        for _ in range(10):
            await asyncio.sleep(0)
    assert len(calls) < 25
    await events.aclose()


async def test_one_task_for_a_stream():
    made: list[Any] = []
    loop = asyncio.get_running_loop()

    def factory(loop: Any, coroutine: Any, **kwargs: Any) -> Any:
        made.append(coroutine)
        return asyncio.Task(coroutine, loop=loop, **kwargs)

    loop.set_task_factory(factory)
    try:
        steps = RunnableGenerator(counting) | RunnableGenerator(counting)
        events = await events_of(steps, 30)
    finally:
        loop.set_task_factory(None)
    assert len(events) > 500
    assert len(made) == 1


class Endless:
    """A stream without an end, that takes its time to clean up."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.left: list[str] = []
        self.failure = failure

    async def chunks(self, input: Any) -> Any:
        try:
            while True:
                yield "chunk"
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            self.left.append("cleaned up")
            if self.failure is not None:
                raise self.failure


async def test_leaving_early_ends_the_run():
    endless, before = Endless(), asyncio.all_tasks()
    events = (RunnableGenerator(endless.chunks) | RunnableGenerator(shouting)).astream_events(None)
    async for event in events:
        if event["event"] == "on_chain_stream":
            break
    await events.aclose()
    assert endless.left == ["cleaned up"]
    assert asyncio.all_tasks() == before


async def shouting(chunks: Any) -> Any:
    async for chunk in chunks:
        yield chunk.upper()


async def test_closing_before_the_first_event_runs_nothing():
    ran: list[int] = []
    events = RunnableLambda(ran.append).astream_events(1)
    await events.aclose()
    assert ran == []


async def test_a_consumer_that_is_cancelled_again_and_again():
    """As AnyIO does it when a client disconnects: the run's cleanup is not interrupted."""
    endless, before = Endless(), asyncio.all_tasks()

    async def consumes() -> None:
        async with aclosing(RunnableGenerator(endless.chunks).astream_events(None)) as events:
            async for _ in events:
                await asyncio.sleep(0)

    task = asyncio.create_task(consumes())
    for _ in range(10):
        await asyncio.sleep(0)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert endless.left == ["cleaned up"]
    assert asyncio.all_tasks() == before


async def test_a_consumer_that_is_cancelled_while_it_waits():
    waiting, left = asyncio.Event(), []

    async def waits(_: Any) -> None:
        try:
            waiting.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            left.append("cleaned up")

    before = asyncio.all_tasks()
    task = asyncio.create_task(events_of(RunnableLambda(waits), None))
    await waiting.wait()
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert left == ["cleaned up"]
    assert asyncio.all_tasks() == before


async def test_error_comes_after_the_events():
    async def fails(number: int) -> int:
        raise ValueError("no")

    found: list[Any] = []

    async def consumes() -> None:
        async for event in (RunnableLambda(one_more) | RunnableLambda(fails)).astream_events(1):
            found.append(event)

    with pytest.raises(ValueError, match="no"):
        await consumes()
    assert kinds(found)[-1] == "chain_end one_more"
    assert "chain_start fails" in kinds(found)


async def test_error_of_the_cleanup_leaves_with_who_closes():
    events = RunnableGenerator(Endless(ValueError("no")).chunks).astream_events(None)
    await events.__anext__()
    with pytest.raises(ValueError, match="no"):
        await events.aclose()


async def test_error_of_the_cleanup_does_not_hide_a_cancellation():
    waiting, reported = asyncio.Event(), []

    async def waits(_: Any) -> None:
        try:
            waiting.set()
            await asyncio.Event().wait()
        finally:
            raise ValueError("no")

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(str(context["exception"])))
    task = asyncio.create_task(events_of(RunnableLambda(waits), None))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert reported == ["no"]


async def test_error_that_nobody_came_to_see():
    async def fails(_: Any) -> Any:
        raise ValueError("no")

    reported: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    events = RunnableLambda(fails).astream_events(None)
    await events.__anext__()
    for _ in range(10):
        await asyncio.sleep(0)
    await events.aclose()
    gc.collect()
    assert reported == []


async def test_any_task_may_ask_for_the_next_event():
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="")
    seen: list[str] = []

    async def looks(chunks: Any) -> Any:
        for number in range(3):
            seen.append(variable.get())
            yield number

    variable.set("of the first")
    events = (RunnableGenerator(looks) | RunnableLambda(one_more)).astream_events(None)
    found = [await asyncio.create_task(events.__anext__())]
    variable.set("of another")
    while True:
        try:
            found.append(await asyncio.create_task(events.__anext__()))
        except StopAsyncIteration:
            break
    assert kinds(found)[-1] == "chain_end RunnableSequence"
    assert set(seen) == {"of the first"}
