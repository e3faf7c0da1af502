"""Small graphs that many programs share: nodes that write their own name, chains of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from typing_extensions import TypedDict

START = "__start__"
END = "__end__"


class Trail(TypedDict):
    """`trail` tells which nodes ran; `number` is a plain key beside it."""

    trail: Annotated[list[Any], operator.add]
    number: int


def marker(name: str) -> Callable[[Trail], dict[str, Any]]:
    """Return a node that appends `name` to the trail."""

    def mark(state: Trail) -> dict[str, Any]:
        return {"trail": [name]}

    mark.__name__ = name
    return mark


def trail_graph(lg: Any, names: Iterable[str], edges: Iterable[tuple[Any, str]], **options: Any) -> Any:
    """Return a builder with a marker node a name; `defer` names the nodes that wait."""
    deferred = options.pop("defer", ())
    builder = lg.graph.StateGraph(Trail)
    for name in names:
        builder.add_node(name, marker(name), **({"defer": True} if name in deferred else {}))
    for start, end in edges:
        builder.add_edge(start, end)
    return builder


def one_node(lg: Any, node: Callable[..., Any], schema: Any = Trail, **options: Any) -> Any:
    """Return a compiled graph of the single node `node`."""
    builder = lg.graph.StateGraph(schema)
    builder.add_node("node", node, **options)
    builder.add_edge(START, "node")
    return builder.compile()


def chain(lg: Any, schema: Any, *nodes: Callable[..., Any], **options: Any) -> Any:
    """Return a compiled graph that runs `nodes` one after the other, under their own names."""
    builder = lg.graph.StateGraph(schema, **options)
    builder.add_sequence(list(nodes))
    builder.add_edge(START, nodes[0].__name__)
    return builder.compile()
