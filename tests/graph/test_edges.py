"""Edges, joins and loops: which nodes run, how often, in which superstep."""

import re
from typing import Any

import pytest

from stepgraph import END, START, Command, StateGraph
from stepgraph.errors import GraphRecursionError, IncompleteJoinWarning
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs


def supersteps(chunks: Door, graph: Any, input: Any = None, **config: Any) -> list[list[str]]:
    """Run a graph; return the names of the nodes of each superstep."""
    shown: dict[int, list[str]] = {}
    for chunk in chunks(graph, {} if input is None else input, config or None, stream_mode="debug"):
        if chunk["type"] == "task":
            shown.setdefault(chunk["step"], []).append(chunk["payload"]["name"])
    return list(shown.values())


def test_a_chain(chunks: Door):
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", END)
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["c"]]


def test_a_fan_out_runs_side_by_side_and_a_fan_in_once(chunks: Door):
    graph = logging("a", "b", "c", "d").add_edge(START, "a")
    for middle in "bc":
        graph.add_edge("a", middle).add_edge(middle, "d")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b", "c"], ["d"]]


def test_an_edge_that_is_added_twice_leads_there_once(run: Door):
    graph = logging("a").add_edge(START, "a").add_edge(START, "a")
    assert run(graph.compile(), {}) == {"log": ["a"]}


def test_from_start_to_end_the_input_is_the_output(run: Door, chunks: Door):
    graph = StateGraph(State).add_edge(START, END).compile()
    assert run(graph, {"n": 1}) == {"log": [], "n": 1}
    assert chunks(graph, {"n": 1}, stream_mode="values") == [{"log": [], "n": 1}]


def test_entry_and_finish_points(run: Door):
    graph = logging("a", "b").set_entry_point("a").add_edge("a", "b").set_finish_point("b")
    assert graph.edges == {(START, "a"), ("a", "b"), ("b", END)}
    assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_a_join_waits_for_all_of_its_sources(chunks: Door):
    graph = logging("a", "b", "c", "d").add_edge(START, "a").add_edge(START, "b").add_edge("b", "c")
    assert supersteps(chunks, graph.add_edge(["a", "c"], "d").compile()) == [["a", "b"], ["c"], ["d"]]


def test_a_join_of_one_is_an_edge(chunks: Door):
    graph = logging("a", "b").add_edge(START, "a").add_edge(["a"], "b")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"]]


def test_a_join_may_be_a_tuple_and_may_lead_to_the_end(chunks: Door):
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge(START, "b")
    graph.add_edge(("a", "b"), "c").add_edge(["a", "b"], END)
    assert supersteps(chunks, graph.compile()) == [["a", "b"], ["c"]]


@pytest.mark.parametrize("joins", [[["a+b"], ["a", "b"]], [["a", "b"], ["a+b"]]], ids=str)
def test_joins_of_names_with_a_plus_stay_apart(run: Door, joins: list[list[str]]):
    graph = StateGraph(State).add_node("t", logs("t"))
    for name in ("a+b", "a", "b"):
        graph.add_node(name, logs(name)).add_edge(START, name)
    for sources in joins:
        graph.add_edge(sources, "t")
    assert run(graph.compile(), {}) == {"log": ["a", "a+b", "b", "t"]}


def test_a_join_and_an_edge_in_the_same_superstep_run_the_target_once(chunks: Door):
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge(START, "b")
    graph.add_edge(["a", "b"], "c").add_edge("a", "c")
    assert supersteps(chunks, graph.compile()) == [["a", "b"], ["c"]]


def test_joins_with_a_common_source_wait_each_for_its_own(chunks: Door):
    graph = logging("a", "b", "c", "x", "y").add_edge(START, "a").add_edge(START, "b").add_edge("b", "c")
    graph.add_edge(["a", "b"], "x").add_edge(["a", "c"], "y")
    assert supersteps(chunks, graph.compile()) == [["a", "b"], ["c", "x"], ["y"]]


def test_a_join_in_a_loop_fires_in_every_round(chunks: Door):
    graph = logging("split", "left", "right", "joined").add_edge(START, "split")
    graph.add_edge("split", "left").add_edge("split", "right").add_edge(["left", "right"], "joined")
    graph.add_conditional_edges("joined", lambda state: "split" if len(state["log"]) < 8 else END, ["split", END])
    assert supersteps(chunks, graph.compile()) == [["split"], ["left", "right"], ["joined"]] * 2


def test_a_join_whose_target_leads_to_a_source_counts_from_anew(chunks: Door):
    """`right` takes one superstep longer, so `left` of the second round arrives while nothing is left of the first."""
    graph = logging("left", "long", "right", "joined").add_edge(START, "left").add_edge(START, "long")
    graph.add_edge("long", "right").add_edge(["left", "right"], "joined")
    graph.add_conditional_edges(
        "joined", lambda state: ["left", "long"] if len(state["log"]) < 8 else [], ["left", "long"]
    )
    assert supersteps(chunks, graph.compile()) == [["left", "long"], ["right"], ["joined"]] * 2


def test_a_source_that_writes_while_the_join_fires_counts_for_the_next_round(chunks: Door):
    """`a` runs again beside `joined`: the barrier is spent first, and `a` stands in the new one."""
    graph = logging("a", "b", "joined").add_edge(START, "a").add_edge(START, "b").add_edge(["a", "b"], "joined")
    graph.add_conditional_edges("a", lambda state: "a" if len(state["log"]) < 3 else END, ["a", END])
    graph.add_conditional_edges("joined", lambda state: "b" if state["log"].count("joined") < 2 else END, ["b", END])
    assert supersteps(chunks, graph.compile()) == [["a", "b"], ["a", "joined"], ["b"], ["joined"]]


