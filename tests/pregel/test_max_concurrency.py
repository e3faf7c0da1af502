"""max_concurrency: how many nodes run at once, at any depth and in any mixture of colours."""

import asyncio

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.types import RetryPolicy, Send
from tests.pregel.apart import apart
from tests.pregel.colours import PATIENCE, Colour, turns
from tests.pregel.leaves import at_each_limit, leaf_of, leaves_of, measured
from tests.pregel.meters import Meter
from tests.pregel.states import Log, chain, fan


@at_each_limit
async def test_parallel_nodes(colour, limit):
    meter = Meter()
    await measured(colour, leaves_of(6, leaf_of(colour, meter, limit)), meter, limit, 6)


@at_each_limit
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


@at_each_limit
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


@at_each_limit
async def test_sync_graphs_called_in_threads_under_an_async_run(limit):
    sync, meter = Colour("threads"), Meter()
    inner = leaves_of(6, leaf_of(sync, meter, limit))

    def calls(state):
        return inner.invoke({"log": []})

    async def hops(state):
        return await asyncio.to_thread(inner.invoke, {"log": []})

    graph = fan(("one", calls), ("two", hops), ("three", chain(("four", calls))))
    await measured(Colour("async"), graph, meter, limit, 18)


@at_each_limit
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


@at_each_limit
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
