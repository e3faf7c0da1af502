"""A drawing as nodes and edges: how it is made, trimmed, joined with another, and described as JSON."""

import pytest

from stepgraph.runnables import RunnableLambda, RunnableParallel
from stepgraph.runnables.graph import Edge, Graph, Node
from tests.runnables.drawing.drawn import first, second, small


def test_nodes_and_edges_are_plain():
    graph = small()
    assert graph.nodes["a"] == Node("a", "a", None, None)
    assert graph.edges == [Edge("a", "b"), Edge("b", "c", "maybe", True)]
    assert graph.edges[0].copy(target="z") == Edge("a", "z")
    assert graph.nodes["a"].copy(id="x", name="y") == Node("x", "y")


def test_a_drawing_without_nodes_is_false():
    assert not Graph()
    assert Graph().draw_ascii() == ""
    assert Graph().draw_mermaid(with_styles=False) == "graph TD;\n"
    assert Graph().first_node() is None


def test_a_node_is_added_once():
    graph = small()
    with pytest.raises(ValueError, match="the drawing has a node 'a'; give this one another id"):
        graph.add_node(None, "a")


def test_an_edge_leads_between_nodes_of_its_drawing():
    with pytest.raises(ValueError, match=r"'aa' is none; did you mean 'a'\?; nodes are 'a', 'b', 'c'"):
        small().add_edge(Node("aa", "aa"), Node("b", "b"))


def test_removing_a_node_removes_its_edges():
    graph = small()
    graph.remove_node(graph.nodes["b"])
    assert (list(graph.nodes), graph.edges) == (["a", "c"], [])


def test_ends():
    graph = small()
    assert (graph.first_node(), graph.last_node()) == (graph.nodes["a"], graph.nodes["c"])
    graph.add_node(None, "alone")
    assert (graph.first_node(), graph.last_node()) == (None, None)


def test_trimming_leaves_a_node():
    graph = small()
    graph.edges[1] = Edge("b", "c")
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["b"]
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["b"]


def test_trimming_stops_where_there_would_be_two_ends():
    graph = RunnableParallel(a=first, b=second).get_graph()
    graph.trim_first_node()
    graph.trim_last_node()
    assert len(graph.nodes) == 4


def test_trimming_leaves_ends_whose_edges_say_something():
    graph = small()
    graph.edges[0] = Edge("a", "b", "yes", True)
    graph.add_edge(graph.nodes["a"], graph.nodes["c"], "no", conditional=True)
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["a", "b", "c"]


def test_extending_with_a_prefix():
    graph = small()
    start, end = graph.extend(small(), prefix="inner")
    assert (start, end) == (Node("inner:a", "a"), Node("inner:c", "c"))
    assert graph.edges[2:] == [Edge("inner:a", "inner:b"), Edge("inner:b", "inner:c", "maybe", True)]


def test_extending_without_a_prefix_must_not_hide_a_node():
    with pytest.raises(ValueError, match="the drawing has nodes 'a', 'b', 'c' already"):
        small().extend(small())


def test_made_up_ids_get_names_that_nobody_has():
    graph = Graph()
    graph.add_node(None, "first")
    graph.add_node(RunnableLambda(first))
    graph.add_node(RunnableLambda(first))
    graph.add_node(None, "first_2")
    assert list(graph.reid().nodes) == ["first", "first_1", "first_3", "first_2"]


def test_json():
    graph = RunnableParallel(a=first).get_graph()
    assert graph.to_json() == {
        "nodes": [
            {"id": 0, "type": "schema", "data": "Parallel<a>Input"},
            {"id": 1, "type": "schema", "data": "Parallel<a>Output"},
            {
                "id": 2,
                "type": "runnable",
                "data": {"id": ["stepgraph", "runnables", "lambdas", "RunnableLambda"], "name": "first"},
            },
        ],
        "edges": [{"source": 0, "target": 2}, {"source": 2, "target": 1}],
    }
    with_schemas = graph.to_json(with_schemas=True)["nodes"]
    assert with_schemas[0]["data"] == {"title": "RunnableParallel<a>Input", "type": "integer"}


def test_json_of_labels_and_metadata():
    graph = small()
    graph.add_node(None, "d", metadata={"k": 1})
    described = graph.to_json()
    assert described["edges"][1] == {"source": "b", "target": "c", "data": "maybe", "conditional": True}
    assert described["nodes"][-1] == {"id": "d", "metadata": {"k": 1}}
