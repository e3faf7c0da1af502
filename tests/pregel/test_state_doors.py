"""The doors to a thread's state: `get_state`, `get_state_history`, `update_state`, `bulk_update_state`."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import CheckpointError, InvalidUpdateError, MissingThreadError
from stepgraph.graph import END, START, StateGraph
from stepgraph.types import Command, Send, StateUpdate, interrupt
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import history, state, thread, told, update


def named(colour, name, calls=None):
    async def body(state):
        if calls is not None:
            calls.append(name)
        return {"log": [name]}

    return name, colour.node(body)


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


# Reading.


async def test_an_empty_thread_has_an_empty_state(colour):
    snapshot = await state(colour, three(colour))
    assert (snapshot.values, snapshot.next, snapshot.tasks, snapshot.metadata) == ({}, (), (), None)
    assert await history(colour, three(colour)) == []


async def test_a_state_says_what_comes_next(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["b"])
    snapshot = await state(colour, graph)
    assert (snapshot.values, snapshot.next) == ({"log": ["a"]}, ("b",))
    assert [(task.name, task.result, task.error) for task in snapshot.tasks] == [("b", None, None)]


async def test_the_history_says_what_each_task_did(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": ["in"]}, thread())
    results = [[task.result for task in snapshot.tasks] for snapshot in await history(colour, graph)]
    assert results == [[{"log": ["in"]}], [{"log": ["a"]}], [{"log": ["b"]}], [{"log": ["c"]}], []]


async def test_a_history_can_be_cut_and_filtered(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    whole = await history(colour, graph)
    assert await history(colour, graph, limit=2) == whole[-2:]
    assert await history(colour, graph, limit=0) == []
    assert await history(colour, graph, before=whole[2].config) == whole[:2]
    assert await history(colour, graph, filter={"step": 1}) == [whole[2]]


async def test_a_state_at_a_checkpoint_is_that_of_its_time(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    for snapshot in await history(colour, graph):
        assert await state(colour, graph, snapshot.config) == snapshot


async def test_doors_are_shut_where_nothing_is_kept(colour):
    graph = chain(named(colour, "a"))
    with pytest.raises(ValueError, match="no checkpointer"):
        await state(colour, graph)
    with pytest.raises(ValueError, match="no checkpointer"):
        await update(colour, graph, {"log": []})


async def test_a_thread_must_be_named(colour):
    with pytest.raises(MissingThreadError):
        await state(colour, three(colour), {"configurable": {}})


# Writing.


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


# Going back.


async def test_a_run_from_an_old_checkpoint_is_a_branch(colour):
    calls = []
    graph = three(colour, calls)
    await colour.invoke(graph, {"log": []}, thread())
    old = await at(colour, graph, "b")
    calls.clear()
    assert await colour.invoke(graph, None, old) == {"log": ["a", "b", "c"]}
    assert calls == ["b", "c"]
    snapshots = await history(colour, graph)
    assert told(snapshots)[5:] == [("fork", 2, ("b",)), ("loop", 3, ("c",)), ("loop", 4, ())]
    assert snapshots[5].parent_config == old


async def test_an_update_of_an_old_checkpoint_is_a_branch_to_go_on_from(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    fork = await update(colour, graph, {"log": ["b instead"]}, "b", await at(colour, graph, "b"))
    assert await colour.invoke(graph, None, fork) == {"log": ["a", "b instead", "c"]}


async def test_an_answered_question_can_be_answered_otherwise(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(("ask", colour.node(ask)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, Command(resume="yes"), thread())
    asked = await at(colour, graph, "ask")
    assert await colour.invoke(graph, Command(resume="no"), asked) == {"log": ["no"]}
    assert (await state(colour, graph, asked)).tasks[0].result == {"log": ["yes"]}


async def test_a_checkpoint_that_is_not_there_is_an_error(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    with pytest.raises(CheckpointError, match="nowhere"):
        await colour.invoke(graph, None, thread(checkpoint_id="nowhere"))
