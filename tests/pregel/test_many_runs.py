"""Many runs of one graph: nothing grows, nothing is mixed up."""

import asyncio
import gc
import random
import sys
import threading
from contextlib import aclosing

import pytest

from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.pregel import stream_message
from stepgraph.types import Send
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Log, Two, chain, fan


def tangled():
    """A graph with parallel nodes, sends, a sub-graph, a router and streams."""

    async def step(state):
        await asyncio.sleep(0)
        return {"log": [1]}

    inner = fan(("a", step), ("b", step))

    async def calls(state, config, runtime, writer):
        writer("chunk")
        return await inner.ainvoke({"log": []})

    graph = StateGraph(Log).add_node("step", step).add_node("calls", calls).add_node("sub", inner)
    graph.add_edge(START, "step").add_edge(START, "calls")
    graph.add_conditional_edges("step", lambda _: [Send("sub", {"log": []}), Send("sub", {"log": []})], ["sub"])
    return graph.compile()


async def growth_of(once, runs=1000, warm_up=50):
    """Return how many objects more there are after `runs` runs."""
    for _ in range(warm_up):
        await once()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(runs):
        await once()
    gc.collect()
    return len(gc.get_objects()) - before


async def test_a_thousand_runs_leave_nothing():
    graph = tangled()

    async def once():
        await graph.ainvoke({"log": []})

    async with nothing_left():
        assert await growth_of(once) < 100


async def test_a_thousand_streams_with_a_limit_leave_nothing():
    graph, config = tangled(), {"max_concurrency": 2, "tags": ["t"]}

    async def once():
        async for _ in graph.astream({"log": []}, config, stream_mode=["values", "custom", "tasks"], subgraphs=True):
            pass

    async with nothing_left():
        assert await growth_of(once) < 100


async def test_a_thousand_cancelled_closed_and_failed_runs_leave_nothing():
    async def waits(state, writer):
        writer(1)
        await asyncio.Event().wait()

    async def fails(state):
        await turns(2)
        raise ValueError("as planned")

    waiting, failing = fan(("a", waits), ("b", waits)), fan(("a", waits), ("f", fails), ("sub", chain(("c", waits))))

    async def once():
        running = asyncio.create_task(waiting.ainvoke({"log": []}))
        await turns(3)
        running.cancel()
        await asyncio.wait([running])
        async with aclosing(waiting.astream({"log": []}, stream_mode="custom")) as chunks:
            await anext(chunks)
        with pytest.raises(ValueError, match="as planned"):
            await failing.ainvoke({"log": []})

    async with nothing_left():
        assert await growth_of(once, runs=300) < 100


async def test_a_thousand_runs_in_threads_leave_neither_objects_nor_threads():
    graph = fan(("a", lambda state: {"log": [1]}), ("b", lambda state: {"log": [2]}))

    async def once():
        await graph.ainvoke({"log": []})
        graph.invoke({"log": []})
        list(graph.stream({"log": []}, stream_mode="custom"))

    await once()
    threads = threading.active_count()
    assert await growth_of(once, runs=300, warm_up=100) < 100
    assert threading.active_count() <= threads + 8


async def test_a_run_does_not_hold_on_to_its_input_output_or_context():
    class Thing:
        pass

    async def node(state, runtime):
        return {"log": [runtime.context], "last": state["last"]}

    for graph in (chain(node, state=Two), fan(node, ("other", lambda state: None), state=Two)):
        given, context = Thing(), Thing()
        counts = sys.getrefcount(given), sys.getrefcount(context)
        for _ in range(5):
            await graph.ainvoke({"log": [], "last": given}, {"configurable": {"x": given}}, context=context)
        gc.collect()
        assert (sys.getrefcount(given), sys.getrefcount(context)) == counts


async def test_an_error_that_is_dropped_takes_its_run_with_it():
    class Thing:
        pass

    async def fails(state):
        raise ValueError("as planned")

    graph, given = fan(("f", fails), ("g", fails), state=Two), Thing()
    count = sys.getrefcount(given)
    for _ in range(5):
        with pytest.raises(ValueError, match="as planned"):
            await graph.ainvoke({"log": [], "last": given})
    gc.collect()
    assert sys.getrefcount(given) == count


async def test_two_hundred_runs_at_once_do_not_mix():
    dice = random.Random(7)
    naps = [[dice.randrange(4) for _ in range(6)] for _ in range(200)]

    async def step(state):
        mine = state["last"]
        await turns(naps[mine][len(state["log"])])
        return {"log": [mine]}

    inner = chain(("deep", step), state=Two)

    async def calls(state):
        await inner.ainvoke(state)
        return await step(state)

    graph = StateGraph(Two).add_node("step", step).add_node("calls", calls).add_edge(START, "step")
    graph = graph.add_edge("step", "calls").add_conditional_edges(
        "calls", lambda state: "step" if len(state["log"]) < 4 else "__end__", ["step", "__end__"]
    )
    compiled = graph.compile()
    async with nothing_left():
        results = await asyncio.gather(*(compiled.ainvoke({"log": [], "last": n}) for n in range(200)))
    assert results == [{"log": [n] * 4, "last": n} for n in range(200)]


async def test_two_hundred_streams_at_once_do_not_mix():
    async def speaks(state, writer):
        name = state["messages"][0].content
        for number in range(4):
            writer((name, number))
            stream_message(AIMessageChunk(str(number), id=name))
            await asyncio.sleep(0)
        return {"messages": [AIMessage("0123", id=name)]}

    graph = chain(speaks, state=MessagesState)

    async def read(name):
        found = []
        async for mode, chunk in graph.astream({"messages": name}, stream_mode=["custom", "messages"]):
            found.append(chunk if mode == "custom" else (chunk[0].id, int(chunk[0].content)))
        return found

    async with nothing_left():
        results = await asyncio.gather(*(read(f"run {n}") for n in range(200)))
    for n, found in enumerate(results):
        assert found == [(f"run {n}", number) for number in range(4) for _ in range(2)]


def test_runs_in_many_threads_at_once_do_not_mix():
    def step(state):
        return {"log": [state["last"]]}

    graph = chain(("a", step), ("b", fan(("c", step), ("d", step), state=Two)), state=Two, unknown_keys="ignore")
    results = {}

    def runs(number):
        results[number] = [graph.invoke({"log": [], "last": number})["log"][0] for _ in range(10)]

    threads = [threading.Thread(target=runs, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {number: [number] * 10 for number in range(16)}


def test_one_graph_in_loops_of_many_threads_at_once():
    graph, results = tangled(), []

    def runs():
        results.extend(len(asyncio.run(graph.ainvoke({"log": []}))["log"]) for _ in range(5))

    threads = [threading.Thread(target=runs) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [7] * 40
