"""Bridge: a sync generator in threads for async code, one item at a time, at the pace of its consumer."""

import asyncio
import contextvars
import threading

import pytest

from stepgraph.execution.bridge import in_threads
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left


async def listed(chunks):
    return [chunk async for chunk in chunks]


async def source(text):
    for letter in text:
        await asyncio.sleep(0)
        yield letter


def doubled(chunks):
    for chunk in chunks:
        yield chunk
        yield chunk.upper()


async def test_items_come_one_by_one_from_another_thread():
    made, threads = [], set()

    def items(count):
        for number in range(count):
            threads.add(threading.current_thread())
            made.append(number)
            yield number

    async with nothing_left():
        found = []
        async for number in in_threads(items, 4):
            found.append(number)
            await turns(3)
            assert made == found  # nothing is made ahead
    assert found == [0, 1, 2, 3]
    assert threading.current_thread() not in threads


async def test_what_is_iterable_need_not_be_a_generator():
    assert await listed(in_threads(lambda given: given, "abc")) == ["a", "b", "c"]
    assert await listed(in_threads(lambda given: [], "abc")) == []


async def test_a_generator_reads_an_async_iterator():
    async with nothing_left():
        assert await listed(in_threads(doubled, source("ab"), chunks=True)) == ["a", "A", "b", "B"]
        assert await listed(in_threads(list, source("ab"), chunks=True)) == ["a", "b"]
        assert await listed(in_threads(doubled, source(""), chunks=True)) == []
        assert await listed(in_threads(lambda chunks: "x", source("ab"), chunks=True)) == ["x"]


async def test_what_it_reads_is_awaited_in_the_task_of_the_consumer_when_it_is_wanted():
    tasks, read = set(), []

    async def noted():
        for letter in "abc":
            tasks.add(asyncio.current_task())
            read.append(letter)
            yield letter

    chunks = in_threads(doubled, noted(), chunks=True)
    assert await chunks.__anext__() == "a"
    await turns(5)
    assert read == ["a"]
    assert [await chunks.__anext__(), await chunks.__anext__()] == ["A", "b"]
    assert read == ["a", "b"]
    await chunks.aclose()
    assert tasks == {asyncio.current_task()}


async def test_all_steps_are_made_in_one_context_of_their_own():
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("caller")

    def items(chunks):
        for _ in chunks:
            yield variable.get()
            variable.set("generator")

    assert await listed(in_threads(items, source("abc"), chunks=True)) == ["caller", "generator", "generator"]
    assert variable.get() == "caller"

    def items_alone(count):
        for _ in range(count):
            yield variable.get()
            variable.set("generator")

    assert await listed(in_threads(items_alone, 3)) == ["caller", "generator", "generator"]


@pytest.mark.parametrize("error", [ValueError, KeyError, TimeoutError])
async def test_errors_pass_through_in_both_directions(error):
    def fails(chunks):
        yield from chunks
        raise error("generator")

    async def fails_to_read():
        yield "a"
        raise error("source")

    caught = []

    def catches(chunks):
        try:
            yield from chunks
        except error as found:
            caught.append(str(found))
            yield "caught"

    async with nothing_left():
        with pytest.raises(error, match="generator"):
            await listed(in_threads(fails, source("ab"), chunks=True))
        with pytest.raises(error, match="generator"):
            await listed(in_threads(lambda _: fails("ab"), None))
        with pytest.raises(error, match="source"):
            await listed(in_threads(doubled, fails_to_read(), chunks=True))
        assert await listed(in_threads(catches, fails_to_read(), chunks=True)) == ["a", "caught"]


@pytest.mark.parametrize("chunks", [False, True])
async def test_closing_it_closes_the_generator_in_a_thread(chunks):
    closed = []

    def items(given):
        try:
            yield "a"
            yield "b"
        finally:
            closed.append(threading.current_thread())

    async with nothing_left():
        stream = in_threads(items, source("abc") if chunks else None, chunks=chunks)
        assert await stream.__anext__() == "a"
        await stream.aclose()
    assert len(closed) == 1
    assert closed[0] is not threading.current_thread()


async def test_a_generator_that_reads_on_while_it_is_closed_finds_the_end():
    rest = []

    def items(chunks):
        try:
            yield next(chunks)
        finally:
            rest.append(list(chunks))

    async with nothing_left():
        letters = source("abc")
        stream = in_threads(items, letters, chunks=True)
        assert await stream.__anext__() == "a"
        await stream.aclose()
        await letters.aclose()
    assert rest == [[]]


async def test_a_consumer_that_is_cancelled_while_it_reads_lets_the_thread_go():
    """The generator waits for a chunk that never comes; it is told that there is none."""
    ended, waiting = threading.Event(), asyncio.Event()

    async def never():
        waiting.set()
        await asyncio.sleep(PATIENCE)
        yield "a"

    def items(chunks):
        try:
            yield from chunks
        finally:
            ended.set()

    async with nothing_left():
        task = asyncio.ensure_future(listed(in_threads(items, never(), chunks=True)))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ended.wait(PATIENCE)


async def test_a_consumer_that_is_cancelled_during_a_step_closes_the_generator_after_it():
    in_step, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def items(_):
        try:
            in_step.set()
            go_on.wait(PATIENCE)
            yield "a"
        finally:
            ended.set()

    task = asyncio.ensure_future(listed(in_threads(items, None)))
    await asyncio.to_thread(in_step.wait, PATIENCE)
    task.cancel()
    await turns(3)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, PATIENCE)
    del task
    assert ended.wait(PATIENCE)


async def test_items_of_many_generators_do_not_mix():
    async def one(number):
        return await listed(
            in_threads(lambda chunks: (f"{number}{chunk}" for chunk in chunks), source("abc"), chunks=True)
        )

    found = await asyncio.gather(*(one(number) for number in range(20)))
    assert found == [[f"{number}{letter}" for letter in "abc"] for number in range(20)]
