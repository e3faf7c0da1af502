"""Retries as a run performs them: what streams show, what the node finds, what is tried again."""

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.runtime import get_runtime
from stepgraph.types import RetryPolicy
from tests.pregel.colours import in_each_mode
from tests.pregel.states import Two, chain

QUICK = RetryPolicy(initial_interval=0, jitter=False)


def retrying(node, policy=QUICK, name="flaky"):
    return StateGraph(Two).add_node(name, node, retry_policy=policy).add_edge(START, name).compile()


def failing(colour, times, seen=None, error=ConnectionError):
    tries = []

    async def flaky(state, runtime, writer):
        tries.append(1)
        writer(f"try {len(tries)}")
        if seen is not None:
            seen.append((runtime.execution_info.node_attempt, get_runtime() is runtime))
        if len(tries) <= times:
            raise error("not yet")
        return {"log": [len(tries)]}

    return colour.node(flaky)


@in_each_mode
async def test_each_attempt_finds_its_number(colour, modes):
    seen = []
    await colour.chunks(retrying(failing(colour, 2, seen)), {"log": []}, stream_mode=modes)
    assert seen == [(1, True), (2, True), (3, True)]


async def test_chunks_of_failed_attempts_are_kept_and_there_is_one_update(colour):
    chunks = await colour.chunks(retrying(failing(colour, 2)), {"log": []}, stream_mode=["custom", "updates", "values"])
    assert chunks == [
        ("values", {"log": []}),
        *(("custom", f"try {number}") for number in (1, 2, 3)),
        ("updates", {"flaky": {"log": [3]}}),
        ("values", {"log": [3]}),
    ]


async def test_a_task_that_is_tried_again_is_one_task(colour):
    chunks = await colour.chunks(retrying(failing(colour, 2)), {"log": []}, stream_mode="tasks")
    started, ended = chunks
    assert started["id"] == ended["id"]
    assert ended["error"] is None
    assert ended["result"] == {"log": [3]}


@in_each_mode
async def test_the_last_error_leaves_when_attempts_are_used_up(colour, modes):
    seen = []
    with pytest.raises(ConnectionError) as caught:
        await colour.chunks(retrying(failing(colour, 9, seen)), {"log": []}, stream_mode=modes)
    assert len(seen) == 3
    assert "node 'flaky'" in str(caught.value.__notes__)


async def test_an_error_that_no_policy_matches_leaves_at_once(colour):
    seen = []
    with pytest.raises(ValueError, match="not yet"):
        await colour.invoke(retrying(failing(colour, 1, seen, ValueError)), {"log": []})
    assert len(seen) == 1


async def test_each_attempt_gets_the_state_as_it_was(colour):
    states = []

    async def edits(state):
        states.append(dict(state))
        state.pop("log")
        state["last"] = "edited"
        if len(states) < 3:
            raise ConnectionError
        return {"log": ["done"]}

    result = await colour.invoke(retrying(colour.node(edits)), {"log": ["in"], "last": 1})
    assert result == {"log": ["in", "done"], "last": 1}
    assert states == [{"log": ["in"], "last": 1}] * 3


async def test_each_attempt_gets_a_config_of_its_own(colour):
    tries = []

    async def edits(state, config):
        assert "edited" not in config["configurable"]
        config["configurable"]["edited"] = True
        tries.append(1)
        if len(tries) < 2:
            raise ConnectionError

    await colour.invoke(retrying(colour.node(edits)), {"log": []})
    assert len(tries) == 2


async def test_a_sub_graph_is_tried_again_as_a_whole(colour):
    began, tries = [], []

    async def first(state):
        began.append("first")
        return {"log": ["first"]}

    async def second(state):
        tries.append(1)
        if len(tries) < 2:
            raise ConnectionError
        return {"log": ["second"]}

    inner = chain(("first", colour.node(first)), ("second", colour.node(second)), state=Two)
    result = await colour.invoke(retrying(inner, name="sub"), {"log": []})
    assert result == {"log": ["first", "second"]}
    assert began == ["first", "first"]


async def test_a_router_that_fails_is_tried_again_with_its_node(colour):
    calls = []

    async def node(state):
        calls.append("node")
        return {"log": ["node"]}

    async def routes(state):
        calls.append("router")
        if len(calls) < 4:
            raise ConnectionError
        return []

    graph = StateGraph(Two).add_node("node", colour.node(node), retry_policy=QUICK).add_edge(START, "node")
    graph = graph.add_conditional_edges("node", colour.node(routes), ["node"]).compile()
    assert await colour.invoke(graph, {"log": []}) == {"log": ["node"]}
    assert calls == ["node", "router"] * 2


async def test_defaults_of_the_graph_hold_for_nodes_without_a_policy(colour):
    graph = StateGraph(Two).set_node_defaults(retry_policy=QUICK)
    graph.add_node("a", failing(colour, 2)).add_node("b", failing(colour, 1), retry_policy=RetryPolicy(max_attempts=1))
    graph.add_edge(START, "a").add_edge("a", "b")
    with pytest.raises(ConnectionError) as caught:
        await colour.invoke(graph.compile(), {"log": []})
    assert "node 'b'" in str(caught.value.__notes__)


async def test_siblings_go_on_while_a_node_pauses(colour):
    seen = colour.gate()

    async def sibling(state):
        return {"log": ["sibling"]}

    tries = []

    async def flaky(state):
        tries.append(1)
        if len(tries) < 2:
            raise ConnectionError
        await seen.passed()
        return {"log": ["flaky"]}

    graph = StateGraph(Two).add_node("s", colour.node(sibling))
    graph.add_node("flaky", colour.node(flaky), retry_policy=QUICK)
    graph = graph.add_edge(START, "flaky").add_edge(START, "s").compile()
    names = []
    async for chunk in colour.stream(graph, {"log": []}, stream_mode="updates"):
        names.extend(chunk)
        seen.open()
    assert names == ["s", "flaky"]
