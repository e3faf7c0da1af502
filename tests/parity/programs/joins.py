"""Joins and deferred nodes: when they fire, how often, what they see."""

from typing import Any

from tests.parity.building import END, START, trail_graph
from tests.parity.running import invoked, outcome, streamed, streamed_unordered

DIAMOND = [(START, "a"), ("a", "b"), ("a", "d"), ("b", "c"), ("c", "d")]


def _trail(lg, names, edges, **options):
    return invoked(trail_graph(lg, names, edges, **options).compile(), {"trail": []})


def unequal_branches_without_a_join(lg):
    return _trail(lg, "abcd", DIAMOND)


def unequal_branches_with_a_deferred_node(lg):
    return _trail(lg, "abcd", DIAMOND, defer="d")


def a_join(lg):
    return _trail(lg, "abcd", [(START, "a"), ("a", "b"), ("a", "c"), (["b", "c"], "d")])


def a_join_of_unequal_branches(lg):
    edges = [(START, "a"), ("a", "b"), ("a", "c"), ("c", "e"), (["b", "e"], "d")]
    return _trail(lg, "abcde", edges)


def a_deferred_join(lg):
    edges = [(START, "a"), ("a", "b"), ("a", "c"), ("c", "e"), (["b", "c"], "d")]
    return [_trail(lg, "abcde", edges), _trail(lg, "abcde", edges, defer="d")]


def a_join_resets_in_a_loop(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), ("a", "b"), ("a", "c"), (["b", "c"], "d")])
    builder.add_conditional_edges("d", lambda state: "a" if state["trail"].count("d") < 3 else END, ["a", END])
    return invoked(builder.compile(), {"trail": []})


def a_join_with_a_skipped_branch(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), (["b", "c"], "d")])
    builder.add_conditional_edges("a", lambda state: "b", ["b", "c"])
    return streamed(builder.compile(), {"trail": []}, ["values", "updates"])


def a_half_filled_join_waits_for_the_next_round(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), (["b", "c"], "d"), ("b", "a")])
    builder.add_conditional_edges("a", lambda state: "b" if state["trail"].count("a") < 2 else "c", ["b", "c"])
    return invoked(builder.compile(), {"trail": []})


def a_join_and_an_edge_to_one_node(lg):
    return _trail(lg, "bcd", [(START, "b"), (START, "c"), (["b", "c"], "d"), ("b", "d")])


def a_join_of_one(lg):
    return _trail(lg, "ab", [(START, "a"), (["a"], "b")])


def a_join_to_the_end(lg):
    return _trail(lg, "ab", [(START, "a"), (START, "b"), (["a", "b"], END)])


def two_joins_of_the_same_sources(lg):
    edges = [(START, "a"), (START, "b"), (["a", "b"], "c"), (["a", "b"], "d")]
    return _trail(lg, "abcd", edges)


def a_join_fed_by_sends(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), (["b", "c"], "d"), ("a", "c")])
    builder.add_conditional_edges("a", lambda state: [lg.types.Send("b", {}), lg.types.Send("b", {})], ["b"])
    return invoked(builder.compile(), {"trail": []})


def sources_that_cannot_join(lg):
    def build(sources, target):
        return outcome(lambda: trail_graph(lg, "ab", [(START, "a"), (sources, target)]) and "built")

    return [
        build(["a", "nowhere"], "b"),
        build([START, "a"], "b"),
        build([END], "b"),
        build(["a"], START),
        build(["a"], "nowhere"),
    ]


def an_empty_join(lg):
    builder = trail_graph(lg, "ab", [(START, "a"), ("a", "b")])
    return outcome(lambda: builder.add_edge([], "b") and builder.compile() and "built")


def two_deferred_nodes(lg):
    edges = [(START, "a"), ("a", "b"), ("a", "c"), ("a", "d"), ("b", "e")]
    return streamed(trail_graph(lg, "abcde", edges, defer="cd").compile(), {"trail": []}, "values")


def a_deferred_node_behind_a_deferred_node(lg):
    edges = [(START, "a"), ("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    return streamed(trail_graph(lg, "abcd", edges, defer="bd").compile(), {"trail": []}, "values")


def a_deferred_entry(lg):
    return _trail(lg, "abc", [(START, "a"), (START, "b"), ("b", "c")], defer="a")


def a_deferred_node_in_a_loop(lg):
    builder = trail_graph(lg, "abc", [(START, "a"), ("a", "b"), ("a", "c"), ("b", "c")], defer="c")
    builder.add_conditional_edges("c", lambda state: "a" if state["trail"].count("c") < 2 else END, ["a", END])
    return invoked(builder.compile(), {"trail": []})


def a_send_does_not_wait_for_a_deferred_node(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), ("a", "b"), ("b", "c")], defer="d")
    builder.add_conditional_edges("a", lambda state: [lg.types.Send("d", {})], ["d"])
    return streamed(builder.compile(), {"trail": []}, "values")


def a_deferred_node_waits_for_sends(lg):
    builder = trail_graph(lg, "abd", [(START, "a"), ("a", "d"), ("b", "d")], defer="d")
    builder.add_conditional_edges("a", lambda state: [lg.types.Send("b", {}), lg.types.Send("b", {})], ["b"])
    return streamed(builder.compile(), {"trail": []}, "values")


def goto_waits_for_a_deferred_node(lg):
    builder = trail_graph(lg, "bcd", [(START, "a"), ("a", "b"), ("b", "c")], defer="d")
    builder.add_node("a", lambda state: lg.types.Command(goto="d"), destinations=("d",))
    return streamed(builder.compile(), {"trail": []}, "values")


def a_router_to_a_deferred_node(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), ("a", "b"), ("b", "c")], defer="d")
    builder.add_conditional_edges("a", lambda state: "d", ["d"])
    return invoked(builder.compile(), {"trail": []})


def steps_of_a_deferred_node(lg):
    graph = trail_graph(lg, "abcd", DIAMOND, defer="d").compile()
    chunks = streamed(graph, {"trail": []}, "debug")
    return [[chunk["step"], chunk["payload"]["name"]] for chunk in chunks if chunk["type"] == "task"]


def triggers(lg):
    builder = trail_graph(lg, "abcd", [(START, "a"), ("a", "b"), ("a", "c"), (["b", "c"], "d")])
    chunks: list[Any] = streamed_unordered(builder.compile(), {"trail": []}, "tasks")
    return [[chunk["name"], chunk["triggers"]] for chunk in chunks if "triggers" in chunk]
