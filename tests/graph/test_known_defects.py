"""Defects that other engines of this kind are known for, each named by what must happen instead.

The numbers are those of the list in reference/langgraph.md, section 3.1.
"""

from __future__ import annotations

import asyncio
import operator
import threading
import warnings
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import END, START, Command, Overwrite, RetryPolicy, RunnableConfig, Runtime, Send, StateGraph
from stepgraph.errors import (
    IncompleteJoinWarning,
    InvalidUpdateError,
    ReducerError,
    StateMutationWarning,
    UnreachableNodeWarning,
)
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs, single


def strict(left: int, right: int) -> int:
    if right < 0:
        raise ValueError("no negative numbers")
    return left + right


class Total(TypedDict):
    total: Annotated[int, strict]


class NoDefault(TypedDict, total=False):
    total: Annotated[int | None, lambda left, right: left + right]


@pytest.mark.parametrize(
    "connect",
    [
        lambda graph: graph.add_node("a", lambda state: Command(goto="nowhere")),
        lambda graph: graph.add_node("a", lambda state: Command(goto=Send("nowhere", 1))),
        lambda graph: graph.add_node("a", lambda state: None).add_conditional_edges("a", lambda state: "nowhere"),
        lambda graph: graph.add_node("a", lambda s: None).add_conditional_edges("a", lambda s: [Send("nowhere", 1)]),
    ],
    ids=["goto", "goto a Send", "router", "router to a Send"],
)
def test_04_a_target_that_does_not_exist_is_an_error(run: Door, connect: Any):
    graph = connect(StateGraph(State)).add_edge(START, "a").compile()
    with pytest.raises(InvalidUpdateError, match="leads to 'nowhere', which is not a node; nodes are 'a' and END"):
        run(graph, {})


@pytest.mark.parametrize(("input", "update"), [({"unknown": 1}, None), ({}, {"unknown": 1})], ids=["input", "update"])
def test_05_an_unknown_key_is_an_error(run: Door, input: Any, update: Any):
    with pytest.raises(InvalidUpdateError, match="wrote an unknown key 'unknown'; known are 'log', 'n', 'word'"):
        run(single(lambda state: update), input)


def test_06_a_graph_with_node_defaults_compiles_twice(run: Door):
    graph = logging("a").add_edge(START, "a").set_node_defaults(retry_policy=RetryPolicy())
    assert run(graph.compile(), {}) == run(graph.compile(), {}) == {"log": ["a"]}


def test_07_two_lambdas_on_one_key_are_two_reducers():
    class First(TypedDict):
        key: Annotated[list, lambda left, right: left + right]

    class Second(TypedDict):
        key: Annotated[list, lambda left, right: right]

    with pytest.raises(ValueError, match="key 'key' has two rules"):
        StateGraph(First, output_schema=Second)


def test_08_an_overwrite_as_the_first_write_is_its_value(run: Door):
    graph = StateGraph(NoDefault).add_node("a", lambda state: {"total": 1}).add_edge(START, "a").compile()
    assert run(single(lambda state: {"total": Overwrite(3)}, state=NoDefault), {}) == {"total": 3}
    assert run(graph, {"total": Overwrite(3)}) == {"total": 4}


def test_09_a_sync_failure_does_not_wait_for_a_slow_sibling():
    begun, finish = threading.Event(), threading.Event()

    def slow(state: State) -> None:
        begun.set()
        finish.wait(10)

    def fails(state: State) -> None:
        begun.wait(10)
        raise ConnectionError("seen before the slow one ended")

    graph = StateGraph(State).add_node(slow).add_node(fails).add_edge(START, "slow").add_edge(START, "fails").compile()
    try:
        with pytest.raises(ConnectionError, match="seen before"):
            graph.invoke({})
        assert not finish.is_set()
    finally:
        finish.set()


def test_11_an_edit_of_a_shared_value_is_reported_with_node_and_key(run: Door):
    def edits(state: State) -> None:
        state["log"].append("leak")

    graph = StateGraph(State).add_node(edits).add_edge(START, "edits").compile(debug=True)
    with pytest.warns(StateMutationWarning, match="node 'edits' edited the value of key 'log' in place"):
        run(graph, {"log": []})


@pytest.mark.parametrize("modes", [["values", "updates"], ("values", "updates")], ids=["list", "tuple"])
def test_12_several_modes_are_labelled_in_a_tuple_too(chunks: Door, modes: Any):
    assert chunks(logging("a").add_edge(START, "a").compile(), {}, stream_mode=modes) == [
        ("updates", {"a": {"log": ["a"]}}),
        ("values", {"log": ["a"]}),
    ]


