"""Whatever save fails, before it reached the saver or after: the thread goes on from what is kept and ends the same."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import SaverError, ThreadConflictError
from stepgraph.graph import START, StateGraph
from stepgraph.testing import Fault, FaultySaver
from stepgraph.types import Command, Send, interrupt, step
from tests.pregel.states import Log, chain
from tests.pregel.threads import named, state, thread

SAVES = ("put", "put_writes")
ANSWERS = {"first?": 1, "second?": 2, "below?": 3}
END = {"log": ["in", "a", ["below", "step", 3], 1, 2, "join", ("worker", 0), ("worker", 1)]}
MOST_RUNS = 20


def busy(colour, saver, steps):
    """Return a graph with a node that asks twice, a graph below that asks, a join, and Sends."""

    async def ask(state):
        return {"log": [interrupt("first?"), interrupt("second?")]}

    async def below(state):
        return {"log": [step("step", lambda: steps.append(1) or "step"), interrupt("below?")]}

    async def call(state):
        return {"log": [(await colour.inner_invoke(child, {"log": []}))["log"]]}

    async def worker(state):
        return {"log": [("worker", state["log"][0])]}

    child = chain(named(colour, "below"), ("ask", colour.node(below)))
    builder = StateGraph(Log).add_node(*named(colour, "a")).add_node(*named(colour, "join"))
    builder.add_node("call", colour.node(call)).add_node("question", colour.node(ask))
    builder.add_node("worker", colour.node(worker))
    for name in ("a", "call", "question"):
        builder.add_edge(START, name)
    builder.add_edge(["a", "call", "question"], "join")
    builder.add_conditional_edges("join", lambda state: [Send("worker", {"log": [n]}) for n in range(2)], ["worker"])
    return builder.compile(checkpointer=saver)


async def next_input(colour, saver):
    """Return what a caller who looks at the thread goes on with."""
    snapshot = await state(colour, busy(colour, saver, []))
    if snapshot.metadata is None:
        return {"log": ["in"]}
    answers = {question.id: ANSWERS[question.value] for question in snapshot.interrupts}
    return Command(resume=answers) if answers else None


async def to_its_end(colour, fault, durability):
    """Return the end of a thread one of whose saves fails, whether one did, and how often the step was made."""
    saver, steps = InMemorySaver(), []
    faulty = FaultySaver(saver, fault)
    for _ in range(MOST_RUNS):
        given = await next_input(colour, saver)
        try:
            answer = await colour.invoke(busy(colour, faulty, steps), given, thread(), durability=durability)
        except (SaverError, ThreadConflictError):
            continue  # a conflict: a sync node of the run that failed still runs a graph, and saves
        if "__interrupt__" not in answer:
            return answer, bool(faulty.struck), len(steps)
    raise AssertionError("the thread does not come to its end")


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_whatever_save_fails_the_thread_ends_the_same(colour, durability, when):
    nth, struck = 0, True
    while struck:
        nth += 1
        answer, struck, steps = await to_its_end(colour, Fault(nth=nth, when=when, only=SAVES), durability)
        assert answer == END, f"save {nth} failed"
        if colour.name == "sync" and durability == "sync" and when == "after":
            assert steps == 1, f"save {nth} failed"
    assert nth > 10
