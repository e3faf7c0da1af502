"""Drawings of runnables: what each kind is drawn as, from what it was made of. Nothing of it is run.

A drawing begins with what goes in and ends with what comes out; where one becomes part of another, these ends are cut.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from stepgraph.config import RunnableConfig, merge_configs
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.binding import RunnableBinding
from stepgraph.runnables.branch import RunnableBranch
from stepgraph.runnables.configurable import RunnableConfigurableAlternatives, RunnableConfigurableFields
from stepgraph.runnables.each import RunnableEach
from stepgraph.runnables.fallbacks import RunnableWithFallbacks
from stepgraph.runnables.foreign import ForeignRunnable
from stepgraph.runnables.graph import Graph, Node
from stepgraph.runnables.parallel import RunnableParallel
from stepgraph.runnables.passthrough import RunnableAssign, RunnablePassthrough
from stepgraph.runnables.retry import RunnableRetry
from stepgraph.runnables.router import RouterRunnable
from stepgraph.runnables.sequence import RunnableSequence

__all__ = ["drawing_of"]


def drawing_of(runnable: Runnable[Any, Any], config: RunnableConfig | None = None) -> Graph:
    """Return the drawing of a runnable, as a config wants it."""
    return _drawn(runnable, config)


@singledispatch
def _drawn(runnable: Any, config: RunnableConfig | None) -> Graph:
    """Draw what has no parts: its input, itself, its output."""
    graph = Graph()
    before = graph.add_node(runnable.get_input_schema(config))
    node = graph.add_node(runnable, metadata=(config or {}).get("metadata"))
    after = graph.add_node(runnable.get_output_schema(config))
    graph.add_edge(before, node)
    graph.add_edge(node, after)
    return graph


@_drawn.register
def _sequence(runnable: RunnableSequence, config: RunnableConfig | None) -> Graph:
    graph = Graph()
    last: Node | None = None
    for number, step in enumerate(runnable.steps, start=1):
        drawn = step.get_graph(config)
        if number > 1:
            drawn.trim_first_node()
        if number < len(runnable.steps):
            drawn.trim_last_node()
        first, end = _added(graph, drawn, step, number)
        if last is not None:
            graph.add_edge(last, first)
        last = end
    return graph


@_drawn.register
def _parallel(runnable: RunnableParallel, config: RunnableConfig | None) -> Graph:
    return _side_by_side(runnable, list(runnable.steps.values()), config)


@_drawn.register
def _assign(runnable: RunnableAssign, config: RunnableConfig | None) -> Graph:
    return _side_by_side(runnable.mapper, [*runnable.mapper.steps.values(), RunnablePassthrough()], config)


@_drawn.register
def _branch(runnable: RunnableBranch, config: RunnableConfig | None) -> Graph:
    ways = [(_condition(condition, number), way) for number, (condition, way) in enumerate(runnable.branches, start=1)]
    return _one_of(runnable, [*ways, ("default", runnable.default)], config)


@_drawn.register
def _router(runnable: RouterRunnable, config: RunnableConfig | None) -> Graph:
    return _one_of(runnable, list(runnable.runnables.items()), config)


@_drawn.register
def _binding(runnable: RunnableBinding, config: RunnableConfig | None) -> Graph:
    merged = merge_configs(runnable.config, config)
    return runnable.bound.get_graph(merged or None)  # type: ignore[no-any-return]


@_drawn.register(RunnableConfigurableFields)
@_drawn.register(RunnableConfigurableAlternatives)
def _configurable(runnable: Any, config: RunnableConfig | None) -> Graph:
    bound, given, _ = runnable._call(config, {})
    return bound.get_graph(given)  # type: ignore[no-any-return]


@_drawn.register(RunnableEach)
@_drawn.register(RunnableRetry)
def _around(runnable: Any, config: RunnableConfig | None) -> Graph:
    return runnable.bound.get_graph(config)  # type: ignore[no-any-return]


@_drawn.register
def _fallbacks(runnable: RunnableWithFallbacks, config: RunnableConfig | None) -> Graph:
    return runnable.runnable.get_graph(config)  # type: ignore[no-any-return]


@_drawn.register
def _foreign(runnable: ForeignRunnable, config: RunnableConfig | None) -> Graph:
    """Take over the drawing of another library, where it draws."""
    draw = getattr(runnable.bound, "get_graph", None)
    if draw is None:
        return _drawn.dispatch(Runnable)(runnable, config)
    theirs = draw(config)
    if isinstance(theirs, Graph):
        return theirs
    graph = Graph()
    nodes: dict[str, Node] = {}
    for id, node in theirs.nodes.items():
        own = None if _is_random(id) else id
        nodes[id] = graph.add_node(node.data, own, name=node.name, metadata=node.metadata)
    for edge in theirs.edges:
        graph.add_edge(nodes[edge.source], nodes[edge.target], edge.data, edge.conditional)
    return graph


def _side_by_side(
    runnable: Runnable[Any, Any], steps: list[Runnable[Any, Any]], config: RunnableConfig | None
) -> Graph:
    """Draw runnables that get the same input and whose outputs come together."""
    graph = Graph()
    before = graph.add_node(runnable.get_input_schema(config))
    after = graph.add_node(runnable.get_output_schema(config))
    for number, step in enumerate(steps, start=1):
        first, last = _added(graph, _inner(step, config), step, number)
        graph.add_edge(before, first)
        graph.add_edge(last, after)
    return graph


def _one_of(
    runnable: Runnable[Any, Any], ways: list[tuple[str, Runnable[Any, Any]]], config: RunnableConfig | None
) -> Graph:
    """Draw runnables one of which gets the input."""
    graph = Graph()
    before = graph.add_node(runnable.get_input_schema(config))
    node = graph.add_node(runnable, metadata=(config or {}).get("metadata"))
    after = graph.add_node(runnable.get_output_schema(config))
    graph.add_edge(before, node)
    for number, (label, way) in enumerate(ways, start=1):
        first, last = _added(graph, _inner(way, config), way, number)
        graph.add_edge(node, first, label, conditional=True)
        graph.add_edge(last, after)
    return graph


def _inner(runnable: Runnable[Any, Any], config: RunnableConfig | None) -> Graph:
    drawn: Graph = runnable.get_graph(config)
    drawn.trim_first_node()
    drawn.trim_last_node()
    return drawn


def _added(graph: Graph, drawn: Graph, runnable: Runnable[Any, Any], number: int) -> tuple[Node, Node]:
    """Add a part's drawing and return where it begins and ends; one without ends is drawn as one node."""
    if drawn.first_node() is None or drawn.last_node() is None:
        drawn = Graph()
        drawn.add_node(runnable)
    clash = any(id in graph.nodes for id in drawn.nodes)
    first, last = graph.extend(drawn, prefix=f"{runnable.get_name()}_{number}" if clash else "")
    assert first is not None
    assert last is not None
    return first, last


def _condition(condition: Runnable[Any, Any], number: int) -> str:
    """Return what a condition is called: a number where it has no name of its own."""
    return condition.name or str(number)


def _is_random(id: str) -> bool:
    from uuid import UUID

    try:
        UUID(id)
    except ValueError:
        return False
    return True
