"""`step`: what a node does once, however often it is run again."""

import asyncio

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.testing import Fault, FaultySaver, RecordingSaver
from stepgraph.types import Command, RetryPolicy, interrupt, step
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import thread

DURABILITIES = ["sync", "async", "exit"]


class Counted:
    """A function that counts its calls and returns the count."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.calls

    async def slowly(self):
        await asyncio.sleep(0)
        return self()


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_step_before_a_question_runs_once(colour, durability):
    counted = Counted()

    async def node(state):
        return {"log": [step("count", counted), interrupt("?"), step("count", counted)]}

    graph = chain(("node", colour.node(node)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    answer = await colour.invoke(graph, Command(resume="!"), thread(), durability=durability)
    assert answer == {"log": [1, "!", 1]}
    assert counted.calls == 1


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_an_async_step_before_a_question_runs_once(durability):
    counted = Counted()

    async def node(state):
        return {"log": [await step("count", counted.slowly), interrupt("?")]}

    graph = chain(node, checkpointer=InMemorySaver())
    await graph.ainvoke({"log": []}, thread(), durability=durability)
    assert await graph.ainvoke(Command(resume="!"), thread(), durability=durability) == {"log": [1, "!"]}
    assert counted.calls == 1


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_step_before_a_failure_runs_once(colour, durability):
    counted, failures = Counted(), [LookupError("once")]

    async def node(state):
        first = step("first", counted)
        if failures:
            raise failures.pop()
        return {"log": [first, step("second", counted)]}

    graph = chain(("node", colour.node(node)), checkpointer=InMemorySaver())
    with pytest.raises(LookupError):
        await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    assert await colour.invoke(graph, None, thread(), durability=durability) == {"log": [1, 2]}


async def test_a_step_runs_once_over_retries(colour):
    counted, attempts = Counted(), []

    async def node(state):
        attempts.append(step("once", counted))
        if len(attempts) < 3:
            raise ConnectionError("again")
        return {"log": attempts}

    policy = RetryPolicy(initial_interval=0, jitter=False)
    builder = StateGraph(Log).add_node("node", colour.node(node), retry_policy=policy).add_edge(START, "node")
    graph = builder.compile(checkpointer=InMemorySaver())
    assert await colour.invoke(graph, {"log": []}, thread()) == {"log": [1, 1, 1]}


async def test_with_sync_a_step_of_a_thread_is_saved_before_it_returns(colour):
    seen = []
    saver = RecordingSaver(InMemorySaver())

    async def node(state):
        step("count", lambda: 1)
        seen.append([(operation.name, operation.state) for operation in saver.operations][-1])
        return {"log": [1]}

    graph = chain(("node", colour.node(node)), checkpointer=saver)
    await colour.invoke(graph, {"log": []}, thread(), durability="sync")
    if colour.name != "async":  # the loop's own thread cannot wait for a save
        assert seen == [("put_writes", "returned")]


async def test_with_sync_an_awaited_step_is_saved_before_it_returns():
    seen = []
    saver = RecordingSaver(InMemorySaver())

    async def node(state):
        await step("count", Counted().slowly)
        seen.append([(operation.name, operation.state) for operation in saver.operations][-1])
        return {"log": [1]}

    await chain(node, checkpointer=saver).ainvoke({"log": []}, thread(), durability="sync")
    assert seen == [("put_writes", "returned")]


async def test_a_step_survives_a_process_that_dies_in_the_node(colour):
    """What was saved when the saver went away is what a new process finds."""
    counted, saver = Counted(), InMemorySaver()

    def graph(keeps, *, dies):
        async def node(state):
            return {"log": [step("count", counted), _die() if dies else "alive"]}

        return chain(("node", colour.node(node)), checkpointer=keeps)

    with pytest.raises(Dead):
        await colour.invoke(graph(saver, dies=True), {"log": []}, thread(), durability="sync")
    answer = await colour.invoke(graph(saver, dies=False), None, thread())
    assert answer == {"log": [1, "alive"]}


class Dead(BaseException):
    """Not an error that a run handles."""


def _die():
    raise Dead


async def test_steps_side_by_side_are_kept_apart(colour):
    def node(name):
        async def body(state):
            return {"log": [step("same key", lambda: name), interrupt(name)]}

        return name, colour.node(body)

    graph = fan(node("a"), node("b"), checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": []}, thread())
    ids = {question.value: question.id for question in paused["__interrupt__"]}
    answer = await colour.invoke(graph, Command(resume={ids["a"]: "A", ids["b"]: "B"}), thread())
    assert answer == {"log": ["a", "A", "b", "B"]}


async def test_steps_of_gathered_coroutines_are_all_kept():
    counted = Counted()

    async def node(state):
        numbers = await asyncio.gather(*(step(str(number), counted.slowly) for number in range(5)))
        interrupt("?")
        return {"log": [sorted(numbers)]}

    graph = chain(node, checkpointer=InMemorySaver())
    await graph.ainvoke({"log": []}, thread())
    assert await graph.ainvoke(Command(resume=1), thread()) == {"log": [[1, 2, 3, 4, 5]]}


async def test_a_step_of_a_new_run_runs_anew(colour):
    counted = Counted()

    async def node(state):
        return {"log": [step("count", counted)]}

    graph = chain(("node", colour.node(node)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, {"log": []}, thread()) == {"log": [1, 2]}


async def test_without_a_saver_a_step_is_just_called(colour):
    async def node(state):
        return {"log": [step("a", lambda: 1), step("a", lambda: 2)]}

    assert await colour.invoke(chain(("node", colour.node(node))), {"log": []}) == {"log": [1, 1]}


async def test_a_step_that_cannot_be_saved_fails_the_node(colour):
    async def node(state):
        return {"log": [step("count", lambda: 1)]}

    saver = FaultySaver(InMemorySaver(), Fault(only=("put_writes",)))
    graph = chain(("node", colour.node(node)), checkpointer=saver)
    with pytest.raises(Exception, match="told to fail"):
        await colour.invoke(graph, {"log": []}, thread(), durability="sync")
