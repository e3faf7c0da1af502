"""The engine's threads: their number, and that nested runs never wait for each other's."""

import asyncio
import threading

import pytest

from stepgraph.pregel import pool_size, set_pool_size
from tests.pregel.apart import apart
from tests.pregel.colours import Colour
from tests.pregel.meters import Meter, Rendezvous
from tests.pregel.states import chain, fan


@pytest.fixture
def small_pools():
    before = pool_size()
    yield set_pool_size
    set_pool_size(before)


def test_the_size_is_seen_and_set(small_pools):
    small_pools(3)
    assert pool_size() == 3


@pytest.mark.parametrize("size", [0, -1])
def test_a_pool_without_threads_is_refused(size):
    before = pool_size()
    with pytest.raises(ValueError, match=f"at least 1 thread, got {size}"):
        set_pool_size(size)
    assert pool_size() == before


@pytest.mark.parametrize("door", ["invoke", "ainvoke"])
async def test_sync_nodes_run_side_by_side(door):
    all_here = threading.Barrier(5)

    def node(state):
        all_here.wait(20)
        return {"log": [threading.current_thread() is threading.main_thread()]}

    graph = fan(*((f"n{number}", node) for number in range(5)))
    result = await graph.ainvoke({"log": []}) if door == "ainvoke" else graph.invoke({"log": []})
    assert result == {"log": [False] * 5}


async def test_a_sync_node_never_runs_on_the_event_loop():
    def node(state):
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return {"log": [threading.current_thread().name.startswith("stepgraph-")]}

    def generator(state):
        yield node(state)

    for graph in (chain(node), fan(node, ("gen", generator)), chain(("sub", chain(node)))):
        async for chunk in graph.astream({"log": []}, stream_mode="values"):
            assert all(chunk["log"])


async def test_a_single_sync_node_of_a_sync_run_stays_in_the_callers_thread():
    def node(state):
        return {"log": [threading.current_thread() is threading.main_thread()]}

    assert chain(node).invoke({"log": []}) == {"log": [True]}


async def test_an_async_node_never_leaves_the_loops_thread(capsys):
    async def node(state):
        await asyncio.sleep(0)
        return {"log": [threading.current_thread() is threading.main_thread()]}

    graph = fan(("a", node), ("b", node), ("sub", chain(node)))
    assert await graph.ainvoke({"log": []}) == {"log": [True] * 3}


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_no_more_nodes_at_once_than_the_pool_has_room_for(small_pools, size):
    small_pools(size)
    for name in ("sync", "threads"):
        meter, meeting = Meter(), Rendezvous(Colour(name), size)

        async def node(state, meter=meter, meeting=meeting):
            with meter:
                await meeting.met()

        leaf = Colour(name).node(node)
        await Colour(name).invoke(fan(*((f"n{number}", leaf) for number in range(10))), {"log": []})
        assert meter.peak == size


@apart
async def test_threads_are_used_again():
    set_pool_size(2)

    def calls(state):
        inner.invoke({"log": []})

    inner = fan(*((f"n{number}", lambda state: None) for number in range(5)))
    graph = fan(("one", calls), ("two", calls))
    for _ in range(200):
        await graph.ainvoke({"log": []})
        graph.invoke({"log": []})
    assert threading.active_count() <= 12


@apart
async def test_pools_of_one_thread_do_not_deadlock_nested_runs():
    set_pool_size(1)

    def leaf(state):
        return {"log": [1]}

    inner = fan(("a", leaf), ("b", leaf))
    for _ in range(3):

        def calls(state, _inner=inner):
            return _inner.invoke({"log": []})

        async def hops(state, _inner=inner):
            return await asyncio.to_thread(_inner.invoke, {"log": []})

        def loops(state, _inner=inner):
            return {"log": [1, 1]} if hops is None else asyncio.run(_inner.ainvoke({"log": []}))

        inner_sync = fan(("one", calls), ("two", calls), ("sub", inner))
        graph = fan(("hops", hops), ("calls", calls), ("loops", loops), ("sub", inner))
        assert len((await graph.ainvoke({"log": []}))["log"]) == 4 * len(inner.invoke({"log": []})["log"])
        inner = inner_sync
    assert len(inner.invoke({"log": []})["log"]) == 2 * 27


@apart
async def test_pools_of_one_thread_and_a_limit_of_one_do_not_deadlock_nested_runs():
    set_pool_size(1)

    def leaf(state, writer):
        writer("chunk")
        return {"log": [1]}

    inner = fan(("a", leaf), ("b", leaf))
    for _ in range(3):

        def calls(state, _inner=inner):
            return _inner.invoke({"log": []})

        inner = fan(("one", calls), ("two", calls))
    config = {"max_concurrency": 1}
    assert len(inner.invoke({"log": []}, config)["log"]) == 16
    assert len((await inner.ainvoke({"log": []}, config))["log"]) == 16
    stream = inner.astream({"log": []}, config, stream_mode="custom", subgraphs=True)
    assert len([chunk async for chunk in stream]) == 16


@apart
@pytest.mark.parametrize("door", ["invoke", "ainvoke"])
async def test_one_thread_and_a_limit_of_one_do_not_deadlock_nested_loops(door):
    set_pool_size(1)

    async def leaf(state):
        await asyncio.sleep(0)
        return {"log": [1]}

    inner = fan(("a", leaf), ("b", leaf))

    def calls(state):
        return asyncio.run(inner.ainvoke({"log": []}))

    graph, config = fan(("one", calls), ("two", calls), ("three", calls)), {"max_concurrency": 1}
    result = await graph.ainvoke({"log": []}, config) if door == "ainvoke" else graph.invoke({"log": []}, config)
    assert result == {"log": [1] * 6}


@apart
@pytest.mark.parametrize("door", ["invoke", "ainvoke"])
async def test_a_limit_and_more_parents_than_threads_do_not_deadlock(door):
    """A parent that gave its slot back keeps its thread; a task that was given the slot may have none yet."""
    parents = pool_size() + 8
    inner = chain(*((f"step{number}", lambda state: {"log": [1]}) for number in range(2 * parents)))

    def calls(state):
        return {"log": [len(inner.invoke({"log": []})["log"])]}

    graph, config = fan(*((f"n{number}", calls) for number in range(parents))), {"max_concurrency": 2}
    result = await graph.ainvoke({"log": []}, config) if door == "ainvoke" else graph.invoke({"log": []}, config)
    assert result["log"] == [2 * parents] * parents


async def test_the_size_may_change_while_nodes_run(small_pools):
    began, go = threading.Barrier(3), threading.Event()

    def node(state):
        began.wait(20)
        go.wait(20)
        return {"log": [1]}

    graph = chain(("one", fan(("a", node), ("b", node))), ("two", lambda state: {"log": ["after"]}))
    running = asyncio.create_task(graph.ainvoke({"log": []}))
    await asyncio.to_thread(began.wait, 20)
    small_pools(1)
    go.set()
    assert await running == {"log": [1, 1, "after"]}
