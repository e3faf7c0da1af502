"""max_concurrency: it bounds everything under it, in every mixture of colours, and nothing deadlocks.

Every leaf waits until as many leaves as may run are there, so a bound that is too low shows as well as one that is
too high.
"""

import asyncio
from contextlib import aclosing

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import (
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)
from stepgraph.runnables.folding import fold
from tests.pregel.colours import PATIENCE, Colour, turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Meter, Rendezvous
from tests.pregel.states import Log
from tests.runnables.diary import Diary
from tests.runnables.doors import listed


@pytest.fixture(params=["sync", "async", "threads"])
def colour(request):
    return Colour(request.param)


def parallel(inner, count=2):
    return RunnableParallel({str(number): inner for number in range(count)})


def calls_batch(colour, inner):
    """Return a function that runs a batch without handing its config on."""

    async def body(input):
        if colour.nodes_async:
            return await inner.abatch([input] * 3)
        return inner.batch([input] * 3)

    return RunnableLambda(colour.node(body))


def calls_stream(colour, inner):
    async def body(input):
        return await colour.inner_chunks(inner, input)

    return RunnableLambda(colour.node(body))


def calls_as_completed(colour, inner):
    async def body(input):
        if colour.nodes_async:
            return await listed(inner.abatch_as_completed([input] * 3))
        return list(inner.batch_as_completed([input] * 3))

    return RunnableLambda(colour.node(body))


def in_a_graph(colour, inner):
    async def node(state):
        return {"log": [await colour.inner_invoke(inner, state["log"])]}

    graph = StateGraph(Log)
    for name in "abc":
        graph.add_node(name, colour.node(node)).add_edge(START, name)
    return RunnableLambda(lambda input: {"log": [input]}, run_inline=True) | graph.compile()


REPEATED = RunnableLambda(lambda input: [input] * 3, run_inline=True)
TWICE = RunnableLambda(lambda input: [input] * 2, run_inline=True)

# Each makes, of a leaf, what runs it twelve times.
SHAPES = {
    "parallel": lambda colour, leaf: parallel(leaf, 12),
    "parallel in a parallel": lambda colour, leaf: parallel(parallel(leaf, 4), 3),
    "parallel in a sequence in a parallel": lambda colour, leaf: parallel(REPEATED | parallel(leaf, 4), 3),
    "map in a parallel": lambda colour, leaf: parallel(REPEATED | leaf.map(), 4),
    "map in a map": lambda colour, leaf: parallel(REPEATED | (TWICE | leaf.map()).map(), 2),
    "batch in a function": lambda colour, leaf: parallel(calls_batch(colour, leaf), 4),
    "as completed in a function": lambda colour, leaf: parallel(calls_as_completed(colour, leaf), 4),
    "stream in a function": lambda colour, leaf: parallel(calls_stream(colour, parallel(leaf, 3)), 4),
    "assign": lambda colour, leaf: (
        RunnableParallel(x=RunnablePassthrough()) | RunnablePassthrough.assign(a=parallel(leaf, 6), b=parallel(leaf, 6))
    ),
    "retry and fallbacks": lambda colour, leaf: parallel(
        parallel(leaf.with_retry(wait_exponential_jitter=False), 3).with_fallbacks([leaf]), 4
    ),
    "graph": lambda colour, leaf: in_a_graph(colour, parallel(leaf, 4)),
    "graphs in a map": lambda colour, leaf: TWICE | in_a_graph(colour, parallel(leaf, 2)).map(),
}


def leaf_of(colour, meter, limit):
    meeting = Rendezvous(colour, limit)

    async def leaf(input):
        with meter:
            await meeting.met()
            await colour.pause()

    return RunnableLambda(colour.node(leaf))


async def run(colour, made, config):
    if colour.runs_async:
        return await made.ainvoke("x", config)
    return await asyncio.to_thread(made.invoke, "x", config)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES)
async def test_no_more_and_no_less_run_at_once(shape, limit, colour):
    meter = Meter()
    made = SHAPES[shape](colour, leaf_of(colour, meter, limit))
    async with nothing_left():
        await asyncio.wait_for(run(colour, made, {"max_concurrency": limit}), PATIENCE)
    assert (meter.total, meter.peak) == (12, limit)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("door", ["abatch", "abatch_as_completed", "astream"])
