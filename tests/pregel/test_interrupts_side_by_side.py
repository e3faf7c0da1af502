"""Interrupts of tasks, and of coroutines, that run side by side: each is answered by its id."""

import asyncio

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import UnknownInterruptError
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, Send, interrupt
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import asked, asking, pending, state, thread


async def test_questions_side_by_side_are_answered_by_id(colour):
    calls = []
    nodes = [asking(colour, name, name=name, calls=calls) for name in ("a", "b", "c")]
    graph = fan(*nodes, checkpointer=InMemorySaver())
    assert sorted(asked(await colour.invoke(graph, {"log": []}, thread()))) == ["a", "b", "c"]
    ids = await pending(colour, graph)
    calls.clear()
    paused = await colour.invoke(graph, Command(resume={ids["b"]: "B", ids["a"]: "A"}), thread())
    assert asked(paused) == ["c"]
    assert paused["log"] == ["A", "B"]
    assert sorted(calls) == ["a", "b"]
    assert await colour.invoke(graph, Command(resume="C"), thread()) == {"log": ["A", "B", "C"]}


async def test_one_answer_for_several_questions_is_refused_and_changes_nothing(colour):
    graph = fan(*(asking(colour, name, name=name) for name in ("a", "b")), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    ids = await pending(colour, graph)
    with pytest.raises(UnknownInterruptError, match="ambiguous") as caught:
        await colour.invoke(graph, Command(resume="?"), thread())
    assert caught.value.reason == "ambiguous"
    assert await pending(colour, graph) == ids


async def test_tasks_of_sends_ask_and_are_answered_one_by_one(colour):
    async def worker(state):
        return {"log": [(state["log"][0], interrupt(state["log"][0]))]}

    builder = StateGraph(Log).add_node("worker", colour.node(worker))
    builder.add_conditional_edges(START, lambda state: [Send("worker", {"log": [n]}) for n in range(3)], ["worker"])
    graph = builder.compile(checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    ids = await pending(colour, graph)
    paused = await colour.invoke(graph, Command(resume={ids[1]: "one"}), thread())
    assert sorted(asked(paused)) == [0, 2]
    assert (await state(colour, graph)).next == ("worker", "worker")
    answer = await colour.invoke(graph, Command(resume={ids[0]: "zero", ids[2]: "two"}), thread())
    assert answer == {"log": [(0, "zero"), (1, "one"), (2, "two")]}


async def test_a_task_that_is_done_does_not_ask_any_more(colour):
    graph = fan(*(asking(colour, name, name=name) for name in ("a", "b")), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    ids = await pending(colour, graph)
    await colour.invoke(graph, Command(resume={ids["b"]: "B"}), thread())
    shown = {task.name: [question.value for question in task.interrupts] for task in (await state(colour, graph)).tasks}
    assert shown == {"a": ["a"], "b": []}


@pytest.mark.parametrize("one_by_one", [True, False])
async def test_gathered_questions_are_asked_at_once_and_answered_by_id(one_by_one):
    async def question(text):
        await asyncio.sleep(0)
        return interrupt(text)

    async def node(state):
        return {"log": await asyncio.gather(question("x"), question("y"))}

    graph = chain(node, checkpointer=InMemorySaver())
    await graph.ainvoke({"log": []}, thread())
    ids = {one.value: one.id for one in (await graph.aget_state(thread())).interrupts}
    assert sorted(ids) == ["x", "y"]
    if one_by_one:
        paused = await graph.ainvoke(Command(resume={ids["y"]: "Y"}), thread())
        assert [one.value for one in paused["__interrupt__"]] == ["x"]
        answer = await graph.ainvoke(Command(resume="X"), thread())
    else:
        answer = await graph.ainvoke(Command(resume={ids["y"]: "Y", ids["x"]: "X"}), thread())
    assert answer == {"log": ["X", "Y"]}


async def test_plain_answers_go_to_the_questions_of_one_task_one_after_the_other():
    async def node(state):
        async def question(text):
            return interrupt(text)

        return {"log": await asyncio.gather(question("x"), question("y"), question("z"))}

    graph = chain(node, checkpointer=InMemorySaver())
    assert asked(await graph.ainvoke({"log": []}, thread())) == ["x", "y", "z"]
    assert asked(await graph.ainvoke(Command(resume="X"), thread())) == ["y", "z"]
    assert asked(await graph.ainvoke(Command(resume="Y"), thread())) == ["z"]
    assert await graph.ainvoke(Command(resume="Z"), thread()) == {"log": ["X", "Y", "Z"]}


async def test_plain_answers_go_into_a_sub_graph_one_after_the_other(colour):
    inner = fan(*(asking(colour, name, name=name) for name in ("a", "b")))
    graph = chain(("inner", inner), checkpointer=InMemorySaver())
    assert asked(await colour.invoke(graph, {"log": []}, thread())) == ["a", "b"]
    assert asked(await colour.invoke(graph, Command(resume="A"), thread())) == ["b"]
    assert await colour.invoke(graph, Command(resume="B"), thread()) == {"log": ["A", "B"]}


async def test_finished_siblings_are_shown_again_and_not_run_again(colour):
    calls = []

    async def quick(state):
        calls.append("quick")
        return {"log": ["quick"]}

    graph = fan(("quick", colour.node(quick)), asking(colour, "?"), checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": []}, thread())
    assert paused["log"] == ["quick"]
    chunks = await colour.chunks(graph, Command(resume="!"), thread(), stream_mode="updates")
    assert chunks == [{"quick": {"log": ["quick"]}, "__metadata__": {"cached": True}}, {"ask": {"log": ["!"]}}]
    assert calls == ["quick"]
    assert (await state(colour, graph)).values == {"log": ["!", "quick"]}
