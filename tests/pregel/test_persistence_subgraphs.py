"""Graphs in graphs on a thread: where their state is, and how a question comes up and an answer gets down."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.types import Command, interrupt
from tests.pregel.states import chain, fan
from tests.pregel.threads import asking, history, named, state, thread, update

KINDS = ["node", "call"]


def around(colour, child, kind, saver=None):
    """Return a graph that runs `child` as a node, or in a node that calls it with an input of its own."""

    async def call(state):
        answer = await colour.inner_invoke(child, {"log": []})
        return {"log": [answer["log"]]}

    node = child if kind == "node" else colour.node(call)
    return chain(("child", node), checkpointer=saver or InMemorySaver())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
async def test_a_question_below_is_answered_from_above_and_what_is_done_is_not_done_again(colour, kind, durability):
    calls = []
    child = chain(named(colour, "first", calls), asking(colour, "ask"))
    graph = around(colour, child, kind)
    paused = await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    assert [question.value for question in paused["__interrupt__"]] == ["ask"]
    answer = await colour.invoke(graph, Command(resume="!"), thread(), durability=durability)
    assert answer == {"log": ["first", "!"] if kind == "node" else [["first", "!"]]}
    assert calls == ["first"]


async def test_without_state_of_its_own_a_graph_below_starts_again(colour):
    calls = []
    child = chain(named(colour, "first", calls), asking(colour, "ask"), checkpointer=False)
    graph = around(colour, child, "call")
    await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, Command(resume="!"), thread()) == {"log": [["first", "!"]]}
    assert calls == ["first", "first"]
    assert (await state(colour, graph)).tasks == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checkpointer", [None, False])
async def test_a_graph_below_forgets_from_run_to_run(colour, kind, checkpointer):
    seen = []

    async def look(state):
        seen.append(list(state["log"]))
        return {"log": ["x"]}

    child = chain(("look", colour.node(look)), checkpointer=checkpointer)
    graph = around(colour, child, kind)
    first = await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, {"log": []}, thread())
    assert seen == [[], [] if kind == "call" else first["log"]]


async def test_a_graph_that_remembers_does_so_per_thread(colour):
    child = chain(named(colour, "x"), checkpointer=True)
    graph = around(colour, child, "call")
    assert (await colour.invoke(graph, {"log": []}, thread()))["log"] == [["x"]]
    assert (await colour.invoke(graph, {"log": []}, thread()))["log"] == [["x"], ["x", "x"]]
    assert (await colour.invoke(graph, {"log": []}, thread("other")))["log"] == [["x"]]


async def test_a_graph_that_remembers_pauses_and_goes_on(colour):
    child = chain(named(colour, "x"), asking(colour, "ask"), checkpointer=True)
    graph = around(colour, child, "call")
    for number in (1, 2):
        await colour.invoke(graph, {"log": []}, thread())
        answer = await colour.invoke(graph, Command(resume=number), thread())
    assert answer["log"] == [["x", 1], ["x", 1, "x", 2]]


async def test_each_call_of_a_task_has_a_state_of_its_own(colour):
    calls = []
    child = chain(named(colour, "first", calls), asking(colour, "ask"))

    async def twice(state):
        one = await colour.inner_invoke(child, {"log": [1]})
        two = await colour.inner_invoke(child, {"log": [2]})
        return {"log": [one["log"], two["log"]]}

    graph = chain(("twice", colour.node(twice)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, Command(resume="a"), thread())
    answer = await colour.invoke(graph, Command(resume="b"), thread())
    assert answer == {"log": [[1, "first", "a"], [2, "first", "b"]]}
    assert calls == ["first", "first"]


async def test_the_state_of_a_graph_below_can_be_read(colour):
    graph = around(colour, chain(named(colour, "first"), asking(colour, "ask")), "node")
    await colour.invoke(graph, {"log": ["in"]}, thread())
    place = (await state(colour, graph)).tasks[0].state
    inner = await state(colour, graph, place)
    assert (inner.values, inner.next) == ({"log": ["in", "first"]}, ("ask",))
    whole = await state(colour, graph, subgraphs=True)
    assert whole.tasks[0].state.values == inner.values
    steps = [snapshot.metadata["step"] for snapshot in await history(colour, graph, place)]
    assert steps == [-1, 0, 1]


async def test_the_state_of_a_graph_below_can_be_edited_before_the_answer(colour):
    graph = around(colour, chain(named(colour, "first"), asking(colour, "ask")), "node")
    await colour.invoke(graph, {"log": []}, thread())
    place = (await state(colour, graph)).tasks[0].state
    await update(colour, graph, {"log": ["edited"]}, None, place)
    assert (await state(colour, graph)).values == {"log": []}
    assert await colour.invoke(graph, Command(resume="!"), thread()) == {"log": ["first", "edited", "!"]}


async def test_graphs_below_that_ask_side_by_side_are_told_apart(colour):
    nodes = [(name, chain(asking(colour, name, name=name))) for name in ("a", "b")]
    graph = fan(*nodes, checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": []}, thread())
    ids = {question.value: question.id for question in paused["__interrupt__"]}
    answer = await colour.invoke(graph, Command(resume={ids["b"]: "B", ids["a"]: "A"}), thread())
    assert answer == {"log": ["A", "B"]}


async def test_a_failure_below_goes_on_where_it_failed(colour):
    calls, failures = [], [LookupError("once")]

    async def fails(state):
        if failures:
            raise failures.pop()
        return {"log": ["second"]}

    child = chain(named(colour, "first", calls), ("fails", colour.node(fails)))
    graph = around(colour, child, "node")
    with pytest.raises(LookupError):
        await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, None, thread()) == {"log": ["first", "second"]}
    assert calls == ["first"]


async def test_two_levels_down(colour):
    calls = []
    deep = chain(named(colour, "deep", calls), asking(colour, "ask"))
    graph = around(colour, chain(named(colour, "middle", calls), ("inner", deep)), "node")
    paused = await colour.invoke(graph, {"log": []}, thread())
    snapshot = await state(colour, graph, subgraphs=True)
    assert snapshot.interrupts == tuple(paused["__interrupt__"])
    assert snapshot.tasks[0].state.tasks[0].state.next == ("ask",)
    assert await colour.invoke(graph, Command(resume="!"), thread()) == {"log": ["middle", "middle", "deep", "!"]}
    assert calls == ["middle", "deep"]


async def test_a_command_to_the_parent_after_an_answer(colour):
    async def leave(state):
        return Command(graph=Command.PARENT, update={"log": [interrupt("?")]})

    graph = around(colour, chain(named(colour, "first"), ("leave", colour.node(leave))), "node")
    await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, Command(resume="!"), thread()) == {"log": ["!"]}
