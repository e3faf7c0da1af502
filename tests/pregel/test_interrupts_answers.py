"""Interrupts: what is asked, who may answer, and what an answer does."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import UnknownInterruptError
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, interrupt
from tests.pregel.states import Log, chain
from tests.pregel.threads import asked, asking, history, pending, state, thread

NOBODY = "0" * 32


async def test_a_question_stops_the_run_and_its_answer_is_what_interrupt_returns(colour):
    graph = chain(asking(colour, "name?"), checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": ["in"]}, thread())
    assert paused["log"] == ["in"]
    assert asked(paused) == ["name?"]
    snapshot = await state(colour, graph)
    assert snapshot.next == ("ask",)
    assert snapshot.interrupts == snapshot.tasks[0].interrupts == tuple(paused["__interrupt__"])
    assert await colour.invoke(graph, Command(resume="Ann"), thread()) == {"log": ["in", "Ann"]}
    assert (await state(colour, graph)).interrupts == ()


@pytest.mark.parametrize("answer", [None, False, 0, "", [], {}, {"a": 1}, {NOBODY: 1, "b": 2}])
async def test_any_value_is_an_answer(colour, answer):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, Command(resume=answer), thread()) == {"log": [answer]}


async def test_a_pause_adds_no_checkpoint(colour):
    graph = chain(asking(colour, "1", "2"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    before = len(await history(colour, graph))
    await colour.invoke(graph, Command(resume="a"), thread())
    assert len(await history(colour, graph)) == before


async def test_several_questions_of_a_node_are_asked_one_by_one(colour):
    calls = []
    graph = chain(asking(colour, "1", "2", "3", calls=calls), checkpointer=InMemorySaver())
    pauses = [await colour.invoke(graph, {"log": []}, thread())]
    pauses += [await colour.invoke(graph, Command(resume=answer), thread()) for answer in ("a", "b")]
    assert [asked(pause) for pause in pauses] == [["1"], ["2"], ["3"]]
    assert len({pause["__interrupt__"][0].id for pause in pauses}) == 3
    assert await colour.invoke(graph, Command(resume="c"), thread()) == {"log": ["a", "b", "c"]}
    assert calls == ["ask"] * 4


async def test_a_question_that_is_asked_again_keeps_its_id(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    first = await colour.invoke(graph, {"log": []}, thread())
    again = await colour.invoke(graph, None, thread())
    assert first["__interrupt__"] == again["__interrupt__"]


async def test_new_input_drops_the_question(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    first = await colour.invoke(graph, {"log": []}, thread())
    again = await colour.invoke(graph, {"log": ["new"]}, thread())
    assert first["__interrupt__"][0].id != again["__interrupt__"][0].id
    with pytest.raises(UnknownInterruptError):
        await colour.invoke(graph, Command(resume={first["__interrupt__"][0].id: "late"}), thread())


async def test_an_unknown_id_is_refused_and_the_known_one_beside_it_is_not_answered(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    ids = await pending(colour, graph)
    with pytest.raises(UnknownInterruptError, match=NOBODY) as caught:
        await colour.invoke(graph, Command(resume={NOBODY: 1, ids["?"]: 2}), thread())
    assert caught.value.reason == "not_pending"
    assert ids["?"] in str(caught.value)
    assert await colour.invoke(graph, Command(resume={ids["?"]: 2}), thread()) == {"log": [2]}


async def test_an_answer_on_a_fresh_thread_is_refused(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    with pytest.raises(UnknownInterruptError):
        await colour.invoke(graph, Command(resume=1), thread())
    assert await history(colour, graph) == []


async def test_an_answer_on_a_finished_thread_is_refused(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    finished = await colour.invoke(graph, Command(resume=1), thread())
    before = await state(colour, graph)
    with pytest.raises(UnknownInterruptError):
        await colour.invoke(graph, Command(resume=2), thread())
    assert await state(colour, graph) == before
    assert finished == before.values


async def test_a_router_of_the_start_may_ask(colour):
    async def route(state):
        return interrupt("where?")

    builder = StateGraph(Log).add_node("node", lambda state: {"log": ["node"]})
    graph = builder.add_conditional_edges(START, colour.node(route), ["node"]).compile(checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": ["in"]}, thread())
    assert (await state(colour, graph)).interrupts == tuple(paused["__interrupt__"])
    assert await colour.invoke(graph, Command(resume="node"), thread()) == {"log": ["in", "node"]}


async def test_a_command_may_answer_and_update_at_once(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    answer = await colour.invoke(graph, Command(resume="!", update={"log": ["update"]}), thread())
    assert answer == {"log": ["update", "!"]}


async def test_without_a_saver_a_question_stops_the_run_for_good(colour):
    graph = chain(asking(colour, "?"))
    assert asked(await colour.invoke(graph, {"log": []})) == ["?"]
    with pytest.raises(RuntimeError):
        await colour.invoke(graph, Command(resume=1))
