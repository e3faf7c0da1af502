"""Cancelling and closing a run at every point where it can wait.

Each graph is started again and again and stopped after 1, 2, 3, … rounds of the event loop, until it ends before it
is stopped. However it was stopped: nodes that had begun were cancelled or had finished, and nothing is left.
"""

import asyncio
import gc
import itertools
import threading
from contextlib import aclosing, suppress

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.types import RetryPolicy, Send
from tests.pregel.colours import turns
from tests.pregel.leftovers import Diary, nothing_left
from tests.pregel.states import Log, chain, fan

CONFIGS = {"unlimited": {}, "limited": {"max_concurrency": 2}}


async def busy(state):
    await turns(4)
    return {"log": ["done"]}


def single(diary):
    return chain(("only", diary.node("only", busy)))


def sequence(diary):
    return chain(*((name, diary.node(name, busy)) for name in "abc"))


def fan_out(diary):
    return fan(*((name, diary.node(name, busy)) for name in "abcd"))


def sends(diary):
    graph = StateGraph(Log).add_node("each", diary.node("each", busy))
    return graph.add_conditional_edges(START, lambda _: [Send("each", {}) for _ in range(4)], ["each"]).compile()


def sub_graph(diary):
    inner = fan(*((name, diary.node(name, busy)) for name in "xy"))
    return fan(("sub", inner), ("beside", diary.node("beside", busy)))


def called_graph(diary):
    inner = chain(*((name, diary.node(name, busy)) for name in "xy"))

    async def calls(state):
        await asyncio.gather(inner.ainvoke({"log": []}), inner.ainvoke({"log": []}))

    return chain(("calls", diary.node("calls", calls)), ("after", diary.node("after", busy)))


def streamed_graph(diary):
    inner = fan(*((name, diary.node(name, busy)) for name in "xy"))

    async def calls(state):
        async with aclosing(inner.astream({"log": []}, stream_mode=["custom", "updates"])) as chunks:
            async for _ in chunks:
                await asyncio.sleep(0)

    return chain(("calls", diary.node("calls", calls)))


def retries(diary):
    async def fails_twice(state):
        await turns(2)
        if len(diary.names("begun")) < 3:
            raise ConnectionError
        return {"log": ["done"]}

    async def body(state):
        try:
            return await fails_twice(state)
        except ConnectionError:
            diary.note("finished", "flaky")
            raise

    graph = StateGraph(Log)
    policy = RetryPolicy(initial_interval=0, jitter=False)
    graph.add_node("flaky", diary.node("flaky", body), retry_policy=policy).add_edge(START, "flaky")
    return graph.compile()


def writing(diary):
    def body_of(name):
        async def noted(state, writer):
            async def body(state):
                for number in range(4):
                    writer(number)
                    await asyncio.sleep(0)

            return await diary.node(name, body)(state)

        return name, noted

    graph = fan(*map(body_of, "ab"))
    graph.stream_buffer = 1
    return graph


def generator(diary):
    async def yields(state):
        diary.note("begun", "yields")
        try:
            for number in range(3):
                await asyncio.sleep(0)
                yield {"log": [number]}
            diary.note("finished", "yields")
        except asyncio.CancelledError:
            diary.note("cancelled", "yields")
            raise
        finally:
            diary.note("ended", "yields")

    return chain(yields)


def routed(diary):
    graph = StateGraph(Log).add_node("first", diary.node("first", busy)).add_node("second", diary.node("second", busy))

    async def at_start(state):
        await diary.node("at_start", busy)(state)
        return "first"

    async def after_first(state):
        await diary.node("after_first", busy)(state)
        return "second"

    graph.add_conditional_edges(START, at_start, ["first"]).add_conditional_edges("first", after_first, ["second"])
    return graph.compile()


def slow_to_end(diary):
    async def body(state):
        try:
            await turns(3)
        finally:
            await turns(3)
            diary.note("cleaned", "up")

    return fan(("a", diary.node("a", body)), ("b", diary.node("b", busy)))


GRAPHS = [
    *(single, sequence, fan_out, sends, sub_graph, called_graph, streamed_graph),
    *(retries, writing, generator, routed, slow_to_end),
]
MODES = ["values", "custom", ["values", "updates", "custom", "messages", "tasks"]]

each_graph = pytest.mark.parametrize("build", GRAPHS)
each_mode = pytest.mark.parametrize("modes", MODES, ids=["values", "custom", "many"])
each_config = pytest.mark.parametrize("config", list(CONFIGS.values()), ids=list(CONFIGS))


@pytest.fixture(autouse=True)
def _nothing_complains_when_it_is_collected():
    yield
    gc.collect()


