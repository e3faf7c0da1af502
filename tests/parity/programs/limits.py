"""The step limit, and the managed values that tell a node how near it is."""

import operator
from itertools import pairwise
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import END, START, Trail, marker, one_node, trail_graph
from tests.parity.running import invoked, outcome, streamed


def _schema(lg):
    return TypedDict(
        "schema",
        {
            "steps": Annotated[list, operator.add],
            "last": lg.managed.IsLastStep,
            "remaining": lg.managed.RemainingSteps,
        },
    )


def _loop(lg, length):
    def turn(state: Any, config) -> dict[str, Any]:
        step = config["metadata"]["langgraph_step"]
        return {"steps": [[step, state["last"], state["remaining"]]]}

    builder = lg.graph.StateGraph(_schema(lg))
    builder.add_node("turn", turn)
    builder.add_edge(START, "turn")
    builder.add_conditional_edges("turn", lambda state: "turn" if len(state["steps"]) < length else END, ["turn", END])
    return builder.compile()


def how_many_supersteps_fit(lg):
    return [invoked(_loop(lg, length), {"steps": []}, {"recursion_limit": 5}) for length in (1, 4, 5, 6)]


def the_smallest_limit(lg):
    return [invoked(_loop(lg, length), {"steps": []}, {"recursion_limit": length}) for length in (1, 2)]


def what_is_streamed_before_the_error(lg):
    return streamed(_loop(lg, 99), {"steps": []}, "values", {"recursion_limit": 5})


def limits_that_make_no_sense(lg):
    return [invoked(_loop(lg, 1), {"steps": []}, {"recursion_limit": limit}) for limit in (0, -1)]


def the_default_limit(lg):
    return invoked(_loop(lg, 2), {"steps": []})


def a_limit_set_with_with_config(lg):
    graph = _loop(lg, 9)
    return [
        invoked(graph.with_config(recursion_limit=3), {"steps": []}),
        invoked(graph.with_config(recursion_limit=3), {"steps": []}, {"recursion_limit": 20}),
    ]


def a_fan_out_is_one_superstep(lg):
    builder = trail_graph(lg, [], [])
    builder.add_node("node", lambda item: {"trail": [item]})
    builder.add_conditional_edges(START, lambda state: [lg.types.Send("node", index) for index in range(9)], ["node"])
    return invoked(builder.compile(), {"trail": []}, {"recursion_limit": 2})


def routers_see_managed_values(lg):
    seen: list[Any] = []

    def route(state: Any) -> str:
        seen.append([state["last"], state["remaining"]])
        return END

    builder = lg.graph.StateGraph(_schema(lg))
    builder.add_node("node", lambda state: {"steps": ["node"]})
    builder.add_edge(START, "node")
    builder.add_conditional_edges("node", route, [END])
    builder.compile().invoke({"steps": []}, {"recursion_limit": 7})
    return seen


def managed_values_leave_no_trace_in_the_output(lg):
    graph = _loop(lg, 1)
    return streamed(graph, {"steps": []}, ["values", "updates"], {"recursion_limit": 5})


def managed_values_are_not_sent(lg):
    builder = lg.graph.StateGraph(_schema(lg))
    builder.add_node("node", lambda item: {"steps": [sorted(item)]})
    builder.add_conditional_edges(START, lambda state: [lg.types.Send("node", {"steps": 1})], ["node"])
    return invoked(builder.compile(), {"steps": []})


def managed_values_in_an_input_schema(lg):
    only = TypedDict("only", {"last": lg.managed.IsLastStep})  # noqa: UP013
    return outcome(lambda: lg.graph.StateGraph(Trail, input_schema=only) and "built")


def writing_to_a_managed_value(lg):
    graph = one_node(lg, lambda state: {"remaining": 4}, _schema(lg))
    return invoked(graph, {"steps": []})


def a_sub_graph_counts_for_itself(lg):
    builder = lg.graph.StateGraph(_schema(lg))
    builder.add_node("first", lambda state: {"steps": [["outer", state["remaining"]]]})
    builder.add_node("child", _loop(lg, 3))
    builder.add_edge(START, "first")
    builder.add_edge("first", "child")
    return invoked(builder.compile(), {"steps": []}, {"recursion_limit": 6})


def a_sub_graph_without_end(lg):
    builder = lg.graph.StateGraph(_schema(lg))
    builder.add_node("child", _loop(lg, 99))
    builder.add_edge(START, "child")
    return invoked(builder.compile(), {"steps": []}, {"recursion_limit": 6})


def a_chain_of_thirty(lg):
    names = [f"n{index:02}" for index in range(30)]
    edges = [(START, names[0]), *pairwise(names)]
    return invoked(trail_graph(lg, names, edges).compile(), {"trail": []})


def one_more_than_the_chain_needs(lg):
    graph = one_node(lg, marker("node"))
    return [invoked(graph, {"trail": []}, {"recursion_limit": limit}) for limit in (1, 2)]
