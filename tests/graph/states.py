"""The states that most tests use, and the shortest way to a graph."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Annotated, Any

from typing_extensions import TypedDict

from stepgraph import START, StateGraph


class State(TypedDict, total=False):
    """`log` collects, `n` and `word` keep the last."""

    log: Annotated[list, operator.add]
    n: int
    word: str


def logs(name: str, **update: Any) -> Callable[[Any], dict[str, Any]]:
    """A node that logs its name and writes what is given."""

    def node(state: Any) -> dict[str, Any]:
        return {"log": [name], **update}

    return node


def logging(*names: str, state: Any = State) -> StateGraph[Any, Any, Any, Any]:
    """A graph with nodes that log their names, and no edges."""
    graph = StateGraph(state)
    for name in names:
        graph.add_node(name, logs(name))
    return graph


def single(node: Any, *, state: Any = State, **options: Any) -> Any:
    """A compiled graph with one node."""
    return StateGraph(state).add_node("node", node, **options).add_edge(START, "node").compile()
