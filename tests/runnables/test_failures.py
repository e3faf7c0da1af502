"""Structured failure: what fails ends what runs beside it, and nothing outlasts whoever started it."""

import asyncio
import threading
from contextlib import aclosing, closing

import pytest

from stepgraph.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.runnables.diary import Diary
from tests.runnables.doors import ASYNC, apieces, listed
from tests.runnables.failing import (
    Unstoppable,
    every_config,
    fail_at_once,
    fail_beyond,
    fail_soon,
    parallel,
    until,
    wait_long,
)

# Branches.


@every_config
@pytest.mark.parametrize("failing", [fail_soon, fail_at_once, fail_beyond])
@pytest.mark.parametrize("door", ASYNC)
async def test_the_first_branch_that_fails_cancels_the_others_and_waits_for_them(door, failing, config):
    diary = Diary()
    async with nothing_left():
        with pytest.raises((ValueError, Unstoppable), match="no"):
            await ASYNC[door](parallel(diary, failing), ["x"], config())
    diary.check()
    assert diary.names("finished") == []
    assert diary.names("failed") == ["b"]
    if failing is not fail_at_once:
        assert diary.names("cancelled") == ["a", "c"]


@every_config
async def test_a_failure_deep_inside_cancels_everything_beside_it(config):
    diary = Diary()
    inner = RunnablePassthrough() | parallel(diary)
    middle = RunnableParallel(inner=inner, d=diary.step("d", wait_long)) | RunnablePassthrough()
    outer = RunnableParallel(middle=middle.map(), e=diary.step("e", wait_long))
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await outer.ainvoke(["x", "y"], config())
    diary.check()
    assert diary.names("cancelled")[-1] == "e"
    assert diary.names("finished") == []
    assert len(diary.names("begun")) == 9


@every_config
@pytest.mark.parametrize("error", [fail_soon, fail_beyond])
async def test_the_first_input_of_a_batch_that_fails_cancels_the_others(error, config):
    diary = Diary()

    async def either(number):
        await (error if number == 3 else wait_long)(number)

    made = RunnableLambda(diary.step("step", either))
    for runs in (made.abatch(range(5), config()), made.map().ainvoke(list(range(5)), config())):
        diary.entries.clear()
        async with nothing_left():
            with pytest.raises((ValueError, Unstoppable)):
                await runs
        diary.check()
        assert len(diary.names("begun")) == 5
        assert len(diary.names("cancelled")) == 4


@every_config
async def test_a_failure_reaches_whoever_reads_as_completed(config):
    diary = Diary()

    async def either(number):
        if number == 0:
            return "done"
        return await (fail_soon if number == 3 else wait_long)(number)

    made, found = RunnableLambda(diary.step("step", either)), []

    async def read():
        async for pair in made.abatch_as_completed(range(5), config()):
            found.append(pair)

    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await read()
    assert found == [(0, "done")]
    diary.check()
    assert len(diary.names("cancelled")) == 3


@every_config
async def test_return_exceptions_lets_the_others_go_on(config):
    async def either(number):
        if number == 1:
            raise ValueError("no")
        await turns(5)
        return number

    made = RunnableLambda(either)
    async with nothing_left():
        first, second, third = await made.abatch([0, 1, 2], config(), return_exceptions=True)
        pairs = dict(await listed(made.abatch_as_completed([0, 1, 2], config(), return_exceptions=True)))
    assert (first, str(second), third) == (0, "no", 2)
    assert (pairs[0], str(pairs[1]), pairs[2]) == (0, "no", 2)


async def test_of_two_failures_the_first_leaves_and_the_other_is_not_complained_of():
    async def fails(input):
        raise ValueError(input)

    async def fails_when_cancelled(input):
        try:
            await wait_long(input)
        finally:
            raise TypeError(input)

    async with nothing_left():
        with pytest.raises(ValueError, match="x"):
            await RunnableParallel(a=fails_when_cancelled, b=fails, c=fails).ainvoke("x")


# Leaving early.


