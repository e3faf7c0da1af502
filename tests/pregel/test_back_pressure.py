"""A slow consumer slows the run down: bounded buffers, held nodes, no superstep ahead of its time."""

import asyncio
import threading
from contextlib import aclosing, closing

import pytest

from stepgraph.channels import LastValue
from stepgraph.graph import START, StateGraph
from stepgraph.pregel import NodeBuilder, Pregel
from tests.pregel.apart import apart
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Log, chain, fan


def limited(graph, chunks):
    graph.stream_buffer = chunks
    return graph


def endless(written, *, end=10_000):
    async def writes(state, writer):
        for number in range(end):
            writer(number)
            written.append(number)
            await asyncio.sleep(0)

    return writes


@pytest.mark.parametrize("modes", ["values", "updates", "tasks", ["values", "updates"], "custom", ["values", "custom"]])
async def test_no_next_superstep_starts_while_a_chunk_waits(colour, modes):
    began = []

    def node(name):
        async def notes(state, writer):
            began.append(name)
            writer(name)
            return {"log": [name]}

        return name, colour.node(notes)

    graph = chain(*map(node, "abcde"))
    async with aclosing(colour.stream(graph, {"log": []}, stream_mode=modes)) as chunks:
        async for chunk in chunks:
            known = list(began)
            if colour.runs_async:
                await turns(20)
            unread = [name for name in began if name not in known]
            assert len(unread) <= 1, "at most the superstep that was under way goes on"
            found = [name for name in known if f"'{name}'" in str(chunk)]
            if found and "tasks" not in modes:
                assert began[: len(known) + 1] == began
                assert known[-1] == found[-1], (known, chunk)


@pytest.mark.parametrize("suspends", [True, False])
@pytest.mark.parametrize("how", ["node", "function"])
async def test_no_next_superstep_of_a_sub_graph_starts_while_its_chunks_wait(how, suspends):
    began = []

    def node(name):
        async def notes(state):
            began.append(name)
            if suspends:
                await asyncio.sleep(0)
            return {"log": [name]}

        return name, notes

    inner = chain(*map(node, "abcdefgh"))

    async def calls(state):
        await inner.ainvoke({"log": []})

    graph = chain(("sub", inner if how == "node" else calls))
    async with aclosing(graph.astream({"log": []}, stream_mode="updates", subgraphs=True)) as chunks:
        async for _, chunk in chunks:
            (name,) = chunk
            await turns(50)
            assert name == "sub" or began[-1] <= chr(ord(name) + 1), f"at {name} these had begun: {began}"


async def test_an_async_node_is_held_once_the_buffer_is_full():
    written = []
    async with aclosing(limited(chain(endless(written)), 4).astream({"log": []}, stream_mode="custom")) as chunks:
        for read in range(1, 20):
            assert await anext(chunks) == read - 1
            await turns(50)
            assert len(written) <= read + 5
        assert len(written) >= 20


async def test_a_held_node_goes_on_when_it_is_read_and_loses_nothing():
    written = []
    graph = limited(chain(endless(written, end=100)), 3)
    found = []
    async for chunk in graph.astream({"log": []}, stream_mode="custom"):
        await turns(3)
        found.append(chunk)
    assert found == list(range(100))


async def test_a_buffer_of_one_chunk_works():
    graph = limited(chain(endless([], end=20)), 1)
    assert [chunk async for chunk in graph.astream({"log": []}, stream_mode="custom")] == list(range(20))


@pytest.mark.parametrize("chunks", [0, -1])
def test_a_buffer_without_room_is_refused(chunks):
    with pytest.raises(ValueError, match="stream_buffer"):
        Pregel(
            nodes={"n": NodeBuilder().subscribe_only("a").write_to("b")},
            channels={"a": LastValue(str), "b": LastValue(str)},
            input_channels="a",
            output_channels="b",
            stream_buffer=chunks,
        )


async def test_many_writers_are_held_at_one_chunk_each_beyond_the_buffer():
    written = []
    graph = limited(fan(*((f"n{number}", endless(written)) for number in range(10))), 4)
    async with aclosing(graph.astream({"log": []}, stream_mode="custom")) as chunks:
        for read in range(1, 30):
            await anext(chunks)
            await turns(20)
            assert len(written) <= read + 4 + 10


@pytest.mark.parametrize("how", ["node", "function"])
async def test_a_node_of_a_sub_graph_is_held_by_the_outer_consumer(how):
    written = []
    inner = chain(endless(written))

    async def calls(state):
        await inner.ainvoke({"log": []})

    graph = limited(chain(("sub", inner if how == "node" else calls)), 4)
    async with aclosing(graph.astream({"log": []}, stream_mode="custom", subgraphs=True)) as chunks:
        for read in range(1, 10):
            await anext(chunks)
            await turns(50)
            assert len(written) <= read + 5


async def test_a_stream_read_inside_a_node_holds_its_own_writers():
    written, ahead = [], []
    inner = limited(chain(endless(written, end=30)), 3)

    async def reads(state):
        read = 0
        async for _ in inner.astream({"log": []}, stream_mode="custom"):
            read += 1
            await turns(10)
            ahead.append(len(written) - read)

    await chain(reads).ainvoke({"log": []})
    assert len(ahead) == 30
    assert max(ahead) <= 4


async def test_a_sync_node_in_a_thread_blocks_when_the_buffer_is_full():
    written, at_most = [], []

    def writes(state, writer):
        for number in range(50):
            writer(number)
            written.append(number)

    async with aclosing(limited(chain(writes), 4).astream({"log": []}, stream_mode="custom")) as chunks:
        for read in range(1, 51):
            assert await anext(chunks) == read - 1
            for _ in range(3):
                await asyncio.to_thread(threading.Event().wait, 0.001)
            at_most.append(len(written) - read)
    assert max(at_most) <= 5
    assert len(written) == 50


