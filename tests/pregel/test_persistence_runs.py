"""Runs on a thread: what one leaves to the next, and how one goes on that was stopped, failed or cancelled."""

import asyncio
from typing import Annotated

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import (
    EmptyInputError,
    GraphDrained,
    GraphRecursionError,
    InvalidUpdateError,
    MissingThreadError,
    ThreadConflictError,
)
from stepgraph.graph import START, StateGraph
from stepgraph.runtime import RunControl
from stepgraph.types import Command
from tests.pregel.colours import turns
from tests.pregel.states import Log, Two, chain, fan
from tests.pregel.threads import history, named, state, thread, told, update


@pytest.mark.parametrize("durability", ["sync", "async"])
async def test_each_superstep_leaves_a_checkpoint(colour, durability):
    graph = chain(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver())
    assert await colour.invoke(graph, {"log": []}, thread(), durability=durability) == {"log": ["a", "b"]}
    assert told(await history(colour, graph)) == [
        ("input", -1, ("__start__",)),
        ("loop", 0, ("a",)),
        ("loop", 1, ("b",)),
        ("loop", 2, ()),
    ]


async def test_a_second_run_goes_on_from_the_first(colour):
    graph = chain(named(colour, "a"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": ["1"]}, thread())
    assert await colour.invoke(graph, {"log": ["2"]}, thread()) == {"log": ["1", "a", "2", "a"]}
    snapshots = await history(colour, graph)
    assert [snapshot.metadata["step"] for snapshot in snapshots] == [-1, 0, 1, 2, 3, 4]
    parents = [snapshot.parent_config for snapshot in snapshots]
    assert parents == [None, *(snapshot.config for snapshot in snapshots[:-1])]


async def test_threads_know_nothing_of_each_other(colour):
    graph = chain(named(colour, "a"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": ["1"]}, thread("one"))
    assert await colour.invoke(graph, {"log": ["2"]}, thread("two")) == {"log": ["2", "a"]}


async def test_a_run_without_a_thread_says_what_is_missing(colour):
    graph = chain(named(colour, "a"), checkpointer=InMemorySaver())
    with pytest.raises(MissingThreadError, match="thread_id"):
        await colour.invoke(graph, {"log": []})


async def test_input_that_does_not_fit_leaves_nothing(colour):
    graph = chain(named(colour, "a"), checkpointer=InMemorySaver())
    with pytest.raises(InvalidUpdateError):
        await colour.invoke(graph, {"lug": []}, thread())
    assert await history(colour, graph) == []


async def test_there_is_nothing_to_go_on_with_on_a_fresh_thread(colour):
    graph = chain(named(colour, "a"), checkpointer=InMemorySaver())
    with pytest.raises(EmptyInputError):
        await colour.invoke(graph, None, thread())


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
async def test_after_a_failure_only_what_had_not_finished_runs(colour, durability):
    calls = []
    done = colour.gate()

    async def good(state):
        calls.append("good")
        done.open()
        return {"log": ["good"]}

    async def bad(state):
        await done.passed()
        calls.append("bad")
        if calls.count("bad") == 1:
            await colour.pause()
            raise LookupError("once")
        return {"log": ["bad"]}

    nodes = [("good", colour.node(good)), ("bad", colour.node(bad))]
    graph = fan(*nodes, checkpointer=InMemorySaver())
    with pytest.raises(LookupError):
        await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    snapshot = await state(colour, graph)
    by_name = {task.name: task for task in snapshot.tasks}
    assert snapshot.next == ("bad",)
    assert by_name["good"].result == {"log": ["good"]}
    assert repr(by_name["bad"].error) == "LookupError('once')"
    assert await colour.invoke(graph, None, thread()) == {"log": ["bad", "good"]}
    assert calls == ["good", "bad", "bad"]


async def test_a_reducer_that_fails_leaves_the_state_readable(colour):
    def add(left: int, right: int) -> int:
        if right == 2:
            raise ValueError("too much")
        return left + right

    class Sum(TypedDict, total=False):
        sum: Annotated[int, add]

    async def node(state):
        return {"sum": state["sum"]}

    graph = chain(("node", colour.node(node)), state=Sum, checkpointer=InMemorySaver())
    with pytest.raises(InvalidUpdateError, match="sum"):
        await colour.invoke(graph, {"sum": 2}, thread("refused"))
    assert (await state(colour, graph, thread("refused"))).values in ({}, {"sum": 0})
    assert await colour.invoke(graph, {"sum": 1}, thread()) == {"sum": 2}
    with pytest.raises(InvalidUpdateError, match="sum"):
        await colour.invoke(graph, {"sum": 0}, thread())
    assert (await state(colour, graph)).values == {"sum": 2}
    assert (await state(colour, graph)).next == ("node",)


async def test_the_step_limit_stops_a_run_that_goes_on_with_a_fresh_one(colour):
    async def again(state):
        return Command(update={"log": [len(state["log"])]}, goto="again" if len(state["log"]) < 4 else ())

    builder = StateGraph(Log).add_node("again", colour.node(again), destinations=("again",)).add_edge(START, "again")
    graph = builder.compile(checkpointer=InMemorySaver())
    with pytest.raises(GraphRecursionError):
        await colour.invoke(graph, {"log": []}, {**thread(), "recursion_limit": 3})
    snapshot = await state(colour, graph)
    assert (snapshot.values, snapshot.next) == ({"log": [0, 1, 2]}, ("again",))
    assert await colour.invoke(graph, None, {**thread(), "recursion_limit": 3}) == {"log": [0, 1, 2, 3, 4]}


async def test_a_drained_run_ends_its_superstep_and_can_go_on(colour):
    control = RunControl()

    async def first(state, runtime):
        assert runtime.control is control
        control.request_drain("the server goes down")
        assert runtime.drain_requested
        return {"log": ["first"]}

    graph = chain(("first", colour.node(first)), named(colour, "then"), checkpointer=InMemorySaver())
    with pytest.raises(GraphDrained, match="the server goes down"):
        await colour.invoke(graph, {"log": []}, thread(), control=control)
    assert (await state(colour, graph)).next == ("then",)
    assert await colour.invoke(graph, None, thread()) == {"log": ["first", "then"]}


async def test_a_drain_after_the_last_superstep_changes_nothing(colour):
    control = RunControl()

    async def only(state):
        control.request_drain()
        return {"log": ["only"]}

    graph = chain(("only", colour.node(only)), checkpointer=InMemorySaver())
    assert await colour.invoke(graph, {"log": []}, thread(), control=control) == {"log": ["only"]}


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
async def test_a_cancelled_run_goes_on_where_it_was(durability):
    reached, done, calls = asyncio.Event(), asyncio.Event(), []

    async def quick(state):
        calls.append("quick")
        done.set()
        return {"log": ["quick"]}

    async def slow(state):
        calls.append("slow")
        if calls.count("slow") == 1:
            await done.wait()
            await turns(5)
            reached.set()
            await asyncio.Event().wait()
        return {"log": ["slow"]}

    graph = fan(quick, slow, checkpointer=InMemorySaver())
    run = asyncio.create_task(graph.ainvoke({"log": []}, thread(), durability=durability))
    await reached.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (await graph.aget_state(thread())).next == ("slow",)
    assert await graph.ainvoke(None, thread()) == {"log": ["quick", "slow"]}
    assert calls.count("quick") == 1


async def test_a_stream_that_is_left_early_can_go_on(colour):
    graph = chain(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver())
    stream = colour.stream(graph, {"log": []}, thread(), stream_mode="updates", durability="sync")
    assert await anext(stream) == {"a": {"log": ["a"]}}
    await stream.aclose()
    assert await colour.invoke(graph, None, thread()) == {"log": ["a", "b"]}


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
async def test_a_run_whose_thread_went_on_without_it_is_refused_and_loses_nothing(colour, durability):
    graph = chain(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    stream = colour.stream(graph, {"log": ["again"]}, thread(), stream_mode="updates", durability=durability)
    assert await anext(stream) == {"a": {"log": ["a"]}}
    head = await update(colour, graph, {"log": ["update"]}, "b")
    with pytest.raises(ThreadConflictError) as caught:
        async for _ in stream:
            pass
    assert caught.value.thread_id == "1"
    assert caught.value.head == head["configurable"]["checkpoint_id"]
    assert "update" in (await state(colour, graph)).values["log"]


async def test_a_saver_that_forks_lets_the_run_go_on_beside_the_head(colour):
    graph = chain(named(colour, "a"), named(colour, "b"), checkpointer=InMemorySaver(on_conflict="fork"))
    await colour.invoke(graph, {"log": []}, thread())
    stream = colour.stream(graph, {"log": ["again"]}, thread(), stream_mode="values", durability="sync")
    chunks = [await anext(stream), await anext(stream)]
    await update(colour, graph, {"log": ["update"]}, "b")
    chunks += [chunk async for chunk in stream]
    assert chunks[-1] == {"log": ["a", "b", "again", "a", "b"]}
    values = [snapshot.values["log"] for snapshot in await history(colour, graph)]
    assert ["a", "b", "again", "a", "update"] in values
    assert ["a", "b", "again", "a", "b"] in values


async def test_a_half_filled_join_waits_from_run_to_run(colour):
    builder = StateGraph(Two)
    for name in ("left", "right", "joined"):
        builder.add_node(*named(colour, name))
    builder.add_conditional_edges(START, lambda state: state["last"], ["left", "right"])
    graph = builder.add_edge(["left", "right"], "joined").compile(checkpointer=InMemorySaver())
    with pytest.warns(UserWarning, match="join"):
        await colour.invoke(graph, {"last": "left", "log": []}, thread())
    with pytest.warns(UserWarning, match="join"):
        await colour.invoke(graph, {"last": "left", "log": []}, thread("other"))
    answer = await colour.invoke(graph, {"last": "right"}, thread())
    assert answer["log"] == ["left", "right", "joined"]


async def test_runs_of_a_thread_at_once_with_a_saver_that_queues_come_one_after_the_other():
    inside, most = [], []

    async def node(state):
        inside.append(1)
        most.append(len(inside))
        await turns(5)
        inside.pop()
        return {"log": ["node"]}

    graph = chain(node, checkpointer=InMemorySaver(on_conflict="queue"))
    answers = await asyncio.gather(*(graph.ainvoke({"log": [number]}, thread()) for number in range(4)))
    assert max(most) == 1
    assert sorted(len(answer["log"]) for answer in answers) == [2, 4, 6, 8]


async def test_of_runs_of_a_thread_at_once_one_wins_and_the_others_are_told():
    async def node(state):
        await turns(5)
        return {"log": ["node"]}

    graph = chain(node, checkpointer=InMemorySaver())
    answers = await asyncio.gather(
        *(graph.ainvoke({"log": [number]}, thread()) for number in range(4)), return_exceptions=True
    )
    won = [answer for answer in answers if isinstance(answer, dict)]
    assert len(won) == 1
    assert sum(isinstance(answer, ThreadConflictError) for answer in answers) == 3
    assert (await graph.aget_state(thread())).values == won[0]
