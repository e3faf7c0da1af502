"""Conditional edges: what a router sees, what it may return, where that leads."""

from typing import Any, Literal

from typing_extensions import TypedDict

from tests.parity.building import END, START, Trail, marker, one_node, trail_graph
from tests.parity.running import invoked, invoked_async, outcome, streamed, streamed_async


class OnlyNumber(TypedDict):
    number: int


def _routed(lg, returned, path_map=None, hint=None):
    def route(state: Trail) -> Any:
        return returned

    if hint is not None:
        route.__annotations__["return"] = hint
    builder = trail_graph(lg, ["node", "x", "y"], [(START, "node")])
    if path_map is None:
        builder.add_conditional_edges("node", route)
    else:
        builder.add_conditional_edges("node", route, path_map)
    return outcome(lambda: builder.compile().invoke({"trail": []}))


def names(lg):
    values: list[Any] = ["x", ["x", "y"], ["y", "x"], ["x", "x"], ("x", "y"), [], ["x", END], END]
    return [_routed(lg, value) for value in values]


def path_map_as_a_list(lg):
    return [_routed(lg, "x", ["x", "y"]), _routed(lg, ["y", "x"], ["x", "y"])]


def path_map_as_a_dict(lg):
    return [
        _routed(lg, "key", {"key": "x"}),
        _routed(lg, ["key", "x"], {"key": "x", "x": "y"}),
        _routed(lg, "key", {"key": END, "other": "x"}),
    ]


def keys_that_are_no_strings(lg):
    return [
        _routed(lg, True, {True: "x", False: "y"}),
        _routed(lg, False, {True: "x", False: "y"}),
        _routed(lg, 1, {1: "x", 2: "y"}),
        _routed(lg, None, {None: "x"}),
    ]


def a_literal_hint(lg):
    return [_routed(lg, "x", hint=Literal["x", "y"]), _routed(lg, END, hint=Literal["x", "__end__"])]


def sends(lg):
    send = lg.types.Send
    return [
        _routed(lg, send("x", {})),
        _routed(lg, [send("x", {}), "y"]),
        _routed(lg, [send("y", {}), send("x", {}), "x"]),
        _routed(lg, send("x", {}), {"key": "y", "x": "x"}),
    ]


def a_key_outside_the_path_map(lg):
    return [
        _routed(lg, "y", ["x"]),
        _routed(lg, END, ["x"]),
        _routed(lg, "other", {"key": "x"}),
        _routed(lg, "y", hint=Literal["x"]),
    ]


def an_unknown_name(lg):
    return [_routed(lg, "nowhere"), _routed(lg, 5)]


def an_unknown_name_in_a_send(lg):
    return _routed(lg, lg.types.Send("nowhere", {}))


def a_send_to_the_end(lg):
    return _routed(lg, lg.types.Send(END, {}))


def nothing(lg):
    return [_routed(lg, None), _routed(lg, None, ["x"])]


def what_a_router_sees(lg):
    seen: list[Any] = []

    def route(state: Trail) -> str:
        seen.append(dict(state))
        return END

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("node", lambda state: {"trail": ["node"], "number": 1})
    builder.add_node("sibling", marker("sibling"))
    builder.add_edge(START, "node")
    builder.add_edge(START, "sibling")
    builder.add_conditional_edges("node", route, [END])
    builder.compile().invoke({"trail": ["in"]})
    return outcome(lambda: seen)


def a_router_with_a_narrower_view(lg):
    seen: list[Any] = []

    def route(state: OnlyNumber) -> str:
        seen.append(dict(state))
        return END

    builder = trail_graph(lg, ["node"], [(START, "node")])
    builder.add_conditional_edges("node", route, [END])
    builder.compile().invoke({"trail": [], "number": 4})
    return outcome(lambda: seen)


def a_router_is_given_what_it_asks_for(lg):
    seen: list[Any] = []

    def route(state: Trail, config, runtime) -> str:
        runtime.stream_writer("from the router")
        seen.append([config["metadata"]["langgraph_node"], config["metadata"]["langgraph_step"]])
        return END

    builder = trail_graph(lg, ["node"], [(START, "node")])
    builder.add_conditional_edges("node", route, [END])
    return [streamed(builder.compile(), {"trail": []}, ["custom", "updates"]), seen]


