"""A parameter annotated StreamWriter is filled whatever its name: refused on Python 3.11 to 3.13, accepted on 3.10.

`_by_annotation` compares with `is`, and get_type_hints rebuilds the alias `Callable[[Any], None]` on newer Pythons.
"""

from typing import Any

from stepgraph import START, StateGraph, StreamWriter


def test_a_writer_under_another_name_is_injected():
    def node(state: Any, out: StreamWriter) -> None:
        out("chunk")

    graph = StateGraph(int).add_node("node", node).add_edge(START, "node").compile()
    assert list(graph.stream(1, stream_mode="custom")) == ["chunk"]
