"""What becomes of a run when a node fails: the nodes beside it, what streams show, who gets the error."""

import asyncio
import threading

import pytest

from tests.pregel.colours import Colour, in_each_mode, turns, until_error
from tests.pregel.leftovers import Diary, nothing_left
from tests.pregel.states import Boom, chain, fails, fan, quick


@in_each_mode
async def test_siblings_are_cancelled_and_awaited_before_the_error_leaves(modes):
    diary = Diary()

    async def ends_late(state):
        try:
            await asyncio.Event().wait()
        finally:
            await turns(10)
            diary.note("cleaned", "up")

    async def fails_later(state):
        await turns(3)
        raise Boom

    graph = fan(("a", diary.node("a", ends_late)), ("f", fails_later), ("z", diary.node("z", ends_late)))
    async with nothing_left():
        with pytest.raises(Boom):
            async for _ in graph.astream({"log": []}, stream_mode=modes):
                pass
        assert diary.names("cancelled") == ["a", "z"]
        assert diary.names("cleaned") == ["up", "up"]


@in_each_mode
async def test_siblings_that_have_not_begun_never_do(modes):
    began = []

    async def notes_it(state):
        began.append(True)

    graph = fan(("a", fails), *((f"b{n}", notes_it) for n in range(5)))
    async with nothing_left():
        with pytest.raises(Boom):
            async for _ in graph.astream({"log": []}, {"max_concurrency": 1}, stream_mode=modes):
                pass
    assert not began


async def test_updates_of_finished_siblings_come_before_the_error(colour):
    shown = colour.gate()

    async def fails_later(state):
        await shown.passed()
        raise Boom

    graph = fan(colour.node(quick), ("fails", colour.node(fails_later)))
    chunks, error = await until_error(colour.stream(graph, {"log": []}, stream_mode="updates"), each=shown.open)
    assert isinstance(error, Boom)
    assert chunks == [{"quick": {"log": ["quick"]}}]


async def test_updates_of_siblings_that_ended_in_the_same_round_come_before_the_error():
    graph = fan(("a", fails), ("b", quick), ("c", quick))
    chunks, error = await until_error(graph.astream({"log": []}, stream_mode="updates"))
    assert isinstance(error, Boom)
    assert chunks == [{"b": {"log": ["quick"]}}, {"c": {"log": ["quick"]}}]


async def test_custom_chunks_that_were_written_before_the_error_come_before_it(colour):
    async def writes(state, writer):
        writer(1)
        writer(2)
        raise Boom

    chunks, error = await until_error(colour.stream(chain(colour.node(writes)), {"log": []}, stream_mode="custom"))
    assert isinstance(error, Boom)
    assert chunks == [1, 2]


async def test_a_failed_task_is_shown_with_its_error(colour):
    graph = chain(colour.node(fails))
    chunks, error = await until_error(colour.stream(graph, {"log": []}, stream_mode=["tasks", "updates"]))
    assert isinstance(error, Boom)
    (_, started), (_, ended) = chunks
    assert started["name"] == ended["name"] == "fails"
    assert isinstance(ended["error"], Boom)
    assert ended["result"] == {}


async def test_of_two_errors_the_first_leaves(colour):
    gate = colour.gate()

    async def first(state):
        try:
            raise Boom("first")
        finally:
            gate.open()

    async def second(state):
        await gate.passed()
        raise KeyError("second")

    with pytest.raises((Boom, KeyError)) as caught:
        await colour.invoke(fan(colour.node(second), colour.node(first)), {"log": []})
    assert isinstance(caught.value, Boom) or not colour.nodes_async


@in_each_mode
async def test_an_error_surfaces_while_a_sibling_in_a_thread_still_runs(modes):
    for name in ("sync", "threads"):
        go, ended, begun = threading.Event(), threading.Event(), threading.Event()

        def slow(state, go=go, ended=ended, begun=begun):
            begun.set()
            go.wait(20)
            ended.set()

        def fails_fast(state, begun=begun):
            begun.wait(20)
            raise Boom

        graph = fan(slow, fails_fast)
        _, error = await until_error(Colour(name).stream(graph, {"log": []}, stream_mode=modes))
        assert isinstance(error, Boom)
        assert not ended.is_set()
        go.set()
        assert await asyncio.to_thread(ended.wait, 10)


@in_each_mode
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
async def test_an_exit_leaves_as_it_is(colour, modes, kind):
    class Exit(kind):
        """Of its own class, so that nobody else reacts to it."""

    async def leaves(state):
        raise Exit

    diary = Diary()
    with pytest.raises(Exit):
        await colour.chunks(chain(colour.node(leaves)), {"log": []}, stream_mode=modes)
    if colour.nodes_async:
        graph = fan(("leaves", leaves), ("waits", diary.node("waits", lambda _: asyncio.Event().wait())))
        async with nothing_left():
            with pytest.raises(Exit):
                await colour.chunks(graph, {"log": []}, stream_mode=modes)
        diary.check()


async def test_an_error_thrown_into_the_stream_cancels_its_nodes():
    diary = Diary()

    async def waits(state, writer):
        writer("begun")
        await diary.node("waits", lambda _: asyncio.Event().wait())(state)

    async with nothing_left():
        chunks = chain(waits).astream({"log": []}, stream_mode="custom")
        await anext(chunks)
        with pytest.raises(Boom):
            await chunks.athrow(Boom("thrown in"))
        diary.check()
    assert diary.names("cancelled") == ["waits"]


async def test_after_an_error_the_graph_runs_again(colour):
    broken = [True]

    async def once(state):
        if broken.pop() if broken else False:
            raise Boom
        return {"log": ["fine"]}

    graph = chain(colour.node(once))
    with pytest.raises(Boom):
        await colour.invoke(graph, {"log": []})
    assert await colour.invoke(graph, {"log": []}) == {"log": ["fine"]}


async def test_a_sync_run_of_an_async_node_is_refused_before_anything_runs():
    began = []

    async def async_node(state):
        return None

    def sync_node(state):
        began.append(True)

    graph = chain(sync_node, async_node)
    for door, method in (("ainvoke", graph.invoke), ("astream", graph.stream)):
        with pytest.raises(TypeError, match=rf"'async_node'.*{door}"):
            list(method({"log": []}))
    assert not began


@in_each_mode
async def test_a_coroutine_that_a_sync_node_returns_is_refused_in_a_sync_run(modes):
    async def coroutine():
        return {"log": ["awaited"]}

    def returns(state):
        return coroutine()

    graph = chain(returns)
    with pytest.raises(TypeError, match=r"'returns' returned a coroutine.*ainvoke"):
        list(graph.stream({"log": []}, stream_mode=modes))
    assert await graph.ainvoke({"log": []}) == {"log": ["awaited"]}
