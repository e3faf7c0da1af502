"""A node that fails: what its siblings see, what the state keeps, what is tried again."""

import asyncio
import threading
from typing import Any

import pytest

from stepgraph import START, Command, RetryPolicy, StateGraph
from stepgraph.errors import InvalidUpdateError, NodeCancelledError, ReducerError
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs, single

QUICK = RetryPolicy(initial_interval=0, max_attempts=3, jitter=False, retry_on=ConnectionError)


async def test_siblings_of_a_failing_node_are_cancelled_and_awaited():
    seen = []

    async def waits(state: State) -> Any:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            seen.append("cleaned up")
            raise

    async def fails(state: State) -> Any:
        raise ConnectionError("down")

    graph = (
        StateGraph(State).add_node(waits).add_node(fails).add_edge(START, "waits").add_edge(START, "fails").compile()
    )
    with pytest.raises(ConnectionError, match="down") as raised:
        await graph.ainvoke({}, {"configurable": {"thread_id": 7}})
    assert seen == ["cleaned up"]
    assert raised.value.__notes__ == ["raised in node 'fails' of graph 'StateGraph' (step 1, thread 7)"]


def test_a_failed_superstep_writes_nothing():
    def fails(state: State) -> Any:
        raise ConnectionError("down")

    graph = logging("first", "good").add_node("fails", fails).add_edge(START, "first")
    graph.add_edge("first", "good").add_edge("first", "fails")
    stream = graph.compile().stream({"n": 1}, stream_mode="values")
    assert [next(stream), next(stream)] == [{"log": [], "n": 1}, {"log": ["first"], "n": 1}]
    with pytest.raises(ConnectionError):
        next(stream)


def test_a_second_write_fails_the_run_and_names_key_and_nodes(run: Door):
    graph = StateGraph(State).add_node("a", logs("a", n=1)).add_node("b", logs("b", n=2))
    graph.add_edge(START, "a").add_edge(START, "b")
    with pytest.raises(InvalidUpdateError, match="key 'n', written by 'a', 'b' in one superstep: LastValue takes one"):
        run(graph.compile(), {})


def test_a_node_may_not_write_a_key_without_a_reducer_twice(run: Door):
    answer = [Command(update={"n": 1}), Command(update={"n": 2})]
    with pytest.raises(InvalidUpdateError, match="key 'n', written by 'node', 'node' in one superstep"):
        run(single(lambda state: answer), {})


def test_a_failing_attempt_is_tried_again_as_if_it_had_not_been(run: Door):
    attempts = []

    def flaky(state: State, runtime: Any) -> Any:
        attempts.append(runtime.execution_info.node_attempt)
        if len(attempts) < 3:
            raise ConnectionError
        return {"log": ["done"]}

    assert run(single(flaky, retry_policy=QUICK), {}) == {"log": ["done"]}
    assert attempts == [1, 2, 3]


def test_a_second_attempt_sees_the_state_as_it_was_and_not_the_edits_of_the_first(run: Door):
    seen: list[Any] = []

    def flaky(state: State) -> None:
        seen.append(dict(state))
        state["n"] = 99
        if len(seen) == 1:
            raise ConnectionError

    run(single(flaky, retry_policy=QUICK), {"n": 1})
    assert seen == [{"log": [], "n": 1}] * 2


def test_the_last_attempts_error_leaves(run: Door):
    attempts = []

    def fails(state: State) -> Any:
        attempts.append(1)
        raise ConnectionError(f"attempt {len(attempts)}")

    with pytest.raises(ConnectionError, match="attempt 3") as raised:
        run(single(fails, retry_policy=[QUICK]), {})
    assert raised.value.__notes__ == ["raised in node 'node' of graph 'StateGraph' (step 1)"]


def test_the_first_policy_that_matches_counts(run: Door):
    attempts = []

    def fails(state: State) -> Any:
        attempts.append(1)
        raise KeyError("x")

    policies = [QUICK, RetryPolicy(initial_interval=0, max_attempts=2, jitter=False, retry_on=LookupError)]
    with pytest.raises(KeyError):
        run(single(fails, retry_policy=policies), {})
    assert len(attempts) == 2


def test_a_router_that_raises_fails_its_node(run: Door):
    def router(state: State) -> str:
        raise ConnectionError("router down")

    graph = logging("a", "b").add_edge(START, "a").add_conditional_edges("a", router, ["b"]).compile()
    with pytest.raises(ConnectionError, match="router down") as raised:
        run(graph, {})
    assert raised.value.__notes__ == ["raised in node 'a' of graph 'StateGraph' (step 1)"]


def test_a_reducer_that_raises_says_which_and_applies_nothing(chunks: Door):
    graph = StateGraph(State).add_node("a", logs("a")).add_node("b", lambda state: {"log": "text", "n": 1})
    graph.add_edge(START, "a").add_edge(START, "b")
    with pytest.raises(ReducerError, match="the reducer of key 'log', written by 'a', 'b', raised TypeError") as raised:
        chunks(graph.compile(), {})
    assert isinstance(raised.value.__cause__, TypeError)


@pytest.mark.parametrize(("update", "key"), [({"log": "text"}, "log"), ({"n": 1}, "n")], ids=["reducer", "two writes"])
def test_a_superstep_that_cannot_be_applied_says_its_step_and_thread(run: Door, update: Any, key: str):
    graph = StateGraph(State)
    for name in "ab":
        graph.add_node(name, lambda state: update).add_edge(START, name)
    with pytest.raises(InvalidUpdateError, match=f"key '{key}', written by 'a', 'b'") as raised:
        run(graph.compile(), {}, {"configurable": {"thread_id": "t1"}})
    (note,) = raised.value.__notes__
    assert "step 1, thread 't1'" in note


async def test_a_node_that_raises_cancelled_error_did_not_succeed():
    async def node(state: State) -> Any:
        raise asyncio.CancelledError

    with pytest.raises(NodeCancelledError):
        await single(node).ainvoke({})


@pytest.mark.parametrize("error", [StopIteration("mine"), StopAsyncIteration("mine")], ids=repr)
def test_an_error_that_generators_use_does_not_end_the_run_in_silence(run: Door, error: Exception):
    def node(state: State) -> Any:
        raise error

    with pytest.raises((RuntimeError, StopIteration, StopAsyncIteration)):
        run(single(node), {})


def test_a_run_after_a_failure_starts_clean(run: Door):
    graph = single(lambda state: {"n": 1 // state["n"]})
    with pytest.raises(ZeroDivisionError):
        run(graph, {"n": 0})
    assert run(graph, {"n": 1}) == {"log": [], "n": 1}


def test_a_sync_run_raises_before_its_slow_sibling_ends():
    begun, finish, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(state: State) -> Any:
        begun.set()
        finish.wait(10)
        ended.set()

    def fails(state: State) -> Any:
        begun.wait(10)
        raise ConnectionError("at once")

    graph = StateGraph(State).add_node(slow).add_node(fails).add_edge(START, "slow").add_edge(START, "fails").compile()
    with pytest.raises(ConnectionError, match="at once"):
        graph.invoke({})
    assert not ended.is_set()
    finish.set()
    assert ended.wait(10)
