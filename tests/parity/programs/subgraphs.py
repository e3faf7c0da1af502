"""Graphs in graphs: as nodes and called inside nodes, their state, their streams."""

from typing import Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail, marker, one_node, trail_graph
from tests.parity.running import invoked, streamed, streamed_async, streamed_unordered

MODES = ("values", "updates", "custom", "tasks")


class Other(TypedDict):
    word: str


class Shared(TypedDict):
    number: int
    word: str


def _nested(lg, as_node=True):
    def inner(state: Trail) -> dict[str, Any]:
        lg.config.get_stream_writer()({"from": "inner"})
        return {"trail": ["inner"]}

    def first(state: Trail) -> dict[str, Any]:
        lg.config.get_stream_writer()("first")
        return {"trail": ["first"]}

    child = one_node(lg, inner)
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("first", first)
    builder.add_node("child", child if as_node else (lambda state: child.invoke({"trail": ["call"]})))
    builder.add_edge(START, "first")
    builder.add_edge("first", "child")
    return builder.compile()


def as_a_node(lg):
    return [streamed(_nested(lg), {"trail": ["in"]}, mode) for mode in MODES]


def as_a_node_with_its_chunks(lg):
    return [streamed(_nested(lg), {"trail": ["in"]}, mode, subgraphs=True) for mode in MODES]


def in_a_function(lg):
    return [streamed(_nested(lg, as_node=False), {"trail": ["in"]}, mode) for mode in MODES]


def in_a_function_with_its_chunks(lg):
    graph = _nested(lg, as_node=False)
    return [streamed(graph, {"trail": ["in"]}, mode, subgraphs=True) for mode in MODES]


def several_modes_with_their_chunks(lg):
    return streamed(_nested(lg), {"trail": ["in"]}, ["values", "custom", "updates"], subgraphs=True)


def its_whole_output_is_the_update(lg):
    return invoked(_nested(lg), {"trail": ["in"]})


def without_sub_graphs_there_is_still_a_namespace(lg):
    graph = trail_graph(lg, ["a"], [(START, "a")]).compile()
    return streamed(graph, {"trail": []}, ["updates"], subgraphs=True)


def three_deep(lg):
    graph = one_node(lg, marker("deep"))
    for name in ("inner", "outer"):
        builder = lg.graph.StateGraph(Trail)
        builder.add_node(name, graph)
        builder.add_edge(START, name)
        graph = builder.compile()
    return [
        streamed(graph, {"trail": ["in"]}, "updates", subgraphs=True),
        invoked(graph, {"trail": ["in"]}),
    ]


def only_shared_keys_cross(lg):
    def inner(state: Shared) -> dict[str, Any]:
        return {"number": state["number"] + 1, "word": state.get("word", "unset")}

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("child", one_node(lg, inner, Shared))
    builder.add_edge(START, "child")
    graph = builder.compile()
    return [invoked(graph, {"trail": [], "number": 1}), streamed(graph, {"number": 1}, "updates")]


def an_output_schema_limits_what_crosses(lg):
    def inner(state: Shared) -> dict[str, Any]:
        return {"number": 7, "word": "w"}

    builder = lg.graph.StateGraph(Shared, output_schema=Other)
    builder.add_node("inner", inner)
    builder.add_edge(START, "inner")
    child = builder.compile()
    outer = lg.graph.StateGraph(Shared)
    outer.add_node("child", child)
    outer.add_edge(START, "child")
    return invoked(outer.compile(), {"number": 1})


def no_common_key(lg):
    def inner(state: Other) -> dict[str, Any]:
        return {"word": "w"}

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("child", one_node(lg, inner, Other))
    builder.add_node("after", marker("after"))
    builder.add_edge(START, "child")
    builder.add_edge("child", "after")
    return invoked(builder.compile(), {"trail": ["in"]})


def called_twice_in_one_node(lg):
    child = one_node(lg, marker("inner"))

    def twice(state: Trail) -> dict[str, Any]:
        one = child.invoke({"trail": ["a"]})
        two = child.invoke({"trail": ["b"]})
        return {"trail": one["trail"] + two["trail"]}

    graph = one_node(lg, twice)
    return [invoked(graph, {"trail": []}), streamed(graph, {"trail": []}, "updates", subgraphs=True)]


def sent_to(lg):
    child = one_node(lg, marker("inner"))
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("child", child)
    builder.add_conditional_edges(
        START, lambda state: [lg.types.Send("child", {"trail": [index]}) for index in range(3)], ["child"]
    )
    graph = builder.compile()
    return [invoked(graph, {"trail": []}), streamed_unordered(graph, {"trail": []}, "updates", subgraphs=True)]


def side_by_side(lg):
    builder = lg.graph.StateGraph(Trail)
    for name in ("left", "right"):
        builder.add_node(name, one_node(lg, marker(f"in {name}")))
        builder.add_edge(START, name)
    graph = builder.compile()
    return [invoked(graph, {"trail": []}), streamed_unordered(graph, {"trail": []}, "custom", subgraphs=True)]


def side_by_side_with_an_unchanged_plain_key(lg):
    builder = lg.graph.StateGraph(Shared)
    for name in ("left", "right"):
        builder.add_node(name, one_node(lg, lambda state: None, Shared))
        builder.add_edge(START, name)
    return invoked(builder.compile(), {"number": 1})


def a_failure_inside(lg):
    def boom(state: Trail):
        raise LookupError("boom")

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("child", one_node(lg, boom))
    builder.add_edge(START, "child")
    return streamed(builder.compile(), {"trail": ["in"]}, "values", subgraphs=True)


def async_inside_async(lg):
    async def inner(state: Trail) -> dict[str, Any]:
        lg.config.get_stream_writer()("inner")
        return {"trail": ["inner"]}

    child = one_node(lg, inner)

    async def call(state: Trail) -> dict[str, Any]:
        return await child.ainvoke({"trail": ["call"]})

    return streamed_async(one_node(lg, call), {"trail": []}, ["updates", "custom"], subgraphs=True)


def streamed_inside_a_node(lg):
    child = one_node(lg, marker("inner"))

    def call(state: Trail) -> dict[str, Any]:
        return {"trail": list(child.stream({"trail": ["call"]}, stream_mode="values"))}

    return invoked(one_node(lg, call), {"trail": []})


def names_and_lists(lg):
    child = lg.graph.StateGraph(Trail)
    child.add_node("inner", marker("inner"))
    child.add_edge(START, "inner")
    compiled = child.compile(name="named")
    builder = lg.graph.StateGraph(Trail)
    builder.add_node(compiled)
    return [list(builder.nodes), compiled.name, compiled.get_name(), one_node(lg, marker("x")).name]
