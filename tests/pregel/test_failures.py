"""What becomes of errors: where they come from, what they carry, what happens to the nodes beside them."""

import asyncio
import threading
from dataclasses import dataclass

import pytest

from stepgraph.errors import InvalidUpdateError, NodeFailure
from stepgraph.graph import START, StateGraph
from stepgraph.types import Send
from tests.pregel.colours import Colour, turns, until_error
from tests.pregel.leftovers import Diary, nothing_left
from tests.pregel.states import Log, Two, chain, fan

MODES = ["values", "custom"]
in_each_mode = pytest.mark.parametrize("modes", MODES)
THREAD = {"configurable": {"thread_id": "t-1"}}


class Boom(Exception):
    pass


async def fails(state):
    raise Boom("out")


async def quick(state):
    return {"log": ["quick"]}


def notes(error):
    return " / ".join(getattr(error, "__notes__", ()))


@in_each_mode
async def test_an_error_says_node_graph_step_and_thread(colour, modes):
    graph = chain(colour.node(quick), colour.node(fails), name="the graph")
    with pytest.raises(Boom, match="out") as caught:
        await colour.chunks(graph, {"log": []}, THREAD, stream_mode=modes)
    for part in ("node 'fails'", "graph 'the graph'", "step 2", "thread 't-1'"):
        assert part in notes(caught.value)
    if not hasattr(BaseException, "add_note"):
        assert isinstance(caught.value.__cause__, NodeFailure)
        assert "node 'fails'" in str(caught.value.__cause__)


@in_each_mode
async def test_an_error_of_a_sub_graph_carries_the_notes_of_both(colour, modes):
    inner = chain(colour.node(fails), name="inner")

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []})

    for sub in (inner, colour.node(calls)):
        graph = chain(("sub", sub), name="outer")
        with pytest.raises(Boom) as caught:
            await colour.chunks(graph, {"log": []}, THREAD, stream_mode=modes)
        first, second = caught.value.__notes__
        assert "node 'fails' of graph 'inner'" in first
        assert "node 'sub' of graph 'outer'" in second
        assert "thread 't-1'" in first
        assert "thread 't-1'" in second


async def test_the_cause_of_an_error_is_kept(colour):
    async def translates(state):
        try:
            raise KeyError("first")
        except KeyError as error:
            raise Boom("second") from error

    with pytest.raises(Boom) as caught:
        await colour.invoke(chain(colour.node(translates)), {"log": []})
    assert isinstance(caught.value.__cause__, KeyError)
    assert "node 'translates'" in notes(caught.value)


async def test_the_traceback_of_an_error_ends_in_the_node(colour):
    with pytest.raises(Boom) as caught:
        await colour.invoke(chain(colour.node(fails)), {"log": []})
    assert caught.traceback[-1].name == "fails"


async def test_one_error_object_that_many_runs_raise_keeps_one_note_for_each_place(colour):
    shared = Boom("the same object")

    async def raises(state):
        raise shared

    for _ in range(3):
        with pytest.raises(Boom):
            await colour.invoke(chain(colour.node(raises)), {"log": []})
    assert len(shared.__notes__) == 1


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


@in_each_mode
async def test_stop_iteration_in_a_node_is_an_error_that_names_it(colour, modes):
    def sync(state):
        raise StopIteration("early")

    async def awaitable(state):
        raise StopIteration("early")

    node = awaitable if colour.nodes_async else sync
    for graph in (chain(("stops", node)), fan(("stops", node), ("beside", colour.node(quick)))):
        with pytest.raises(RuntimeError, match="StopIteration") as caught:
            await colour.chunks(graph, {"log": []}, stream_mode=modes)
        assert "node 'stops'" in notes(caught.value)
        assert isinstance(caught.value.__cause__, StopIteration)


@in_each_mode
async def test_stop_async_iteration_and_generator_exit_in_a_node(modes):
    async def stops(state):
        raise StopAsyncIteration

    async def exits(state):
        raise GeneratorExit

    for node, kinds in ((stops, (RuntimeError, StopAsyncIteration)), (exits, (GeneratorExit, RuntimeError))):
        with pytest.raises(kinds):
            async for _ in chain(node).astream({"log": []}, stream_mode=modes):
                pass


@in_each_mode
async def test_an_error_in_a_router_names_its_node_and_applies_nothing(colour, modes):
    async def routes(state):
        assert state["log"] == ["quick"]
        raise Boom("in the router")

    graph = StateGraph(Log).add_node("quick", colour.node(quick)).add_edge(START, "quick")
    graph = graph.add_conditional_edges("quick", colour.node(routes), ["quick"]).compile()
    chunks, error = await until_error(colour.stream(graph, {"log": []}, stream_mode=[modes, "values"]))
    assert isinstance(error, Boom)
    assert chunks == [("values", {"log": []})]
    assert "node 'quick'" in notes(error)


async def test_an_error_in_the_router_at_the_start(colour):
    async def routes(state):
        raise Boom("in the router")

    graph = StateGraph(Log).add_node("quick", colour.node(quick))
    graph = graph.add_conditional_edges(START, colour.node(routes), ["quick"]).compile(name="the graph")
    with pytest.raises(Boom) as caught:
        await colour.invoke(graph, {"log": []}, THREAD)
    assert "graph 'the graph'" in notes(caught.value)
    assert "thread 't-1'" in notes(caught.value)


async def test_a_write_that_two_nodes_make_names_key_and_nodes_and_applies_nothing(colour):
    async def writes(state):
        return {"last": 1, "log": ["written"]}

    graph = fan(("a", colour.node(writes)), ("b", colour.node(writes)), state=Two)
    values, error = await until_error(colour.stream(graph, {"log": []}, stream_mode="values"))
    assert isinstance(error, InvalidUpdateError)
    assert "'last'" in str(error)
    assert "'a', 'b'" in str(error)
    assert values == [{"log": []}]


async def test_an_error_in_one_of_many_sends(colour):
    async def each(state):
        if state == 7:
            raise Boom(state)
        return {"log": [state]}

    graph = StateGraph(Log).add_node("each", colour.node(each))
    graph = graph.add_conditional_edges(START, lambda _: [Send("each", n) for n in range(20)], ["each"]).compile()
    async with nothing_left():
        with pytest.raises(Boom, match="7") as caught:
            await colour.invoke(graph, {"log": []})
    assert "node 'each'" in notes(caught.value)


async def test_an_error_in_the_readers_loop_is_the_readers_own(colour):
    async def read():
        async for _ in colour.stream(chain(colour.node(quick)), {"log": []}, stream_mode="values"):
            raise KeyError("mine")

    async with nothing_left(settle=10):
        with pytest.raises(KeyError) as caught:
            await read()
    assert not notes(caught.value)


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


async def test_an_error_that_takes_no_note_still_leaves_as_it_is(colour):
    @dataclass(frozen=True)
    class Frozen(Exception):
        code: int

    async def raises(state):
        raise Frozen(3)

    try:
        await colour.invoke(chain(colour.node(raises)), {"log": []})
    except Exception as error:
        raised = error
    assert isinstance(raised, Frozen), repr(raised)


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
