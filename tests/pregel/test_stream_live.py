"""Chunks that arrive while their node still runs."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from stepgraph.config import get_stream_writer
from tests.pregel.apart import apart
from tests.pregel.colours import in_each_mode
from tests.pregel.states import chain, fan


@pytest.mark.parametrize("modes", ["custom", ["custom"], ["values", "updates", "custom", "tasks"]])
async def test_a_custom_chunk_arrives_while_its_node_runs(colour, modes):
    seen, order = colour.gate(), []

    async def writes(state, writer):
        writer("chunk")
        await seen.passed()
        order.append("node ends")

    async with aclosing(colour.stream(chain(colour.node(writes)), {"log": []}, stream_mode=modes)) as chunks:
        async for chunk in chunks:
            if chunk in ("chunk", ("custom", "chunk")):
                order.append("chunk came")
                seen.open()
    assert order == ["chunk came", "node ends"]


async def test_every_chunk_of_a_dialogue_arrives_in_its_turn(colour):
    gates = [colour.gate() for _ in range(5)]
    order = []

    async def writes(state, writer):
        for number, gate in enumerate(gates):
            order.append(f"writes {number}")
            writer(number)
            await gate.passed()

    async with aclosing(colour.stream(chain(colour.node(writes)), {"log": []}, stream_mode="custom")) as chunks:
        async for number in chunks:
            order.append(f"reads {number}")
            gates[number].open()
    assert order == [f"{verb} {number}" for number in range(5) for verb in ("writes", "reads")]


async def test_a_parallel_node_is_shown_as_soon_as_it_is_done(colour):
    seen = colour.gate()

    async def quick(state):
        return {"log": ["quick"]}

    async def waits(state):
        await seen.passed()
        return {"log": ["waits"]}

    names = []
    graph = fan(colour.node(quick), colour.node(waits))
    async with aclosing(colour.stream(graph, {"log": []}, stream_mode="updates")) as chunks:
        async for chunk in chunks:
            names.extend(chunk)
            seen.open()
    assert names == ["quick", "waits"]


async def test_a_task_is_shown_as_started_while_it_runs(colour):
    seen = colour.gate()

    async def waits(state):
        await seen.passed()

    kinds = []
    async with aclosing(colour.stream(chain(colour.node(waits)), {"log": []}, stream_mode="tasks")) as chunks:
        async for chunk in chunks:
            kinds.append("input" in chunk)
            seen.open()
    assert kinds == [True, False]


async def test_chunks_of_one_node_keep_their_order_and_come_before_its_update(colour):
    async def writes(state, writer):
        for number in range(20):
            writer(number)
            await colour.pause()
        return {"log": ["done"]}

    graph = chain(colour.node(writes))
    chunks = await colour.chunks(graph, {"log": []}, stream_mode=["updates", "custom"])
    assert chunks == [*(("custom", number) for number in range(20)), ("updates", {"writes": {"log": ["done"]}})]


async def test_parallel_writers_mix_and_each_keeps_its_order(colour):
    def writer_of(name):
        async def writes(state, writer):
            for number in range(10):
                writer((name, number))
                await colour.pause()

        return name, colour.node(writes)

    chunks = await colour.chunks(fan(*map(writer_of, "abc")), {"log": []}, stream_mode="custom")
    assert len(chunks) == 30
    for name in "abc":
        assert [number for who, number in chunks if who == name] == list(range(10))


async def test_a_node_before_writes_nothing_into_the_next_superstep(colour):
    async def first(state, writer):
        writer("first")

    async def second(state, writer):
        writer("second")

    graph = chain(colour.node(first), colour.node(second))
    chunks = await colour.chunks(graph, {"log": []}, stream_mode=["custom", "tasks"])
    assert [chunk if mode == "custom" else chunk["name"] for mode, chunk in chunks] == [
        *("first", "first", "first"),
        *("second", "second", "second"),
    ]


async def test_any_object_can_be_a_custom_chunk(colour):
    things = [None, 0, "", (), object(), [1], ValueError("a value"), StopIteration()]

    async def writes(state, writer):
        for thing in things:
            writer(thing)

    assert await colour.chunks(chain(colour.node(writes)), {"log": []}, stream_mode="custom") == things


async def test_a_writer_does_nothing_where_nobody_listens(colour):
    async def writes(state, writer):
        writer("unheard")
        get_stream_writer()("unheard")
        return {"log": ["done"]}

    graph = chain(colour.node(writes))
    assert await colour.invoke(graph, {"log": []}) == {"log": ["done"]}
    assert await colour.chunks(graph, {"log": []}, stream_mode="updates") == [{"writes": {"log": ["done"]}}]


async def test_chunks_written_by_threads_that_a_node_starts_arrive_while_it_runs():
    seen = threading.Event()

    async def node(state):
        writer = get_stream_writer()

        def in_thread():
            writer("from a thread")
            assert seen.wait(20)

        await asyncio.to_thread(in_thread)

    got = []
    async for chunk in chain(node).astream({"log": []}, stream_mode="custom"):
        got.append(chunk)
        seen.set()
    assert got == ["from a thread"]


async def test_a_task_that_outlives_its_node_may_still_write_and_is_not_waited_for():
    go, written, stray = asyncio.Event(), asyncio.Event(), []

    async def starts(state, writer):
        async def later():
            await go.wait()
            writer("from the stray task")
            written.set()

        stray.append(asyncio.create_task(later()))

    async def follows(state):
        go.set()
        await written.wait()

    graph = chain(starts, follows)
    assert [chunk async for chunk in graph.astream({"log": []}, stream_mode="custom")] == ["from the stray task"]
    await stray[0]


@pytest.mark.parametrize("config", [{}, {"max_concurrency": 1}], ids=["unlimited", "limited"])
@in_each_mode
async def test_a_run_that_outlives_the_one_that_it_was_started_in_goes_on(modes, config):
    go, stray = asyncio.Event(), []

    async def deep(state, writer):
        writer("early")
        await go.wait()
        writer("too late")
        return {"log": ["deep"]}

    inner = chain(("one", deep), ("two", deep))

    async def starts(state):
        stray.append(asyncio.create_task(inner.ainvoke({"log": []})))
        await asyncio.sleep(0)

    async for _ in chain(starts).astream({"log": []}, config, stream_mode=modes, subgraphs=True):
        pass
    go.set()
    assert await asyncio.wait_for(stray[0], 5) == {"log": ["deep", "deep"]}


async def test_a_writer_used_after_the_run_is_heard_by_nobody(colour):
    kept = []

    async def keeps(state, writer):
        kept.append(writer)

    assert await colour.chunks(chain(colour.node(keeps)), {"log": []}, stream_mode="custom") == []
    kept[0]("too late")


async def test_several_streams_of_one_graph_at_once_keep_their_chunks_apart():
    async def writes(state, writer):
        for number in range(10):
            writer((state["log"][0], number))
            await asyncio.sleep(0)

    graph = chain(writes)

    async def read(name):
        return [chunk async for chunk in graph.astream({"log": [name]}, stream_mode="custom")]

    for name, chunks in enumerate(await asyncio.gather(*map(read, range(20)))):
        assert chunks == [(name, number) for number in range(10)]


@pytest.mark.parametrize("modes", ["values", "updates", "custom", ["values", "custom", "tasks"]])
async def test_each_chunk_may_be_read_in_a_task_of_its_own(modes):
    async def writes(state, writer):
        writer("chunk")
        await asyncio.sleep(0)
        return {"log": ["done"]}

    graph = chain(("one", writes), ("two", writes))
    expected = [chunk async for chunk in graph.astream({"log": []}, stream_mode=modes)]
    chunks, found = graph.astream({"log": []}, stream_mode=modes), []
    while True:
        chunk = await asyncio.create_task(anext(chunks, "end"))
        if chunk == "end":
            break
        found.append(chunk)
    strip = str if "tasks" not in modes else lambda c: str(c)[:8]
    assert list(map(strip, found)) == list(map(strip, expected))


@apart
def test_a_sync_stream_may_be_read_in_another_thread_for_each_chunk():
    """As web frameworks do that iterate a generator in a pool of threads; more chunks than the buffer has room for."""
    all_here = threading.Barrier(20)

    def writes(state):
        all_here.wait(20)
        return {"log": [1]}

    graph = fan(*((f"n{number}", writes) for number in range(20)))
    graph.stream_buffer = 4
    chunks, found = graph.stream({"log": []}, stream_mode="updates"), []

    def read():
        found.append(next(chunks, "end"))

    while not found or found[-1] != "end":
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(5)
        assert not reader.is_alive(), f"the reader hangs after {len(found)} chunks"
    assert len(found) == 21
