"""What programs that compose runnables trip over elsewhere, and what must hold here."""

import asyncio
import functools
import inspect
import threading
from contextlib import aclosing

import pytest

from stepgraph.execution import pool_size
from stepgraph.runnables import RunnableLambda, RunnableParallel, chain
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Meter
from tests.runnables.doors import listed

# Siblings run on when one has failed, or when nobody reads any more.


@pytest.mark.parametrize("way", ["parallel", "abatch", "map", "astream of a parallel", "abatch_as_completed"])
async def test_siblings_are_cancelled_and_awaited(way):
    diary = []

    async def fails(input):
        await turns(3)
        raise ValueError("no")

    async def waits(input):
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            await turns(3)
            diary.append("over")

    async def either(input):
        await (fails if input else waits)(input)

    async def done_or_waits(number):
        return await waits(number) if number else "done"

    async def leaves_early():
        async with aclosing(RunnableLambda(done_or_waits).abatch_as_completed([1, 0, 1])) as pairs:
            async for number, _ in pairs:
                assert number == 1
                raise ValueError("no")

    runs = {
        "parallel": lambda: RunnableParallel(a=waits, b=fails, c=waits).ainvoke(0),
        "abatch": lambda: RunnableLambda(either).abatch([0, 1, 0]),
        "map": lambda: RunnableLambda(either).map().ainvoke([0, 1, 0]),
        "astream of a parallel": lambda: listed(RunnableParallel(a=waits, b=fails, c=waits).astream(0)),
        "abatch_as_completed": leaves_early,
    }
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await runs[way]()
    assert diary == ["over", "over"]


# The thread pool is a hidden limit.


async def test_as_many_sync_functions_run_at_once_as_the_pool_has_threads(pool_of):
    pool_of(40)
    assert pool_size() == 40
    all_here = threading.Barrier(40)

    def waits(number):
        all_here.wait(PATIENCE)
        return number

    assert await RunnableLambda(waits).abatch(list(range(40))) == list(range(40))
    assert await asyncio.to_thread(RunnableLambda(waits).batch, list(range(40))) == list(range(40))


@pytest.mark.parametrize("door", ["ainvoke", "invoke"])
async def test_a_full_pool_of_parents_lets_their_children_run(pool_of, door):
    pool_of(1)
    inner = RunnableParallel(a=str.upper, b=str.lower)
    outer = RunnableParallel(x=lambda text: inner.invoke(text), y=lambda text: inner.batch([text, text]))
    expected = {"x": {"a": "A", "b": "a"}, "y": [{"a": "A", "b": "a"}] * 2}
    if door == "ainvoke":
        assert await asyncio.wait_for(outer.ainvoke("a"), PATIENCE) == expected
    else:
        assert await asyncio.to_thread(outer.invoke, "a") == expected


# max_concurrency: ignored here, multiplied there. More of it in test_config.


async def test_max_concurrency_bounds_a_parallel_and_is_not_multiplied_by_nesting():
    meter = Meter()

    async def step(input):
        with meter:
            await turns(3)

    wide = RunnableParallel({str(number): step for number in range(8)})
    await wide.ainvoke(0, {"max_concurrency": 2})
    assert meter.peak == 2
    await RunnableParallel(a=step, b=step).abatch(list(range(8)), {"max_concurrency": 2})
    assert meter.peak == 2


# return_exceptions and what is no Exception.


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_return_exceptions_keeps_exceptions_and_nothing_else_sync(error):
    def fails(kind):
        raise kind("no")

    made = RunnableLambda(fails)
    first, second = made.batch([ValueError, TypeError], return_exceptions=True)
    assert (type(first), type(second)) == (ValueError, TypeError)
    with pytest.raises(error):
        made.batch([ValueError, error], return_exceptions=True)
    with pytest.raises(error):
        made.batch([error], return_exceptions=True)
    with pytest.raises(error):
        list(made.batch_as_completed([ValueError, error], return_exceptions=True))


async def test_return_exceptions_keeps_exceptions_and_nothing_else():
    class Unstoppable(BaseException):
        """What is no Exception, and nothing that asyncio deals with itself."""

    async def fails(kind):
        raise kind("no")

    made = RunnableLambda(fails)
    first, second = await made.abatch([ValueError, TypeError], return_exceptions=True)
    assert (type(first), type(second)) == (ValueError, TypeError)
    with pytest.raises(Unstoppable):
        await made.abatch([ValueError, Unstoppable], return_exceptions=True)
    with pytest.raises(asyncio.CancelledError):
        await made.abatch([asyncio.CancelledError, ValueError], return_exceptions=True)
    pairs = [pair async for pair in made.abatch_as_completed([ValueError, TypeError], return_exceptions=True)]
    assert sorted((number, type(error).__name__) for number, error in pairs) == [(0, "ValueError"), (1, "TypeError")]


# Functions that return runnables or coroutines.


async def test_what_a_function_returns_is_run_or_awaited():
    async def later(text):
        await asyncio.sleep(0)
        return text.upper()

    async def runnable_later(text):
        return RunnableLambda(later) | str.lower

    returning = RunnableLambda(lambda text: later(text))
    assert await returning.ainvoke("a") == "A"
    assert await listed(returning.astream("a")) == ["A"]
    assert await returning.abatch(["a", "b"]) == ["A", "B"]
    assert await (returning | returning).ainvoke("a") == "A"
    assert await RunnableLambda(runnable_later).ainvoke("aB") == "ab"
    assert await RunnableLambda(lambda text: RunnableLambda(later)).ainvoke("a") == "A"
    assert await RunnableLambda(functools.partial(later)).ainvoke("a") == "A"
    assert not inspect.isawaitable(await returning.ainvoke("a"))


async def test_a_runnable_that_a_function_returns_runs_in_its_colour():
    colours = []

    async def asynchronous(text):
        colours.append("async")
        return text

    inner = RunnableLambda(lambda text: colours.append("sync") or text, asynchronous)
    outer = chain(lambda text: inner)
    assert await outer.ainvoke("a") == "a"
    assert await listed(outer.astream("a")) == ["a"]
    assert outer.invoke("a") == "a"
    assert colours == ["async", "async", "sync"]
