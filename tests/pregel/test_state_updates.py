"""`update_state` and `bulk_update_state`: what is written from outside, in whose name, and what comes next."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import InvalidUpdateError
from stepgraph.graph import END, START, StateGraph
from stepgraph.types import Command, Send, StateUpdate, interrupt
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import history, named, state, thread, told, update


def three(colour, calls=None, **compiled):
    return chain(*(named(colour, name, calls) for name in "abc"), checkpointer=InMemorySaver(), **compiled)


async def bulk(colour, graph, supersteps, config=None):
    config = config or thread()
    if colour.runs_async:
        return await graph.abulk_update_state(config, supersteps)
    return graph.bulk_update_state(config, supersteps)


async def at(colour, graph, node):
    """Return the config of the newest checkpoint that has `node` next."""
    return [snapshot.config for snapshot in await history(colour, graph) if node in snapshot.next][-1]


@pytest.mark.parametrize(("as_node", "upcoming"), [("a", ("b",)), ("c", ()), (START, ("a",)), (None, ("b",))])
async def test_an_update_leads_where_its_node_does(colour, as_node, upcoming):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["b"])
    place = await update(colour, graph, {"log": ["u"]}, as_node)
    snapshot = await state(colour, graph)
    assert snapshot.config == place
    assert (snapshot.values, snapshot.next) == ({"log": ["a", "u"]}, upcoming)
    assert told([snapshot]) == [("update", 2, upcoming)]


@pytest.mark.parametrize(("as_node", "upcoming"), [("a", ("b",)), (None, ("a",)), (START, ("a",))])
async def test_a_fresh_thread_can_be_written_to(colour, as_node, upcoming):
    graph = three(colour)
    await update(colour, graph, {"log": ["u"]}, as_node)
    assert told(await history(colour, graph)) == [("update", 0, upcoming)]


async def test_an_update_decides_by_its_nodes_router(colour):
    builder = StateGraph(Log)
    for name in "abc":
        builder.add_node(*named(colour, name))
    builder.add_edge(START, "a").add_conditional_edges("a", lambda state: state["log"][-1], ["b", "c"])
    graph = builder.compile(checkpointer=InMemorySaver())
    for target in ("b", "c"):
        await update(colour, graph, {"log": [target]}, "a", thread(target))
        assert (await state(colour, graph, thread(target))).next == (target,)


async def test_an_update_may_be_a_command(colour):
    graph = three(colour)
    await update(colour, graph, Command(update={"log": ["u"]}, goto=[Send("c", {"log": []})]), "b")
    snapshot = await state(colour, graph)
    assert snapshot.values == {"log": ["u"]}
    assert snapshot.next == ("c", "c")


async def test_an_update_in_nobodys_name_after_nodes_side_by_side_is_ambiguous(colour):
    graph = fan(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    with pytest.raises(InvalidUpdateError, match="as_node"):
        await update(colour, graph, {"log": ["u"]})


async def test_an_update_answers_in_the_name_of_the_node_that_asks(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(("ask", colour.node(ask)), named(colour, "then"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await update(colour, graph, {"log": ["instead"]}, "ask")
    assert (await state(colour, graph)).interrupts == ()
    assert await colour.invoke(graph, None, thread()) == {"log": ["instead", "then"]}


async def test_an_update_keeps_what_finished_beside_its_node(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = fan(named(colour, "done"), ("ask", colour.node(ask)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await update(colour, graph, {"log": ["instead"]}, "ask")
    snapshot = await state(colour, graph)
    assert (snapshot.values, snapshot.next) == ({"log": ["done", "instead"]}, ())


async def test_end_drops_what_would_run(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["b"])
    await update(colour, graph, None, END)
    snapshot = await state(colour, graph)
    assert (snapshot.values, snapshot.next) == ({"log": ["a"]}, ())
    with pytest.raises(InvalidUpdateError, match="None"):
        await update(colour, graph, {"log": ["u"]}, END)


async def test_nothing_written_in_nobodys_name_copies_the_head(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["b"])
    before = await state(colour, graph)
    await update(colour, graph, None)
    after = await state(colour, graph)
    assert (after.values, after.next) == (before.values, before.next)
    assert after.parent_config == before.config
    assert await colour.invoke(graph, None, thread()) == {"log": ["a", "b", "c"]}


async def test_an_input_may_be_written_and_run_later(colour):
    graph = three(colour)
    await update(colour, graph, {"log": ["in"]}, "__input__")
    assert told(await history(colour, graph)) == [("input", -1, ("__start__",))]
    assert await colour.invoke(graph, None, thread()) == {"log": ["in", "a", "b", "c"]}


async def test_a_copy_stands_beside_what_it_copies(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    old = await at(colour, graph, "b")
    copy = await update(colour, graph, None, "__copy__", old)
    original, copied = await state(colour, graph, old), await state(colour, graph, copy)
    assert copied.metadata["source"] == "fork"
    assert (copied.values, copied.next, copied.parent_config) == (
        original.values,
        original.next,
        original.parent_config,
    )
    assert await colour.invoke(graph, None, copy) == {"log": ["a", "b", "c"]}


async def test_each_list_of_updates_is_one_superstep(colour):
    graph = fan(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver())
    await bulk(
        colour,
        graph,
        [
            [StateUpdate({"log": ["in"]}, START)],
            [StateUpdate({"log": ["b"]}, "b"), StateUpdate({"log": ["a"]}, "a")],
        ],
    )
    assert told(await history(colour, graph)) == [("update", 0, ("a", "b")), ("update", 1, ())]
    assert (await state(colour, graph)).values["log"][0] == "in"
    assert sorted((await state(colour, graph)).values["log"]) == ["a", "b", "in"]


@pytest.mark.parametrize("supersteps", [[], [[]]])
async def test_there_must_be_something_to_write(colour, supersteps):
    with pytest.raises(ValueError, match="update"):
        await bulk(colour, three(colour), supersteps)


@pytest.mark.parametrize(
    ("values", "as_node", "says"),
    [({"log": []}, "d", "'d'"), ({"lug": []}, "a", "log"), ("text", "a", "dict"), ([1], "a", "dict")],
)
async def test_an_update_that_does_not_fit_writes_nothing(colour, values, as_node, says):
    graph = three(colour)
    with pytest.raises(InvalidUpdateError, match=says):
        await update(colour, graph, values, as_node)
    assert await history(colour, graph) == []


async def test_an_update_whose_router_asks_is_refused(colour):
    builder = StateGraph(Log).add_node(*named(colour, "a")).add_node(*named(colour, "b")).add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: interrupt("where?"), ["b"])
    graph = builder.compile(checkpointer=InMemorySaver())
    with pytest.raises(InvalidUpdateError, match="where"):
        await update(colour, graph, {"log": ["u"]}, "a")
    assert await history(colour, graph) == []


async def test_an_update_keeps_what_a_command_wrote(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(("ask", colour.node(ask)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, Command(update={"log": ["by command"]}), thread())
    assert (await state(colour, graph)).values == {"log": ["by command"]}
    await update(colour, graph, {"log": ["u"]}, "ask")
    assert (await state(colour, graph)).values == {"log": ["by command", "u"]}
