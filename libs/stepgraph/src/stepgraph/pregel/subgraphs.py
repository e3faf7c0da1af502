"""subgraphs: which compiled graph a node runs: it is one, or its function refers to one by name."""

from __future__ import annotations

import inspect
from typing import Any

from stepgraph.errors import listed, nearest
from stepgraph.kernel.topology import Action, Node

__all__ = ["at", "graph_of"]


def graph_of(action: Action) -> Any:
    """Return the compiled graph that an action runs, as far as can be seen without running it, else `None`."""
    function: Any = action.sync or action.awaitable
    if action.is_graph:
        return function.__self__
    if not inspect.isfunction(unwrapped := inspect.unwrap(function)):
        return None
    names = inspect.getclosurevars(unwrapped)
    for value in (*names.nonlocals.values(), *names.globals.values()):
        if getattr(type(value), "is_compiled_graph", False):  # the value itself may be anything, and answer to any name
            return value
    return None


def at(graph: Any, namespace: str) -> Any:
    """Return the sub-graph of `graph` that a namespace leads to, the graph itself for an empty one.

    Raises:
        ValueError: It leads nowhere.
    """
    for part in namespace.split("|") if namespace else ():
        if part.isdigit():  # the number of a call among several of one task
            continue
        name = part.split(":")[0]
        nodes: dict[str, Node] = graph.topology.nodes
        found = graph_of(nodes[name].action) if name in nodes else None
        if found is None:
            raise ValueError(
                f"checkpoint_ns {namespace!r} leads to node {name!r} of graph {graph.name!r}, which is no sub-graph"
                f"{nearest(name, nodes)}; nodes are {listed(nodes)}"
            )
        graph = found
    return graph