def test_18_two_commands_to_the_graph_above_are_both_followed(run: Door):
    inner = StateGraph(State)
    for name in ("x", "y"):
        command = Command(graph=Command.PARENT, update={"log": [f"for {name}"]}, goto=name)
        inner.add_node(f"to {name}", lambda state, command=command: command).add_edge(START, f"to {name}")
    graph = logging("x", "y").add_node("inner", inner.compile(), destinations=["x", "y"]).add_edge(START, "inner")
    assert run(graph.compile(), {}) == {"log": ["for x", "for y", "x", "y"]}


def test_19_a_reducer_that_raises_leaves_the_run_before_it_intact(run: Door):
    def node(state: Total) -> Any:
        return {"total": -state["total"]}

    graph = single(node, state=Total)
    with pytest.raises(
        ReducerError, match="the reducer of key 'total', written by 'node', raised ValueError: no negat"
    ):
        run(graph, {"total": 1})
    assert run(graph, {"total": 0}) == {"total": 0}


def test_20_a_join_with_a_skipped_branch_is_reported(run: Door):
    graph = logging("a", "b", "c", "join").add_edge(START, "a").add_edge(["b", "c"], "join")
    graph.add_conditional_edges("a", lambda state: "b", ["b", "c"])
    with pytest.warns(IncompleteJoinWarning, match=r"had been reached by \['b'\] and still waited for \['c'\]"):
        assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_21_paths_of_unequal_length_run_the_target_twice_unless_it_is_deferred_or_joined(run: Door):
    def fan_in(**options: Any) -> Any:
        graph = logging("long", "short", "longer").add_node("end", logs("end"), **options)
        graph.add_edge(START, "long").add_edge(START, "short").add_edge("long", "longer")
        return graph

    edges = fan_in().add_edge("short", "end").add_edge("longer", "end").compile()
    deferred = fan_in(defer=True).add_edge("short", "end").add_edge("longer", "end").compile()
    joined = fan_in().add_edge(["short", "longer"], "end").compile()
    assert run(edges, {}) == {"log": ["long", "short", "end", "longer", "end"]}
    assert run(deferred, {}) == run(joined, {}) == {"log": ["long", "short", "longer", "end"]}


def test_22_a_goto_adds_to_the_static_edge(run: Door):
    graph = logging("b", "c").add_node("a", lambda state: Command(goto="b"), destinations=["b"])
    assert run(graph.add_edge(START, "a").add_edge("a", "c").compile(), {}) == {"log": ["b", "c"]}


def test_23_an_unreachable_node_is_named_at_compile_time():
    with pytest.warns(UnreachableNodeWarning, match="nothing that graph 'StateGraph' declares leads to node 'island'"):
        logging("a", "island").add_edge(START, "a").compile()


def config_or_none(state: State, config: RunnableConfig | None = None) -> Any:
    return {"word": config["configurable"]["word"]}  # type: ignore[index]


def store_or_none(state: State, store: dict[str, str] | None = None) -> Any:
    return {"word": store["word"]}  # type: ignore[index]


def runtime_or_none(state: State, runtime: Runtime[str] | None = None) -> Any:
    return {"word": runtime.context}  # type: ignore[union-attr]


@pytest.mark.parametrize("node", [config_or_none, store_or_none, runtime_or_none])
def test_29_optional_parameters_are_injected_with_postponed_annotations(run: Door, node: Any):
    graph = StateGraph(State).add_node("a", node).add_edge(START, "a").compile(store={"word": "w"})
    assert run(graph, {}, {"configurable": {"word": "w"}}, context="w") == {"log": [], "word": "w"}


def test_a_loop_with_a_join_and_a_deferred_node_runs_without_a_warning(run: Door):
    class Rounds(TypedDict):
        log: Annotated[list, operator.add]

    graph = logging("a", "b", "c", "join", state=Rounds).add_node("end", logs("end"), defer=True)
    graph.add_edge(START, "a").add_edge("a", "b").add_edge("a", "c").add_edge(["b", "c"], "join").add_edge("a", "end")
    graph.add_conditional_edges("join", lambda state: "a" if len(state["log"]) < 8 else END, ["a", END])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(graph.compile(), {"log": []}) == {"log": ["a", "b", "c", "join"] * 2 + ["end"]}


async def test_a_router_that_raises_after_its_nodes_update_fails_the_run():
    async def router(state: State) -> str:
        await asyncio.sleep(0)
        raise KeyError("router")

    graph = logging("a", "b").add_edge(START, "a").add_conditional_edges("a", router, ["b"]).compile()
    with pytest.raises(KeyError, match="router"):
        await graph.ainvoke({})
