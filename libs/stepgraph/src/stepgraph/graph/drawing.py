"""Drawings of graphs: nodes and edges as they were declared. Nothing is run to find out.

What a node's command or a router may lead to is drawn where it is declared: by `destinations=`, a path map, or a hint.
A router that says nothing may lead to any node, and is drawn so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from stepgraph.constants import END, START
from stepgraph.graph.parts import GraphParts, StateNodeSpec
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.pregel.subgraphs import graph_of
from stepgraph.runnables.graph import Edge, Graph

__all__ = ["Drawn", "drawing_of"]


class Drawn(Protocol):
    """What is drawn: a compiled graph."""

    @property
    def builder(self) -> GraphParts:
        """The graph as it was described."""

    @property
    def interrupt_before(self) -> Breakpoints:
        """The nodes before which a run stops."""

    @property
    def interrupt_after(self) -> Breakpoints:
        """The nodes after which a run stops."""


def drawing_of(compiled: Drawn, depth: bool | int = False, above: tuple[Any, ...] = ()) -> Graph:
    """Draw a graph.

    Args:
        compiled: The graph.
        depth: How many levels of sub-graphs to draw in place of the nodes that run them, `True` for all.
        above: The graphs that this one is drawn inside of; they are not drawn again.
    """
    parts = compiled.builder
    graph = Graph()
    graph.add_node(None, START)
    for name, spec in parts.nodes.items():
        graph.add_node(spec.runnable, name, metadata=_facts(compiled, name, spec) or None)
    graph.edges = _edges(parts)
    if any(edge.target == END for edge in graph.edges):
        graph.add_node(None, END)
    above = (*above, compiled)
    for name, spec in parts.nodes.items() if depth else ():
        inner = graph_of(spec.action)
        if hasattr(inner, "builder") and all(inner is not each for each in above):
            drawn = drawing_of(inner, depth if isinstance(depth, bool) else depth - 1, above)
            if drawn.first_node() is not None and drawn.last_node() is not None:
                drawn.trim_first_node()
                drawn.trim_last_node()
                graph = _replaced(graph, name, drawn)
    return graph


def _facts(compiled: Drawn, name: str, spec: StateNodeSpec) -> dict[str, Any]:
    """Return what is drawn below the name of a node."""
    facts: dict[str, Any] = dict(spec.metadata)
    if spec.defer:
        facts["defer"] = True
    both = (("before", compiled.interrupt_before), ("after", compiled.interrupt_after))
    stops = [word for word, names in both if names == "*" or name in names]
    if stops:
        facts["__interrupt"] = ",".join(stops)
    return facts


def _replaced(graph: Graph, name: str, drawn: Graph) -> Graph:
    """Return a drawing with another one in place of a node."""
    made = Graph({id: node for id, node in graph.nodes.items() if id != name})
    first, last = made.extend(drawn, prefix=name)
    assert first is not None
    assert last is not None
    outer = [
        edge.copy(source=last.id if edge.source == name else None, target=first.id if edge.target == name else None)
        for edge in graph.edges
    ]
    made.edges = outer + made.edges
    return made


def _edges(parts: GraphParts) -> list[Edge]:
    """Return one edge for each pair of nodes, with the labels of all conditions that lead from one to the other.

    What leads nowhere leads to END.
    """
    always = {*parts.edges, *((source, target) for sources, target in parts.waiting_edges for source in sources)}
    labels: dict[tuple[str, str], list[str]] = {pair: [] for pair in always}
    for source, target, label in _conditional(parts):
        found = labels.setdefault((source, target), [])
        if label != target and label not in found:
            found.append(label)
    edges = [
        Edge(*pair, None if pair in always else ", ".join(labels[pair]) or None, pair not in always)
        for pair in sorted(labels)
    ]
    ends = {edge.target for edge in edges} - {edge.source for edge in edges} - {END}
    return edges + [Edge(name, END) for name in sorted(ends)]


def _conditional(parts: GraphParts) -> Iterable[tuple[str, str, str]]:
    """Yield source, target and label of everything that happens only sometimes."""
    for source, branches in parts.branches.items():
        for branch in branches.values():
            ends: Mapping[Any, str] = branch.ends or {name: name for name in [*parts.nodes, END] if name != source}
            for answer, target in ends.items():
                yield source, target, str(answer)
    for source, spec in parts.nodes.items():
        for target, label in spec.ends.items():
            yield source, target, label