async def stopped_everywhere(build, start, stop):
    """Start a run and stop it after each number of rounds.

    Args:
        build: Makes the graph.
        start: Makes a coroutine that runs a graph.
        stop: Stops the task that performs it, and waits for it.
    """
    for rounds in itertools.count():
        diary = Diary()
        async with nothing_left(collect=False):
            running = asyncio.create_task(start(build(diary)))
            await turns(rounds)
            finished = running.done()
            if finished:
                await running
            else:
                await stop(running)
            diary.check()
        if finished:
            assert rounds > 3
            return
        assert rounds < 500


async def cancelled(running):
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@each_config
@each_graph
async def test_ainvoke_cancelled(build, config):
    await stopped_everywhere(build, lambda graph: graph.ainvoke({"log": []}, config), cancelled)


@each_config
@each_mode
@each_graph
async def test_the_reader_of_a_stream_cancelled(build, modes, config):
    async def read(graph):
        async with aclosing(graph.astream({"log": []}, config, stream_mode=modes, subgraphs=True)) as chunks:
            async for _ in chunks:
                await asyncio.sleep(0)

    await stopped_everywhere(build, read, cancelled)


@each_graph
async def test_cancelled_over_and_over_while_it_ends(build):
    async def stop(running):
        while not running.done():
            running.cancel()
            await asyncio.sleep(0)
        assert running.cancelled()

    async def read(graph):
        async with aclosing(graph.astream({"log": []}, stream_mode="custom", subgraphs=True)) as chunks:
            async for _ in chunks:
                await asyncio.sleep(0)

    await stopped_everywhere(build, read, stop)


@each_graph
async def test_wait_for_that_runs_out(build):
    """The loop's clock does not move on in it: what runs out is told by rounds."""

    async def stop(running):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(running, 0)

    await stopped_everywhere(build, lambda graph: graph.ainvoke({"log": []}), stop)


@each_mode
@each_graph
async def test_closed_at_each_chunk(build, modes):
    for kept in itertools.count():
        diary, read = Diary(), 0
        async with nothing_left(collect=False):
            chunks = build(diary).astream({"log": []}, stream_mode=modes, subgraphs=True)
            while read < kept and await anext(chunks, "end") != "end":
                read += 1
            await chunks.aclose()
            diary.check()
        if read < kept:
            return


@each_mode
@each_graph
async def test_left_with_break_at_each_chunk(build, modes):
    for kept in itertools.count(1):
        diary, read = Diary(), 0
        async with nothing_left(settle=30, collect=False):
            async for _ in build(diary).astream({"log": []}, stream_mode=modes, subgraphs=True):
                read += 1
                if read == kept:
                    break
        diary.check()
        if read < kept:
            return


@each_mode
@each_graph
async def test_an_error_in_the_readers_loop_at_each_chunk(build, modes):
    for kept in itertools.count(1):
        diary, read = Diary(), 0
        async with nothing_left(settle=30, collect=False):
            with suppress(KeyError):
                async for _ in build(diary).astream({"log": []}, stream_mode=modes, subgraphs=True):
                    read += 1
                    if read == kept:
                        raise KeyError("in the reader")
        diary.check()
        if read < kept:
            return


@each_graph
async def test_a_stream_that_was_never_read_leaves_nothing(build):
    diary = Diary()
    async with nothing_left():
        chunks = build(diary).astream({"log": []})
        await chunks.aclose()
        del chunks
        build(diary).astream({"log": []})
    assert not diary.entries


@each_mode
async def test_sync_nodes_in_threads_cancelled(modes):
    for rounds in range(12):
        began, go, ended = threading.Barrier(4), threading.Event(), threading.Semaphore(0)

        def waits(state, began=began, go=go, ended=ended):
            began.wait(10)
            go.wait(10)
            ended.release()

        graph = fan(*((name, waits) for name in "abc"))

        async def read(graph=graph):
            async for _ in graph.astream({"log": []}, stream_mode=modes):
                pass

        async with nothing_left():
            running = asyncio.create_task(read())
            await asyncio.to_thread(began.wait, 10)
            await turns(rounds)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(running, 5)
        go.set()
        for _ in range(3):
            assert await asyncio.to_thread(ended.acquire, timeout=10)


@each_mode
async def test_cancelled_in_the_pause_before_a_retry(modes):
    diary = Diary()

    async def fails(state):
        diary.note("cancelled", "fails")
        raise ConnectionError

    async def read():
        async for _ in graph.astream({"log": []}, stream_mode=modes):
            pass

    policy = RetryPolicy(initial_interval=1000, jitter=False)
    builder = StateGraph(Log).add_node("fails", diary.node("fails", fails), retry_policy=policy)
    graph = builder.add_edge(START, "fails").compile()
    async with nothing_left():
        running = asyncio.create_task(read())
        await turns(10)
        await cancelled(running)
    assert diary.names("begun") == diary.names("ended") == ["fails"]
