"""max_concurrency: how many nodes run at once, at any depth and in any mixture of colours, and that nothing deadlocks.

Every leaf of these graphs waits until as many leaves as may run are there, so a bound that is too low shows as well
as one that is too high.
"""

import asyncio
import threading
from contextlib import aclosing

import pytest

from stepgraph.errors import InvalidUpdateError
from stepgraph.graph import START, StateGraph
from stepgraph.types import RetryPolicy, Send
from tests.pregel.apart import apart
from tests.pregel.colours import Colour, turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Meter, Rendezvous
from tests.pregel.states import Log, chain, fan

PATIENCE = 20
LIMITS = pytest.mark.parametrize("limit", [1, 2, 3])


def leaf_of(colour, meter, limit):
    meeting = Rendezvous(colour, limit)

    async def leaf(state):
        with meter:
            await meeting.met()
            await colour.pause()
        return {"log": [1]}

    return colour.node(leaf)


def leaves_of(count, leaf):
    return fan(*((f"leaf{number}", leaf) for number in range(count)))


async def measured(colour, graph, meter, limit, leaves, **config):
    """Run a graph and check that all leaves ran, at most and at some time exactly `limit` of them at once."""
    async with nothing_left():
        running = colour.invoke(graph, {"log": []}, {"max_concurrency": limit, **config})
        await asyncio.wait_for(running, PATIENCE)
    assert meter.total == leaves
    assert meter.peak == limit


@LIMITS
async def test_parallel_nodes(colour, limit):
    meter = Meter()
    await measured(colour, leaves_of(6, leaf_of(colour, meter, limit)), meter, limit, 6)


@LIMITS
async def test_sends(colour, limit):
    meter = Meter()
    graph = StateGraph(Log).add_node("leaf", leaf_of(colour, meter, limit))
    graph.add_conditional_edges(START, lambda _: [Send("leaf", {}) for _ in range(12)], ["leaf"])
    await measured(colour, graph.compile(), meter, limit, 12)


async def test_without_a_limit_all_run_at_once(colour):
    meter = Meter()
    await colour.invoke(leaves_of(10, leaf_of(colour, meter, 10)), {"log": []})
    assert meter.peak == 10


def nested(colour, leaf, how, depth):
    graph = leaves_of(3, leaf)
    for _ in range(depth):

        async def calls(state, _inner=graph):
            await colour.inner_invoke(_inner, {"log": []})

        sub = graph if how == "node" else colour.node(calls)
        graph = fan(("left", sub), ("right", sub))
    return graph


@LIMITS
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("how", ["node", "function"])
async def test_sub_graphs(colour, limit, how, depth):
    meter = Meter()
    graph = nested(colour, leaf_of(colour, meter, limit), how, depth)
    await measured(colour, graph, meter, limit, 3 * 2**depth)


async def test_a_parent_works_in_its_own_slot_before_and_after_a_nested_run(colour):
    meter = Meter()
    inner = leaves_of(2, leaf_of(colour, meter, 1))

    async def calls(state):
        for _ in range(2):
            with meter:
                await colour.pause()
            await colour.inner_invoke(inner, {"log": []})
        with meter:
            await colour.pause()

    graph = fan(*((f"n{number}", colour.node(calls)) for number in range(3)))
    await measured(colour, graph, meter, 1, 3 * (3 + 2 * 2))


async def test_streaming_with_a_limit(colour):
    for modes in ("values", "custom", ["updates", "messages", "tasks"]):
        meter = Meter()
        graph = nested(colour, leaf_of(colour, meter, 2), "function", 1)
        chunks = colour.chunks(graph, {"log": []}, {"max_concurrency": 2}, stream_mode=modes, subgraphs=True)
        await asyncio.wait_for(chunks, PATIENCE)
        assert (meter.peak, meter.total) == (2, 6)


@LIMITS
async def test_sync_graphs_called_in_threads_under_an_async_run(limit):
    sync, meter = Colour("threads"), Meter()
    inner = leaves_of(6, leaf_of(sync, meter, limit))

    def calls(state):
        return inner.invoke({"log": []})

    async def hops(state):
        return await asyncio.to_thread(inner.invoke, {"log": []})

    graph = fan(("one", calls), ("two", hops), ("three", chain(("four", calls))))
    await measured(Colour("async"), graph, meter, limit, 18)