def test_a_sync_node_of_a_sync_run_blocks_when_the_buffer_is_full():
    written, at_most = [], []

    def writes(state, writer):
        for number in range(50):
            writer(number)
            written.append(number)

    with closing(limited(chain(writes), 4).stream({"log": []}, stream_mode="custom")) as chunks:
        for read, chunk in enumerate(chunks, 1):
            assert chunk == read - 1
            threading.Event().wait(0.002)
            at_most.append(len(written) - read)
    assert max(at_most) <= 5


@apart
@pytest.mark.parametrize("door", ["stream", "astream"])
async def test_a_node_on_an_event_loop_of_another_thread_is_held_and_goes_on(door):
    inner = chain(endless([], end=50))

    def calls(state):
        asyncio.run(inner.ainvoke({"log": []}))

    graph = limited(chain(calls), 2)
    if door == "astream":
        stream = graph.astream({"log": []}, stream_mode="custom", subgraphs=True)
        assert [chunk async for _, chunk in stream] == list(range(50))
    else:
        stream = graph.stream({"log": []}, stream_mode="custom", subgraphs=True)
        assert [chunk for _, chunk in stream] == list(range(50))


async def test_closing_while_an_async_node_is_held_cancels_it():
    ended = []

    async def writes(state, writer):
        try:
            await endless([])(state, writer)
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    async with nothing_left():
        graph = limited(fan(*((f"n{number}", writes) for number in range(3))), 2)
        chunks = graph.astream({"log": []}, stream_mode="custom")
        await anext(chunks)
        await turns(10)
        await chunks.aclose()
        assert ended == ["cleaned up"] * 3


async def test_cancelling_the_consumer_while_a_node_is_held_cancels_it():
    heard = []

    async def writes(state, writer):
        try:
            await endless([])(state, writer)
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    async def consume():
        async with aclosing(limited(chain(writes), 2).astream({"log": []}, stream_mode="custom")) as chunks:
            await anext(chunks)
            await asyncio.Event().wait()

    async with nothing_left():
        consumer = asyncio.create_task(consume())
        await turns(20)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert heard == ["cancelled"]


async def test_closing_while_a_sync_node_blocks_lets_its_thread_go():
    ended = threading.Event()

    def writes(state, writer):
        for number in range(100):
            writer(number)
        ended.set()

    chunks = limited(chain(writes), 2).astream({"log": []}, stream_mode="custom")
    await anext(chunks)
    await chunks.aclose()
    assert await asyncio.to_thread(ended.wait, 5)


def test_closing_a_sync_stream_while_a_node_blocks_lets_its_thread_go():
    ended = threading.Event()

    def writes(state, writer):
        for number in range(100):
            writer(number)
        ended.set()

    chunks = limited(chain(writes), 2).stream({"log": []}, stream_mode="custom")
    next(chunks)
    chunks.close()
    assert ended.wait(5)


async def test_a_failing_node_ends_the_run_while_others_are_held():
    reached = asyncio.Event()

    async def fails(state):
        await reached.wait()
        raise ValueError("boom")

    async def consume():
        read = 0
        async with aclosing(graph.astream({"log": []}, stream_mode="custom")) as chunks:
            async for _ in chunks:
                read += 1
                await turns(5)
                if read == 3:
                    reached.set()

    graph = limited(fan(("fails", fails), ("writes", endless([]))), 2)
    async with nothing_left():
        with pytest.raises(ValueError, match="boom"):
            await asyncio.wait_for(consume(), 5)


async def test_a_node_that_is_held_may_time_out():
    outcome = []

    async def writes(state, writer):
        try:
            await asyncio.wait_for(endless([])(state, writer), 0.01)
        except asyncio.TimeoutError:
            outcome.append("timed out")
        return {"log": ["done"]}

    graph = limited(chain(writes), 2)
    async with aclosing(graph.astream({"log": []}, stream_mode=["custom", "updates"])) as chunks:
        await anext(chunks)
        while not outcome:
            mode, chunk = await anext(chunks)
            if mode == "updates":
                break
    assert outcome == ["timed out"]
    assert chunk == {"writes": {"log": ["done"]}}


async def test_one_consumer_that_stands_still_does_not_hold_another_run():
    written = []
    graph = limited(chain(endless(written, end=50)), 2)
    still = graph.astream({"log": []}, stream_mode="custom")
    await anext(still)
    await turns(20)
    assert len(written) <= 4
    assert len([chunk async for chunk in graph.astream({"log": []}, stream_mode="custom")]) == 50
    await still.aclose()


@apart
def test_an_async_stream_may_be_read_in_another_thread_than_it_was_made_in():
    """More chunks at once than the buffer holds."""

    async def writes(state, writer):
        for number in range(20):
            writer(number)

    chunks = limited(chain(writes), 4).astream({"log": []}, stream_mode="custom")
    found = []

    async def read():
        found.extend([chunk async for chunk in chunks])

    reader = threading.Thread(target=lambda: asyncio.run(read()), daemon=True)
    reader.start()
    reader.join(5)
    assert found == list(range(20))


async def test_nobody_reads_a_million_chunks_ahead_in_a_loop_of_supersteps():
    began = []

    async def step(state):
        began.append(len(state["log"]))
        return {"log": [1]}

    graph = StateGraph(Log).add_node("step", step).add_edge(START, "step").add_edge("step", "step").compile()
    async with aclosing(graph.astream({"log": []}, {"recursion_limit": 1000}, stream_mode="updates")) as chunks:
        for read in range(1, 10):
            await anext(chunks)
            await turns(20)
            assert len(began) == read
