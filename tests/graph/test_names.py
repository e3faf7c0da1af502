"""The name of a graph: what messages and handlers call it."""

import pytest

from stepgraph.graph import START, StateGraph


@pytest.mark.parametrize(("given", "name"), [({}, "StateGraph"), ({"name": None}, "StateGraph"), ({"name": "g"}, "g")])
def test_a_graph_has_a_name(given: dict[str, str | None], name: str):
    graph = StateGraph(dict).add_node("a", lambda state: {}).add_edge(START, "a").compile(**given)
    assert (graph.name, graph.get_name()) == (name, name)