async def test_a_limit_holds_whatever_the_door(door, limit, colour):
    if colour.name == "sync":
        door = door[1:]
    meter = Meter()
    made = parallel(leaf_of(colour, meter, limit), 12 if "stream" in door else 3)
    config = {"max_concurrency": limit}

    def sync():
        if door == "stream":
            return list(made.stream("x", config))
        if door == "batch":
            return made.batch(["x"] * 4, config)
        return list(made.batch_as_completed(["x"] * 4, config))

    async def run():
        if colour.name == "sync":
            return await asyncio.to_thread(sync)
        if door == "astream":
            return await listed(made.astream("x", config))
        if door == "abatch":
            return await made.abatch(["x"] * 4, config)
        return await listed(made.abatch_as_completed(["x"] * 4, config))

    async with nothing_left():
        await asyncio.wait_for(run(), PATIENCE)
    assert (meter.total, meter.peak) == (12, limit)


@pytest.mark.parametrize(("outer", "inner", "peak"), [(3, 1, 3), (2, 6, 2), (6, 2, 6), (1, 3, 1)])
async def test_a_limit_inside_a_limit_bounds_what_is_under_it(outer, inner, peak, colour):
    """Three calls, each with a limit of its own, under one for all."""
    meter = Meter()
    leaf = leaf_of(colour, meter, 1)

    async def body(input):
        limited = parallel(leaf, 4).with_config(max_concurrency=inner)
        return await colour.inner_invoke(limited, input)

    made = parallel(RunnableLambda(colour.node(body)), 3)
    await asyncio.wait_for(run(colour, made, {"max_concurrency": outer}), PATIENCE)
    assert meter.total == 12
    assert meter.peak <= peak


async def test_lists_of_configs_count_with_their_lowest_limit():
    meter = Meter()

    async def leaf(input):
        with meter:
            await asyncio.sleep(0)

    await RunnableLambda(leaf).abatch(["x"] * 6, [{"max_concurrency": 4}, {"max_concurrency": 2}, *[{}] * 4])
    assert meter.peak == 2


async def test_without_a_limit_all_run_at_once(colour):
    meter = Meter()
    made = parallel(parallel(leaf_of(colour, meter, 12), 4), 3)
    await asyncio.wait_for(run(colour, made, None), PATIENCE)
    assert meter.peak == 12