@every_config
@pytest.mark.parametrize("kind", ["abatch_as_completed", "astream", "atransform", "astream of a chain"])
async def test_who_leaves_early_cancels_the_rest_and_waits_for_it(kind, config):
    diary = Diary()

    async def at_once(input):
        return "done"

    both = RunnableParallel(a=diary.step("a", wait_long), b=diary.step("b", at_once), c=diary.step("c", wait_long))
    either = RunnableLambda(diary.step("a", lambda number: at_once(number) if number == 1 else wait_long(number)))
    async with nothing_left():
        chunks = {
            "abatch_as_completed": lambda: either.abatch_as_completed([0, 1, 2], config()),
            "astream": lambda: both.astream("x", config()),
            "atransform": lambda: both.atransform(apieces("xy"), config()),
            "astream of a chain": lambda: (both | RunnablePassthrough()).astream("x", config()),
        }[kind]()
        async with aclosing(chunks):
            assert await chunks.__anext__() == ((1, "done") if kind == "abatch_as_completed" else {"b": "done"})
    diary.check()
    assert len(diary.names("cancelled")) == 2


@every_config
@pytest.mark.parametrize("door", ASYNC)
async def test_cancelling_the_caller_cancels_what_runs_and_waits_for_it(door, config):
    diary = Diary()
    made = RunnableParallel(a=diary.step("a", wait_long), b=RunnableLambda(diary.step("b", wait_long)).map())
    async with nothing_left():
        task = asyncio.ensure_future(ASYNC[door](made, [["x", "y"]], config()))
        await until(lambda: len(diary.names("begun")) == 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    diary.check()
    assert len(diary.names("cancelled")) == 3


async def test_who_is_cancelled_again_and_again_still_waits_for_what_it_cancelled():
    diary = Diary()

    async def slow_to_leave(input):
        try:
            await wait_long(input)
        finally:
            await turns(20)

    made = RunnableParallel(a=diary.step("a", slow_to_leave), b=diary.step("b", slow_to_leave))
    for run in (lambda: made.ainvoke("x"), lambda: made.abatch(["x", "y"]), lambda: listed(made.astream("x"))):
        diary.entries.clear()
        async with nothing_left():
            task = asyncio.ensure_future(run())
            await until(lambda: len(diary.names("begun")) >= 2)
            for _ in range(3):
                task.cancel()
                await turns(2)
            with pytest.raises(asyncio.CancelledError):
                await task
            diary.check()


@pytest.mark.parametrize("door", ["stream", "transform", "batch_as_completed"])
def test_who_leaves_a_sync_stream_early_leaves_no_generator_open(door):
    closed = threading.Event()

    def source(chunks):
        try:
            for chunk in chunks:
                yield from chunk * 1000
        finally:
            closed.set()

    both = RunnableParallel(a=source, b=RunnablePassthrough())
    if door == "stream":
        chunks = both.stream("x")
    elif door == "transform":
        chunks = both.transform(iter("xyz"))
    else:
        closed.set()
        chunks = RunnableLambda(str.upper).batch_as_completed(["a", "b"])
    with closing(chunks):
        next(chunks)
    assert closed.wait(PATIENCE)


@pytest.mark.parametrize("end", ["early", "failure", "whole"])
def test_a_sync_stream_of_a_parallel_leaves_no_thread_of_its_own(end):
    def source(chunks):
        for chunk in chunks:
            yield from chunk * 100  # more than anybody makes ahead
        if end == "failure":
            raise ValueError("no")

    def streaming():
        return {thread for thread in threading.enumerate() if thread.name == "stepgraph-streams"}

    before = streaming()
    chunks = RunnableParallel(a=source, b=source).stream("x")
    if end == "early":
        with closing(chunks):
            next(chunks)
    elif end == "failure":
        with pytest.raises(ValueError, match="no"):
            list(chunks)
    else:
        assert len(list(chunks)) == 200
    for thread in streaming() - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize("limit", [None, 2])
async def test_a_branch_that_cancels_itself_ends_the_others(limit):
    begun = asyncio.Event()
    ended = []

    async def waits(input):
        begun.set()
        try:
            await wait_long(input)
        finally:
            ended.append("waits")

    async def gives_up(input):
        await begun.wait()
        raise asyncio.CancelledError("of its own")

    config = None if limit is None else {"max_concurrency": limit}
    async with nothing_left():
        with pytest.raises(asyncio.CancelledError):
            await RunnableParallel(a=waits, b=gives_up).ainvoke(1, config)
    assert ended == ["waits"]