def test_a_join_that_one_source_reached_in_vain_is_reported(run: Door):
    graph = logging("a", "b", "c", "last").add_edge(START, "a").add_edge(["b", "c"], "last")
    graph.add_conditional_edges("a", lambda state: "b", ["b", "c"])
    with pytest.warns(
        IncompleteJoinWarning,
        match=re.escape(
            "graph 'StateGraph' ended while the join 'join:b+c:last' had been reached by ['b'] and still waited for "
            "['c']; a branch that was skipped cannot be waited for: use defer=True on the join's target, or edges of "
            "their own"
        ),
    ):
        assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_a_deferred_node_waits_for_branches_of_any_length(chunks: Door):
    graph = logging("a", "b", "c", "d").add_node("last", logs("last"), defer=True).add_edge(START, "a")
    graph.add_edge("a", "last").add_edge("a", "b").add_edge("b", "c").add_edge("c", "d").add_edge("d", "last")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["c"], ["d"], ["last"]]


def test_without_defer_branches_of_different_length_run_the_target_each(chunks: Door):
    graph = logging("a", "b", "last").add_edge(START, "a")
    graph.add_edge("a", "last").add_edge("a", "b").add_edge("b", "last")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b", "last"], ["last"]]


def test_deferred_nodes_are_released_together(chunks: Door):
    graph = logging("a", "b").add_edge(START, "a").add_edge("a", "b")
    for name in ("x", "y"):
        graph.add_node(name, logs(name), defer=True).add_edge("a", name)
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["x", "y"]]


def test_a_deferred_entry_node_waits_too(chunks: Door):
    graph = logging("a", "b").add_node("last", logs("last"), defer=True)
    graph.add_edge(START, "last").add_edge(START, "a").add_edge("a", "b")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["last"]]


def test_a_deferred_node_in_a_loop_waits_in_every_round(chunks: Door):
    graph = logging("a", "b").add_node("last", logs("last"), defer=True).add_edge(START, "a")
    graph.add_edge("a", "last").add_edge("a", "b").add_edge("b", "last")
    graph.add_conditional_edges("last", lambda state: "a" if len(state["log"]) < 6 else END, ["a", END])
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["last"]] * 2


def test_a_deferred_target_of_a_join_waits_for_the_rest(chunks: Door):
    graph = logging("a", "b", "c", "d").add_node("last", logs("last"), defer=True)
    graph.add_edge(START, "a").add_edge(START, "b").add_edge("b", "c").add_edge("c", "d").add_edge(["a", "b"], "last")
    assert supersteps(chunks, graph.compile()) == [["a", "b"], ["c"], ["d"], ["last"]]


def test_a_deferred_join_with_a_skipped_branch_does_not_fire(run: Door):
    graph = logging("a", "b", "c").add_node("last", logs("last"), defer=True).add_edge(START, "a")
    graph.add_edge(["b", "c"], "last").add_conditional_edges("a", lambda state: "b", ["b", "c"])
    with pytest.warns(IncompleteJoinWarning, match=re.escape("had been reached by ['b'] and still waited for ['c']")):
        assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_a_command_to_a_deferred_node_waits_like_an_edge(chunks: Door):
    graph = StateGraph(State).add_node("a", lambda state: Command(goto=["last", "b"]), destinations=("last", "b"))
    graph.add_node("b", logs("b")).add_node("c", logs("c")).add_node("last", logs("last"), defer=True)
    graph.add_edge(START, "a").add_edge("b", "c")
    assert supersteps(chunks, graph.compile()) == [["a"], ["b"], ["c"], ["last"]]


def test_an_endless_loop_meets_the_step_limit(run: Door):
    graph = logging("a", "b").add_edge(START, "a").add_edge("a", "b").add_edge("b", "a").compile()
    with pytest.raises(
        GraphRecursionError,
        match=re.escape(
            "the run used its 3 supersteps and still had 'b' to run; check that every cycle has a way out, or raise "
            "config['recursion_limit']"
        ),
    ):
        run(graph, {}, {"recursion_limit": 3})


def test_a_run_may_use_all_of_its_supersteps(run: Door):
    graph = logging("a", "b").add_edge(START, "a").add_edge("a", "b").compile()
    assert run(graph, {}, {"recursion_limit": 2}) == {"log": ["a", "b"]}


def test_everything_up_to_the_step_limit_is_shown():
    graph = logging("a").add_edge(START, "a").add_edge("a", "a").compile()
    stream = graph.stream({}, {"recursion_limit": 2})
    assert [next(stream), next(stream)] == [{"a": {"log": ["a"]}}] * 2
    with pytest.raises(GraphRecursionError):
        next(stream)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (END, "a", "an edge cannot start at END; 'a' would never run"),
        (["a", END], "b", "an edge cannot start at END; 'b' would never run"),
        ("a", START, "an edge cannot end at START; lead 'a' to the node that comes first instead"),
        (["a", "b"], START, "an edge cannot end at START; lead 'a', 'b' to the node that comes first instead"),
        ([], "a", "a join to 'a' needs at least one node to wait for, got an empty list"),
        ([START, "a"], "b", "START cannot be waited for; add_edge(START, 'b') leads there directly"),
    ],
)
def test_edges_that_cannot_be_added(start: Any, end: str, message: str):
    graph = logging("a", "b")
    with pytest.raises(ValueError, match=re.escape(message)):
        graph.add_edge(start, end)
    assert (graph.edges, graph.waiting_edges) == (set(), set())
