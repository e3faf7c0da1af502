"""Interrupts are not lost where a node swallows what it can, is tried again, or fails after the answer."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, RetryPolicy, interrupt
from tests.pregel.states import Log, chain
from tests.pregel.threads import asked, state, thread


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
