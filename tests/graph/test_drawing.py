"""Drawings of compiled graphs.

Nodes and edges are LangGraph's (1.x), but for these:

- A router that does not say where it leads: dotted edges to all nodes; there none, and its targets hang in the air.
- Several answers that lead to one node are all on its edge; there the first. What always happens is not dotted.
- An end of a sub-graph is only cut off where no condition is lost by that.
"""

import json
import operator
from typing import Annotated, Any, Literal, TypedDict

import pytest

from stepgraph.graph import END, START, StateGraph
from stepgraph.runnables import RunnableLambda
from stepgraph.types import Command, Send
from tests.runnables.drawing.drawn import lines, names, third


class State(TypedDict):
    log: Annotated[list, operator.add]


def node(state):
    return {"log": []}


def builder_of(*nodes: str) -> Any:
    builder = StateGraph(State)
    for name in nodes:
        builder.add_node(name, node)
    return builder


def line() -> Any:
    return builder_of("a", "b").add_edge(START, "a").add_edge("a", "b").add_edge("b", END)


def test_a_line():
    graph = line().compile().get_graph()
    assert lines(graph) == {"__start__ --> a", "a --> b", "b --> __end__"}
    assert names(graph) == ["__start__", "a", "b", "__end__"]
    assert "\t__start__([<p>__start__</p>]):::first\n" in graph.draw_mermaid()


def test_what_leads_nowhere_leads_to_the_end():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_edge("a", "b").add_edge("a", "c")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a --> b",
        "a --> c",
        "b --> __end__",
        "c --> __end__",
    }


def test_joins():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_edge(START, "b").add_edge(["a", "b"], "c")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "__start__ --> b",
        "a --> c",
        "b --> c",
        "c --> __end__",
    }


def test_path_maps_are_labels():
    builder = builder_of("a", "b").add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: "go", {"go": "b", "stop": END, "b": "b"})
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a .. go > b",
        "a .. stop > __end__",
        "b --> __end__",
    }


def test_several_answers_that_lead_to_one_node():
    builder = builder_of("a", "b").add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: "x", {"x": "b", True: "b"})
    assert "a .. x, True > b" in lines(builder.compile().get_graph())


def test_a_list_of_targets_needs_no_labels():
    builder = builder_of("a", "b", "c").add_conditional_edges(START, lambda state: "a", ["a", "b"])
    builder.add_conditional_edges("a", lambda state: [Send("c", state)], ["c"])
    assert lines(builder.compile().get_graph()) >= {"__start__ ..> a", "__start__ ..> b", "a ..> c"}


def test_a_return_hint_names_targets():
    def route(state) -> Literal["b", "__end__"]:
        raise NotImplementedError

    builder = builder_of("a", "b").add_edge(START, "a").add_conditional_edges("a", route)
    assert lines(builder.compile().get_graph()) >= {"a ..> b", "a ..> __end__"}


def test_a_router_that_does_not_say_may_lead_anywhere():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_conditional_edges("a", lambda state: "b")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a ..> b",
        "a ..> c",
        "a ..> __end__",
        "b --> __end__",
        "c --> __end__",
    }


def test_commands():
    def jump(state) -> Command[Literal["b"]]:
        raise NotImplementedError

    builder = StateGraph(State).add_node("a", jump).add_node("b", node, destinations={"c": "onwards", END: "enough"})
    builder.add_node("c", node).add_edge(START, "a")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a ..> b",
        "b .. onwards > c",
        "b .. enough > __end__",
        "c --> __end__",
    }


def test_what_always_happens_is_not_dotted():
    builder = builder_of("a", "b").add_edge(START, "a").add_edge("a", "b")
    builder.add_conditional_edges("a", lambda state: "b", {"again": "b", "stop": END})
    assert "a --> b" in lines(builder.compile().get_graph())


def test_a_graph_that_never_ends_has_no_end():
    builder = builder_of("a", "b").add_edge(START, "a").add_edge("a", "b").add_edge("b", "a")
    assert lines(builder.compile().get_graph()) == {"__start__ --> a", "a --> b", "b --> a"}


def test_metadata_deferral_and_breakpoints():
    builder = StateGraph(State).add_node("a", node, metadata={"k": 1}).add_node("b", node, defer=True)
    builder.add_edge(START, "a").add_edge("a", "b")
    graph = builder.compile(interrupt_before=["a"], interrupt_after="*").get_graph()
    assert graph.nodes["a"].metadata == {"k": 1, "__interrupt": "before,after"}
    assert graph.nodes["b"].metadata == {"defer": True, "__interrupt": "after"}
    assert graph.nodes[START].metadata is None