def an_async_router(lg):
    async def route(state: Trail) -> str:
        return "x"

    builder = trail_graph(lg, ["node", "x"], [(START, "node")])
    builder.add_conditional_edges("node", route, ["x"])
    graph = builder.compile()
    return [invoked_async(graph, {"trail": []}), outcome(lambda: graph.invoke({"trail": []}))]


def a_router_that_raises(lg):
    def route(state: Trail) -> str:
        raise LookupError("route")

    builder = trail_graph(lg, ["node", "x"], [(START, "node")])
    builder.add_conditional_edges("node", route, ["x"])
    return streamed(builder.compile(), {"trail": []}, ["updates", "values"])


def two_routers_of_one_name(lg):
    def route(state: Trail) -> str:
        return END

    def build():
        builder = trail_graph(lg, ["node"], [(START, "node")])
        builder.add_conditional_edges("node", route, [END])
        builder.add_conditional_edges("node", route, [END])

    return outcome(build)


def two_routers_of_one_node(lg):
    def left(state: Trail) -> str:
        return "x"

    def right(state: Trail) -> list[str]:
        return ["y", "x"]

    builder = trail_graph(lg, ["node", "x", "y"], [(START, "node")])
    builder.add_conditional_edges("node", left, ["x", "y"])
    builder.add_conditional_edges("node", right, ["x", "y"])
    return invoked(builder.compile(), {"trail": []})


def an_unknown_target_in_a_path_map(lg):
    builder = trail_graph(lg, ["node"], [(START, "node")])
    builder.add_conditional_edges("node", lambda state: "q", ["q"])
    return outcome(builder.compile)


def an_unknown_source(lg):
    def build():
        builder = trail_graph(lg, ["node"], [(START, "node")])
        builder.add_conditional_edges("nowhere", lambda state: "node", ["node"])
        builder.compile()

    return outcome(build)


def a_conditional_entry(lg):
    def build(route, path_map):
        builder = trail_graph(lg, ["x", "y"], [])
        builder.set_conditional_entry_point(route, path_map)
        return streamed(builder.compile(), {"trail": ["in"]}, "values")

    return [
        build(lambda state: ["y", "x"], ["x", "y"]),
        build(lambda state: state["trail"][0], {"in": "y", "out": "x"}),
        build(lambda state: END, ["x", "y", END]),
        build(lambda state: "x" if "number" in state else "y", ["x", "y"]),
    ]


def entry_and_finish_points(lg):
    builder = trail_graph(lg, ["x"], [])
    builder.set_entry_point("x")
    builder.set_finish_point("x")
    return invoked(builder.compile(), {"trail": []})


def an_edge_and_a_router_to_one_node(lg):
    builder = trail_graph(lg, ["node", "x"], [(START, "node"), ("node", "x")])
    builder.add_conditional_edges("node", lambda state: "x", ["x"])
    return invoked(builder.compile(), {"trail": []})


def an_edge_given_twice(lg):
    return invoked(trail_graph(lg, ["x"], [(START, "x"), (START, "x")]).compile(), {"trail": []})


def two_sources_in_one_superstep(lg):
    edges = [(START, "b"), (START, "a"), ("a", "x"), ("b", "x")]
    return invoked(trail_graph(lg, ["b", "a", "x"], edges).compile(), {"trail": []})


def writes_land_by_name_of_the_node(lg):
    names = ["zeta", "alpha", "Mid", "mid", "n10", "n2"]
    return invoked(trail_graph(lg, names, [(START, name) for name in names]).compile(), {"trail": []})


def a_sequence(lg):
    def build(nodes):
        builder = lg.graph.StateGraph(Trail)
        builder.add_sequence(nodes)
        builder.add_edge(START, "p")
        return invoked(builder.compile(), {"trail": []})

    return [
        build([("p", marker("first")), marker("z")]),
        outcome(lambda: lg.graph.StateGraph(Trail).add_sequence([])),
        outcome(lambda: lg.graph.StateGraph(Trail).add_sequence([marker("a"), marker("a")])),
    ]


def from_start_to_end(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_edge(START, END)
    return streamed(builder.compile(), {"trail": ["in"]}, ["values", "updates"])


def async_nodes(lg):
    async def node(state: Trail):
        return {"trail": ["async"]}

    graph = one_node(lg, node)
    return [
        streamed_async(graph, {"trail": []}, ["updates", "values"]),
        outcome(lambda: graph.invoke({"trail": []})),
    ]
