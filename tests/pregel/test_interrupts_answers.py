"""Interrupts: what is asked, who may answer, and what an answer does."""

import asyncio

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import UnknownInterruptError
from stepgraph.types import Command, RetryPolicy, interrupt
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import history, state, thread

NOBODY = "0" * 32


def asking(colour, *questions, name="ask", calls=None):
    """Return a node that asks one question after the other and logs the answers."""

    async def body(state):
        if calls is not None:
            calls.append(name)
        return {"log": [interrupt(question) for question in questions]}

    return name, colour.node(body)


def asked(answer):
    return [question.value for question in answer["__interrupt__"]]


async def ids(colour, graph):
    return {question.value: question.id for question in (await state(colour, graph)).interrupts}


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


async def test_questions_side_by_side_are_answered_by_id(colour):
    calls = []
    nodes = [asking(colour, name, name=name, calls=calls) for name in ("a", "b", "c")]
    graph = fan(*nodes, checkpointer=InMemorySaver())
    assert sorted(asked(await colour.invoke(graph, {"log": []}, thread()))) == ["a", "b", "c"]
    pending = await ids(colour, graph)
    calls.clear()
    paused = await colour.invoke(graph, Command(resume={pending["b"]: "B", pending["a"]: "A"}), thread())
    assert asked(paused) == ["c"]
    assert paused["log"] == ["A", "B"]
    assert sorted(calls) == ["a", "b"]
    assert await colour.invoke(graph, Command(resume="C"), thread()) == {"log": ["A", "B", "C"]}


async def test_one_answer_for_several_questions_is_refused_and_changes_nothing(colour):
    graph = fan(*(asking(colour, name, name=name) for name in ("a", "b")), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    pending = await ids(colour, graph)
    with pytest.raises(UnknownInterruptError, match="ambiguous") as caught:
        await colour.invoke(graph, Command(resume="?"), thread())
    assert caught.value.reason == "ambiguous"
    assert await ids(colour, graph) == pending


async def test_an_unknown_id_is_refused_and_the_known_one_beside_it_is_not_answered(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    pending = await ids(colour, graph)
    with pytest.raises(UnknownInterruptError, match=NOBODY) as caught:
        await colour.invoke(graph, Command(resume={NOBODY: 1, pending["?"]: 2}), thread())
    assert caught.value.reason == "not_pending"
    assert pending["?"] in str(caught.value)
    assert await colour.invoke(graph, Command(resume={pending["?"]: 2}), thread()) == {"log": [2]}


async def test_an_answer_on_a_fresh_thread_is_refused(colour):
    graph = chain(asking(colour, "?"), checkpointer=InMemorySaver())
    with pytest.raises(UnknownInterruptError):
        await colour.invoke(graph, Command(resume=1), thread())
    assert await history(colour, graph) == []


async def test_an_interrupt_is_no_exception_to_swallow(colour):
    async def careless(state):
        try:
            answer = interrupt("?")
        except Exception:
            answer = "swallowed"
        return {"log": [answer]}

    graph = chain(("careless", colour.node(careless)), checkpointer=InMemorySaver())
    assert asked(await colour.invoke(graph, {"log": []}, thread())) == ["?"]
    assert await colour.invoke(graph, Command(resume=1), thread()) == {"log": [1]}


async def test_a_question_is_not_lost_where_a_node_swallows_everything(colour):
    async def worse(state):
        try:
            answer = interrupt("?")
        except BaseException:
            answer = "swallowed"
        return {"log": [answer]}

    graph = chain(("worse", colour.node(worse)), checkpointer=InMemorySaver())
    assert asked(await colour.invoke(graph, {"log": []}, thread())) == ["?"]
    assert (await state(colour, graph)).next == ("worse",)
    assert await colour.invoke(graph, Command(resume=1), thread()) == {"log": [1]}


async def test_retries_do_not_try_a_question_again(colour):
    calls, policy = [], RetryPolicy(initial_interval=0, jitter=False, max_attempts=5, retry_on=BaseException)

    async def node(state):
        calls.append("asks")
        return {"log": [interrupt("?")]}

    graph = _retrying(colour.node(node), policy)
    assert asked(await colour.invoke(graph, {"log": []}, thread())) == ["?"]
    assert calls == ["asks"]


async def test_an_attempt_after_an_answer_finds_the_answer_again(colour):
    calls, policy = [], RetryPolicy(initial_interval=0, jitter=False, max_attempts=3)

    async def node(state):
        answers = [interrupt("1"), interrupt("2")]
        calls.append(answers)
        if len(calls) < 2:
            raise ConnectionError("once")
        return {"log": answers}

    graph = _retrying(colour.node(node), policy)
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, Command(resume="a"), thread())
    assert await colour.invoke(graph, Command(resume="b"), thread()) == {"log": ["a", "b"]}
    assert calls == [["a", "b"]] * 2


def _retrying(node, policy):
    from stepgraph.graph import START, StateGraph

    builder = StateGraph(Log).add_node("node", node, retry_policy=policy).add_edge(START, "node")
    return builder.compile(checkpointer=InMemorySaver())


async def test_a_failure_after_an_answer_keeps_the_answer(colour):
    calls = []

    async def node(state):
        answer = interrupt("?")
        calls.append(answer)
        if len(calls) < 2:
            raise LookupError("once")
        return {"log": [answer]}

    graph = chain(("node", colour.node(node)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    with pytest.raises(LookupError):
        await colour.invoke(graph, Command(resume=None), thread())
    assert await colour.invoke(graph, None, thread()) == {"log": [None]}
    assert calls == [None, None]


@pytest.mark.parametrize("one_by_one", [True, False])
async def test_gathered_questions_are_asked_at_once_and_answered_by_id(one_by_one):
    async def question(text):
        await asyncio.sleep(0)
        return interrupt(text)

    async def node(state):
        return {"log": await asyncio.gather(question("x"), question("y"))}

    graph = chain(node, checkpointer=InMemorySaver())
    await graph.ainvoke({"log": []}, thread())
    pending = {one.value: one.id for one in (await graph.aget_state(thread())).interrupts}
    assert sorted(pending) == ["x", "y"]
    if one_by_one:
        paused = await graph.ainvoke(Command(resume={pending["y"]: "Y"}), thread())
        assert [one.value for one in paused["__interrupt__"]] == ["x"]
        answer = await graph.ainvoke(Command(resume="X"), thread())
    else:
        answer = await graph.ainvoke(Command(resume={pending["y"]: "Y", pending["x"]: "X"}), thread())
    assert answer == {"log": ["X", "Y"]}


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
