"""Slots of max_concurrency after errors and cancellations: each is given back, once, and nothing deadlocks."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from stepgraph.errors import InvalidUpdateError
from tests.pregel.apart import apart
from tests.pregel.colours import PATIENCE, Colour, turns
from tests.pregel.leaves import leaf_of, leaves_of, measured
from tests.pregel.meters import Meter
from tests.pregel.states import chain, fan


async def test_a_nested_run_that_begins_while_another_waits_for_its_slot_frees_nothing():
    """The node has no slot at that moment, so there is none to give back."""
    meter, first_is_over, go = Meter(), asyncio.Event(), asyncio.Event()

    async def leaf(state):
        with meter:
            await turns(2)

    async def long_leaf(state):
        with meter:
            first_is_over.set()
            await go.wait()

    short, inner = chain(("leaf", leaf)), chain(("leaf", leaf))

    async def calls(state):
        async def second():
            await first_is_over.wait()
            await turns(20)  # the first run has ended by now and waits for the slot
            await inner.ainvoke({"log": []})

        await asyncio.gather(short.ainvoke({"log": []}), second())

    graph = fan(("a", calls), ("b", long_leaf), ("c", leaf), ("d", leaf))

    async def opens():
        await first_is_over.wait()
        await turns(60)
        go.set()

    await asyncio.wait_for(asyncio.gather(graph.ainvoke({"log": []}, {"max_concurrency": 1}), opens()), PATIENCE)
    assert meter.peak == 1


async def test_a_nested_run_that_fails_while_another_waits_for_its_slot_loses_none():
    began, go, ran = asyncio.Event(), asyncio.Event(), []

    async def leaf(state):
        ran.append("leaf")

    async def long_leaf(state):
        began.set()
        await go.wait()

    inner = chain(leaf)

    async def calls(state):
        async def fails():
            await began.wait()
            await turns(20)  # the first run has ended by now and waits for the slot
            with pytest.raises(InvalidUpdateError):
                await inner.ainvoke("no dict")

        await asyncio.gather(inner.ainvoke({"log": []}), fails())

    async def opens():
        await began.wait()
        await turns(60)
        go.set()

    graph = chain(("one", fan(("a", calls), ("b", long_leaf))), ("two", leaf))
    running = asyncio.gather(graph.ainvoke({"log": []}, {"max_concurrency": 1}), opens())
    await asyncio.wait_for(running, 5)
    assert ran == ["leaf", "leaf"]


async def test_a_nested_run_that_fails_gives_every_slot_back(colour):
    meter = Meter()

    async def fails(state):
        raise ValueError("as planned")

    broken = fan(("a", colour.node(fails)), ("b", colour.node(fails)), ("c", chain(colour.node(fails))))
    inner = leaves_of(4, leaf_of(colour, meter, 2))

    async def calls(state):
        for _ in range(3):
            with pytest.raises(ValueError, match="as planned"):
                await colour.inner_invoke(broken, {"log": []})
        await colour.inner_invoke(inner, {"log": []})

    await measured(colour, fan(("one", colour.node(calls)), ("two", colour.node(calls))), meter, 2, 8)


async def test_a_node_that_catches_the_error_of_a_nested_run_goes_on_within_the_limit(colour):
    """As one does that falls back to something else."""
    meter = Meter()

    async def fails(state):
        raise ValueError("as planned")

    broken = chain(colour.node(fails))

    async def falls_back(state):
        with pytest.raises(ValueError, match="as planned"):
            await colour.inner_invoke(broken, {"log": []})
        with meter:
            for _ in range(3):
                await colour.pause()

    graph = fan(*((f"n{number}", colour.node(falls_back)) for number in range(6)))
    running = colour.invoke(graph, {"log": []}, {"max_concurrency": 1})
    await asyncio.wait_for(running, PATIENCE)
    assert (meter.peak, meter.total) == (1, 6)


async def test_a_node_that_catches_the_cancellation_of_a_nested_run_goes_on_within_the_limit():
    """As one does whose nested run took too long."""
    meter = Meter()

    async def forever(state):
        await asyncio.Event().wait()

    slow = chain(forever)

    async def falls_back(state):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(slow.ainvoke({"log": []}), 0.001)
        with meter:
            await turns(3)

    graph = fan(*((f"n{number}", falls_back) for number in range(6)))
    await asyncio.wait_for(graph.ainvoke({"log": []}, {"max_concurrency": 1}), PATIENCE)
    assert (meter.peak, meter.total) == (1, 6)


@pytest.mark.parametrize("limit", [1, 2])
async def test_a_nested_run_that_is_cancelled_gives_every_slot_back(limit):
    colour, meter = Colour("async"), Meter()

    async def busy(state):
        await turns(4)

    slow = fan(("a", busy), ("b", busy), ("c", chain(busy)))
    inner = leaves_of(4, leaf_of(colour, meter, limit))

    async def calls(state):
        for rounds in range(30):
            nested_run = asyncio.create_task(slow.ainvoke({"log": []}))
            await turns(rounds)
            nested_run.cancel()
            await asyncio.wait([nested_run])
        await inner.ainvoke({"log": []})

    await measured(colour, fan(("one", calls), ("two", calls)), meter, limit, 8)


@pytest.mark.parametrize("limit", [1, 2])
async def test_a_nested_stream_that_is_closed_early_gives_every_slot_back(limit):
    colour, meter = Colour("async"), Meter()

    async def busy(state, writer):
        for _ in range(4):
            writer(1)
            await asyncio.sleep(0)

    slow = fan(("a", busy), ("b", busy), ("c", busy))
    inner = leaves_of(4, leaf_of(colour, meter, limit))

    async def calls(state):
        for kept in range(8):
            async with aclosing(slow.astream({"log": []}, stream_mode="custom")) as chunks:
                for _ in range(kept):
                    await anext(chunks)
        await inner.ainvoke({"log": []})

    await measured(colour, fan(("one", calls), ("two", calls)), meter, limit, 8)


async def test_a_cancelled_sibling_gives_its_slot_to_a_nested_run_that_must_end():
    """The nested run waits for the slot that its task gave back; all other slots are with tasks that are cancelled."""
    here = asyncio.Event()

    async def sleeps(state):
        here.set()
        await asyncio.Event().wait()

    async def calls(state):
        await chain(("inner", sleeps)).ainvoke({"log": []})

    running = asyncio.create_task(fan(("calls", calls), ("holds", sleeps)).ainvoke({}, {"max_concurrency": 1}))
    await here.wait()
    await turns(5)
    running.cancel()
    _, pending = await asyncio.wait([running], timeout=PATIENCE)
    assert not pending
    assert running.cancelled()


async def test_a_cancelled_thread_does_not_keep_its_slot():
    go, began = threading.Event(), threading.Event()

    def stuck(state):
        began.set()
        go.wait(PATIENCE)

    def quick(state):
        return {"log": [1]}

    inner, other = chain(stuck), fan(("a", quick), ("b", quick))

    async def calls(state):
        nested_run = asyncio.create_task(inner.ainvoke({"log": []}))
        await asyncio.to_thread(began.wait, PATIENCE)
        nested_run.cancel()
        await asyncio.wait([nested_run])
        return await other.ainvoke({"log": []})

    running = chain(calls).ainvoke({"log": []}, {"max_concurrency": 1})
    assert await asyncio.wait_for(running, PATIENCE) == {"log": [1, 1]}
    go.set()


@apart
@pytest.mark.parametrize("limit", [1, 2])
async def test_a_run_that_ends_early_frees_threads_that_wait_for_a_slot(limit):
    """Nested sync runs in threads whose outer run is gone end as well, wherever they stood when it went."""
    began, ended = threading.Semaphore(0), threading.Semaphore(0)

    def leaf(state):
        return None

    inner = fan(("a", leaf), ("b", leaf))

    def calls(state):
        began.release()
        try:
            for _ in range(20):
                inner.invoke({"log": []})
        finally:
            ended.release()

    graph = fan(*((f"n{number}", calls) for number in range(4)))
    for rounds in [*range(10)] * 5:
        running = asyncio.create_task(graph.ainvoke({"log": []}, {"max_concurrency": limit}))
        assert await asyncio.to_thread(began.acquire, timeout=5)
        await turns(rounds)
        running.cancel()
        await asyncio.wait([running])
        assert await asyncio.to_thread(ended.acquire, timeout=5), "a thread waits for a slot that nobody gives back"
