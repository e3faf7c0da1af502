"""compile: a graph that runs, and a builder that stays as it was."""

import copy
from typing import Any

import pytest
from typing_extensions import TypedDict

from stepgraph import END, START, Command, CompiledStateGraph, RetryPolicy, StateGraph
from stepgraph.errors import InvalidUpdateError, StateMutationWarning
from stepgraph.graph.parts import NodeDefaults
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs, single

ONCE = RetryPolicy(max_attempts=1)


QUICK = RetryPolicy(initial_interval=0, max_attempts=2, jitter=False, retry_on=ConnectionError)


def everything() -> StateGraph[Any, Any, Any, Any]:
    graph = logging("a", "b", "c").set_node_defaults(retry_policy=QUICK)
    graph.add_edge(START, "a").add_edge("a", "b").add_edge(["a", "b"], "c")
    return graph.add_conditional_edges("c", lambda state: END, [END])


def described(graph: StateGraph[Any, Any, Any, Any]) -> dict[str, Any]:
    """Everything that a builder was told, copied as far as it can change."""
    copied = {name: copy.copy(value) for name, value in vars(graph).items()}
    copied["branches"] = {source: dict(branches) for source, branches in graph.branches.items()}
    return copied


def test_compiling_leaves_the_builder_as_it_was():
    graph = everything()
    before = described(graph)
    graph.compile()
    assert described(graph) == before


def test_a_graph_compiles_as_often_as_one_likes(run: Door):
    graph = everything()
    first, second = graph.compile(name="first"), graph.compile(name="second")
    assert run(first, {}) == run(second, {}) == {"log": ["a", "b", "c"]}
    assert (first.get_name(), second.get_name(), first.builder) == ("first", "second", graph)


def test_a_graph_grows_after_it_was_compiled(run: Door):
    graph = logging("a").add_edge(START, "a")
    before = graph.compile()
    graph.add_node("b", logs("b")).add_edge("a", "b")
    assert run(before, {}) == {"log": ["a"]}
    assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_a_new_key_after_compiling_is_not_the_old_graphs(run: Door):
    class More(TypedDict):
        more: int

    def writes(state: More) -> dict[str, Any]:
        return {"more": 1}

    graph = StateGraph(State).add_node("a", lambda state: {"more": 1}).add_edge(START, "a")
    before = graph.compile()
    graph.add_node(writes).add_edge("a", "writes")
    with pytest.raises(InvalidUpdateError, match="node 'a' wrote an unknown key 'more'"):
        run(before, {})


def test_what_a_compiled_graph_shows():
    graph = everything()
    compiled = graph.compile()
    assert type(compiled) is CompiledStateGraph
    assert list(compiled.nodes) == [START, "a", "b", "c"]
    assert list(compiled.channels) == [
        "log",
        "n",
        "word",
        "branch:to:a",
        "branch:to:b",
        "branch:to:c",
        "join:a+b:c",
        "__pregel_tasks",
    ]
    assert (compiled.input_channels, compiled.output_channels) == (["log", "n", "word"], ["log", "n", "word"])
    assert (compiled.stream_channels, compiled.stream_mode, compiled.name) == (
        ["log", "n", "word"],
        "updates",
        "StateGraph",
    )


def test_a_config_of_the_graph_is_merged_under_that_of_the_call(run: Door):
    seen = []

    def node(state: State, config: Any) -> None:
        seen.append(({key: config["configurable"][key] for key in "ab"}, config["tags"]))

    graph = StateGraph(State).add_node(node).add_edge(START, "node")
    compiled = graph.compile(config={"configurable": {"a": 1, "b": 1}, "tags": ["graph"]})
    run(compiled.with_config(tags=["bound"]), {}, {"configurable": {"b": 2}, "tags": ["call"]})
    assert seen == [({"a": 1, "b": 2}, ["graph", "bound", "call"])]


def failing(times: int, error: type[Exception] = ConnectionError) -> Any:
    left = [times]

    def node(state: State) -> dict[str, Any]:
        if left[0]:
            left[0] -= 1
            raise error(f"{left[0]} left")
        return {"word": "done"}

    return node


def test_node_defaults_reach_nodes_whenever_they_are_added(run: Door):
    graph = StateGraph(State).add_node("a", failing(1)).set_node_defaults(retry_policy=QUICK).add_node("b", failing(1))
    graph.add_edge(START, "a").add_edge("a", "b").set_node_defaults()
    assert graph.defaults == NodeDefaults((QUICK,))
    assert run(graph.compile(), {}) == {"log": [], "word": "done"}


@pytest.mark.parametrize("own", [ONCE, [ONCE], ()])
def test_a_nodes_own_policy_wins_over_the_default(run: Door, own: Any):
    graph = StateGraph(State).set_node_defaults(retry_policy=[QUICK]).add_node("a", failing(1), retry_policy=own)
    with pytest.raises(ConnectionError, match="0 left"):
        run(graph.add_edge(START, "a").compile(), {})


def test_defaults_do_not_reach_into_sub_graphs(run: Door):
    inner = single(failing(1))
    calls = []

    def outer(state: State) -> Any:
        calls.append(1)
        return inner.invoke({})

    graph = StateGraph(State).set_node_defaults(retry_policy=QUICK).add_node("outer", outer).add_edge(START, "outer")
    assert run(graph.compile(), {}) == {"log": [], "word": "done"}
    assert len(calls) == 2


def test_unknown_keys_may_be_ignored(run: Door):
    graph = StateGraph(State).add_node("a", lambda state: {"n": 1, "unknown": 2}).add_edge(START, "a")
    graph.add_node("b", lambda state: Command(update=[("word", "w"), ("unknown", 1)])).add_edge("a", "b")
    assert run(graph.compile(unknown_keys="ignore"), {"other": 3}) == {"log": [], "n": 1, "word": "w"}


def test_a_store_reaches_nodes(run: Door):
    store = object()
    graph = StateGraph(State).add_node("a", lambda state, store: {"word": store}).add_edge(START, "a")
    assert run(graph.compile(store=store), {})["word"] is store


def test_debug_reports_an_edit_in_place(run: Door):
    def edits(state: State) -> None:
        state["log"].append("in place")

    graph = StateGraph(State).add_node(edits).add_edge(START, "edits").compile(debug=True)
    with pytest.warns(StateMutationWarning, match="node 'edits' edited the value of key 'log' in place"):
        run(graph, {"log": ["x"]})
