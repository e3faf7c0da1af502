"""What an error of a run says besides itself: node, graph, step and thread, and what caused it."""

from dataclasses import dataclass

import pytest

from stepgraph.errors import InvalidUpdateError, NodeFailure
from stepgraph.graph import START, StateGraph
from stepgraph.types import Send
from tests.pregel.colours import in_each_mode, until_error
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Boom, Log, Two, chain, fails, fan, quick, run

THREAD = {"configurable": {"thread_id": "t-1"}}


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

    with pytest.raises(RuntimeError, match="StopAsyncIteration"):
        await run(chain(stops), modes)
    with pytest.raises(GeneratorExit):
        await run(chain(exits), modes)


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