def nested() -> Any:
    middle = builder_of("m").add_node("deep", line().compile()).add_edge(START, "m").add_edge("m", "deep")
    return builder_of("top").add_node("mid", middle.compile()).add_edge(START, "top").add_edge("top", "mid").compile()


@pytest.mark.parametrize(
    ("xray", "expected"),
    [
        (False, {"__start__ --> top", "top --> mid", "mid --> __end__"}),
        (0, {"__start__ --> top", "top --> mid", "mid --> __end__"}),
        (1, {"__start__ --> top", "top --> mid:m", "mid:m --> mid:deep", "mid:deep --> __end__"}),
        (
            2,
            {
                "__start__ --> top",
                "top --> mid:m",
                "mid:m --> mid:deep:a",
                "mid:deep:a --> mid:deep:b",
                "mid:deep:b --> __end__",
            },
        ),
    ],
)
async def test_sub_graphs(xray: bool | int, expected: set[str]):
    assert lines(nested().get_graph(xray=xray)) == expected
    assert lines(await nested().aget_graph(xray=xray)) == expected


def test_all_sub_graphs():
    assert lines(nested().get_graph(xray=True)) == lines(nested().get_graph(xray=2))


def test_a_sub_graph_with_several_entries_keeps_its_ends():
    inner = builder_of("x", "y").add_conditional_edges(START, lambda state: "x", ["x", "y"]).compile()
    outer = StateGraph(State).add_node("sub", inner).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {
        "__start__ --> sub:__start__",
        "sub:__start__ ..> sub:x",
        "sub:__start__ ..> sub:y",
        "sub:x --> sub:__end__",
        "sub:y --> sub:__end__",
        "sub:__end__ --> __end__",
    }


def test_a_sub_graph_that_ends_sometimes_shows_it():
    inner = builder_of("x", "y").add_edge(START, "x").add_conditional_edges("x", lambda state: "y", ["y", END])
    outer = StateGraph(State).add_node("sub", inner.compile()).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {
        "__start__ --> sub:x",
        "sub:x ..> sub:y",
        "sub:x ..> sub:__end__",
        "sub:y --> sub:__end__",
        "sub:__end__ --> __end__",
    }


def test_a_sub_graph_that_a_function_calls():
    inner = line().compile()

    def calls(state):
        return inner.invoke(state)

    outer = StateGraph(State).add_node("sub", calls).add_edge(START, "sub").compile()
    assert "sub:a --> sub:b" in lines(outer.get_graph(xray=True))


def test_a_graph_that_calls_itself_is_drawn_once():
    def calls(state):
        return graph.invoke(state)

    graph = StateGraph(State).add_node("again", calls).add_edge(START, "again").compile()
    assert lines(graph.get_graph(xray=True)) == {"__start__ --> again", "again --> __end__"}


def test_a_sub_graph_without_ends_stays_a_node():
    def wanders(state) -> Command[Literal["b"]]:
        raise NotImplementedError

    inner = StateGraph(State).add_node("a", wanders).add_node("b", node).add_edge(START, "a").add_edge("b", "a")
    outer = StateGraph(State).add_node("sub", inner.compile()).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {"__start__ --> sub", "sub --> __end__"}


def test_drawing_leaves_the_graph_alone():
    graph = nested()
    before = lines(graph.get_graph())
    graph.get_graph(xray=True).nodes.clear()
    assert lines(graph.get_graph()) == before


def test_graphs_in_a_sequence():
    graph = line().compile()
    assert lines((graph | RunnableLambda(third) | graph).get_graph()) == {
        "__start__ --> a",
        "a --> b",
        "b --> third",
        "third --> StateGraph_3:a",
        "StateGraph_3:a --> StateGraph_3:b",
        "StateGraph_3:b --> StateGraph_3:__end__",
    }


def test_json_of_a_graph_is_json():
    described = json.loads(json.dumps(nested().get_graph(xray=True).to_json()))
    assert {"id": "mid:deep:a", "type": "runnable", "data": {"id": [*__name__.split("."), "node"], "name": "a"}} in (
        described["nodes"]
    )