@LIMITS
async def test_async_graphs_called_in_threads_with_loops_of_their_own(limit):
    meter = Meter()

    async def leaf(state):
        with meter:
            await turns(3)

    inner = fan(*((f"leaf{number}", leaf) for number in range(6)))

    def calls(state):
        asyncio.run(inner.ainvoke({"log": []}))

    graph = fan(("one", calls), ("two", calls), ("three", calls))
    for colour in (Colour("sync"), Colour("threads")):
        running = colour.invoke(graph, {"log": []}, {"max_concurrency": limit})
        await asyncio.wait_for(running, PATIENCE)
        assert meter.peak <= limit
    assert meter.total == 36


@apart
async def test_sync_graphs_called_by_async_nodes_on_the_loop():
    """Bad manners, but they may not hang: the slot that the node gives back is taken by a node of the same loop."""
    ran = []

    def leaf(state):
        ran.append("leaf")

    inner = fan(("one", leaf), ("two", leaf))

    async def calls(state):
        inner.invoke({"log": []})

    async def other(state):
        ran.append("other")

    await fan(("a", calls), ("b", other)).ainvoke({"log": []}, {"max_concurrency": 1})
    assert sorted(ran) == ["leaf", "leaf", "other"]


@LIMITS
async def test_a_router_that_runs_a_graph(colour, limit):
    meter = Meter()
    inner = leaves_of(6, leaf_of(colour, meter, limit))

    async def routes(state):
        await colour.inner_invoke(inner, {"log": []})
        return []

    async def quick(state):
        return None

    graph = StateGraph(Log).add_node("node", colour.node(quick))
    graph.add_conditional_edges("node", colour.node(routes), ["node"])
    graph.add_conditional_edges(START, colour.node(routes), ["node"]).add_edge(START, "node")
    await measured(colour, graph.compile(), meter, limit, 12)


async def test_nested_runs_side_by_side_in_one_node():
    colour, meter = Colour("async"), Meter()
    inner = leaves_of(4, leaf_of(colour, meter, 2))

    async def calls(state):
        await asyncio.gather(*(inner.ainvoke({"log": []}) for _ in range(3)))

    await measured(colour, fan(("one", calls), ("two", calls)), meter, 2, 24)


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


async def test_a_lower_limit_of_a_nested_call_holds_in_it(colour):
    meter = Meter()
    inner = leaves_of(4, leaf_of(colour, meter, 1))

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []}, {"max_concurrency": 1})

    await asyncio.wait_for(colour.invoke(chain(colour.node(calls)), {"log": []}, {"max_concurrency": 3}), PATIENCE)
    assert (meter.peak, meter.total) == (1, 4)


async def test_a_limit_bound_to_a_sub_graph_holds_in_it(colour):
    for outer in ({}, {"max_concurrency": 4}):
        meter = Meter()
        inner = leaves_of(4, leaf_of(colour, meter, 1))
        graph = chain(("sub", inner.with_config(max_concurrency=1)))
        await asyncio.wait_for(colour.invoke(graph, {"log": []}, outer), PATIENCE)
        assert (meter.peak, meter.total) == (1, 4), outer


async def test_a_higher_limit_of_a_nested_call_does_not_lift_that_of_the_run(colour):
    meter = Meter()
    inner = leaves_of(4, leaf_of(colour, meter, 2))

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []}, {"max_concurrency": 10})

    graph = fan(("one", colour.node(calls)), ("two", colour.node(calls)))
    await measured(colour, graph, meter, 2, 8)


async def test_two_runs_have_limits_of_their_own(colour):
    meter = Meter()
    graph = leaves_of(4, leaf_of(Colour("async"), meter, 4))
    runs = (graph.ainvoke({"log": []}, {"max_concurrency": 2}) for _ in range(2))
    await asyncio.wait_for(asyncio.gather(*runs), PATIENCE)
    assert (meter.peak, meter.total) == (4, 8)


async def test_a_retry_pause_and_a_limit(colour):
    tries = []

    async def flaky(state):
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError
        return {"log": [1]}

    graph = StateGraph(Log)
    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    for name in "ab":
        graph.add_node(name, colour.node(flaky), retry_policy=policy).add_edge(START, name)
    result = await asyncio.wait_for(colour.invoke(graph.compile(), {"log": []}, {"max_concurrency": 1}), PATIENCE)
    assert result == {"log": [1, 1]}