@pytest.mark.parametrize("pool", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
async def test_nothing_deadlocks_with_a_limit_of_one_and_hardly_any_threads(shape, pool, colour, pool_of):
    pool_of(pool)
    meter = Meter()
    made = SHAPES[shape](colour, leaf_of(colour, meter, 1))
    async with nothing_left():
        await asyncio.wait_for(run(colour, made, {"max_concurrency": 1}), PATIENCE)
    assert (meter.total, meter.peak) == (12, 1)


async def test_sync_doors_on_a_loop_deadlock_nothing():
    """Whoever holds the slots may need this very loop; the branches of the sync call run one by one."""
    meter = Meter()

    def leaf(input):
        with meter:
            return input

    inner = RunnableParallel(a=leaf, b=leaf)

    async def calls(input):
        return [inner.invoke(input), inner.batch([input] * 2), list(inner.batch_as_completed([input]))]

    made = parallel(RunnableLambda(calls), 3)
    await asyncio.wait_for(made.ainvoke("x", {"max_concurrency": 1}), PATIENCE)
    assert (meter.total, meter.peak) == (24, 1)


async def test_a_slot_is_given_back_whatever_becomes_of_its_branch():
    """Failures, cancellations and consumers that leave return what they had."""
    meter = Meter()

    async def leaf(input):
        with meter:
            await asyncio.sleep(0)
            if input == "fail":
                raise ValueError(input)
            if input == "wait":
                await asyncio.sleep(PATIENCE)

    made = RunnableLambda(leaf)

    async def mixed(input):
        assert [type(each) for each in await made.abatch(["ok", "fail"], return_exceptions=True)] == [
            type(None),
            ValueError,
        ]
        for _ in range(3):
            with pytest.raises(ValueError, match="fail"):
                await made.abatch(["fail", "wait", "wait"])
            async with aclosing(made.abatch_as_completed(["ok", "wait", "wait"])) as pairs:
                async for _ in pairs:
                    break
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(made.abatch(["wait", "wait", "wait"]), 0.001)
        meter.peak = 0
        await made.abatch(["ok"] * 8)
        return meter.peak

    async with nothing_left():
        assert await asyncio.wait_for(RunnableLambda(mixed).ainvoke("x", {"max_concurrency": 2}), PATIENCE) == 2


async def test_streams_side_by_side_are_bounded_and_all_come_to_their_end(colour):
    async def aletters(chunks):
        async for chunk in chunks:
            for letter in chunk:
                await asyncio.sleep(0)
                yield letter

    def letters(chunks):
        for chunk in chunks:
            yield from chunk

    made = parallel(RunnableGenerator(aletters if colour.nodes_async else letters), 4)
    config = {"max_concurrency": 1}
    if colour.runs_async:
        chunks = await asyncio.wait_for(listed(made.astream("abc" * 20, config)), PATIENCE)
    else:
        chunks = await asyncio.to_thread(lambda: list(made.stream("abc" * 20, config)))
    assert {key: "".join(c[key] for c in chunks if key in c) for key in "0123"} == dict.fromkeys("0123", "abc" * 20)


async def test_a_transform_side_by_side_with_a_limit_comes_to_its_end(colour):
    """One input, read by branches that may not run at once: what the first has read is kept for the others."""

    async def apass(chunks):
        async for chunk in chunks:
            yield chunk

    def passes(chunks):
        yield from chunks

    async def source():
        for letter in "abc" * 20:
            yield letter

    made = parallel(RunnableGenerator(apass if colour.nodes_async else passes), 3)
    config = {"max_concurrency": 1}
    if colour.runs_async:
        chunks = await asyncio.wait_for(listed(made.atransform(source(), config)), PATIENCE)
    else:
        chunks = await asyncio.to_thread(lambda: list(made.transform(iter("abc" * 20), config)))
    assert {key: "".join(c[key] for c in chunks if key in c) for key in "012"} == dict.fromkeys("012", "abc" * 20)


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("door", ["stream", "transform"])
async def test_parallels_one_after_another_stream_to_their_end(door, limit, colour):
    """Nobody has a slot while it waits for what those before it have still to make."""
    letters = RunnableLambda(lambda text: (yield from text))
    if colour.nodes_async:

        async def aletters(text):
            for letter in text:
                yield letter

        letters = RunnableLambda(aletters)
    first = RunnableParallel(a=letters, b=RunnablePassthrough())
    second = RunnablePassthrough.assign(c=RunnablePick("a") | letters, d=RunnablePick("b"))
    made = first | second | RunnablePassthrough.assign(e=RunnableParallel(f=RunnablePick("c"), g=RunnablePick("d")))
    config = {"max_concurrency": limit}

    async def source():
        for letter in "xyz":
            yield letter

    if colour.runs_async:
        chunks = made.astream("xyz", config) if door == "stream" else made.atransform(source(), config)
        async with nothing_left():
            found = await asyncio.wait_for(listed(chunks), PATIENCE)
    else:
        given = "xyz" if door == "stream" else iter("xyz")
        found = await asyncio.to_thread(lambda: list(getattr(made, door)(given, config)))
    text = "xyz"
    assert fold(found) == {"a": text, "b": text, "c": text, "d": text, "e": {"f": text, "g": text}}


async def test_the_error_of_a_branch_does_not_wait_for_a_slot_of_those_beside_it():
    """Its own slot has gone to somebody who waits long; the error ends that, so it cannot wait for it."""
    begun, diary = asyncio.Event(), Diary()
    waits = RunnableLambda(diary.step("waits", lambda _: asyncio.sleep(PATIENCE)))

    async def fails(input):
        begun.set()
        await turns(5)
        raise ValueError("no")

    async def takes_slots(input):
        await begun.wait()
        await waits.abatch([input] * 3)

    made = RunnableParallel(a=RunnableParallel(b=fails), c=takes_slots)
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await asyncio.wait_for(made.ainvoke("x", {"max_concurrency": 2}), PATIENCE / 2)
    diary.check()
