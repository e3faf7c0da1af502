"""The same description, built with `StateGraph` for real, in a colour.

`async` and `sync` give all nodes and routers that colour; `mixed` alternates, so that an async run has both.
"""

from __future__ import annotations

import asyncio
import operator
import warnings
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Annotated, Any, Literal, TypedDict

from stepgraph.errors import UnreachableNodeWarning
from stepgraph.graph import END, START, StateGraph
from stepgraph.types import Command, Send
from tests.properties import description
from tests.properties.description import (
    KINDS,
    Boom,
    Choice,
    Dispatch,
    Fail,
    Graph,
    Jump,
    Node,
    Nothing,
    Several,
    State,
    Target,
    Update,
    chosen,
    payload,
)

Colour = Literal["sync", "async", "mixed"]

TYPES = {"sum": Annotated[int, operator.add], "append": Annotated[list, operator.add], "last": int}

assert (START, END) == (description.START, description.END)


def build(graph: Graph, colour: Colour) -> Any:
    """A compiled graph, its sub-graphs in the same colour."""
    painted = paint(colour)
    builder = StateGraph(TypedDict("State", {key: TYPES[KINDS[key]] for key in graph.keys}, total=False))
    for node in graph.nodes:
        inner = node.action
        action = build(inner, colour) if isinstance(inner, Graph) else next(painted)(body(node))
        builder.add_node(node.name, action, defer=node.defer)
    for source, routes in [(START, graph.entry), *((node.name, node.routes) for node in graph.nodes)]:
        for i, route in enumerate(routes):
            function = next(painted)(router(source, route))
            function.__name__ = f"route{i}"
            builder.add_conditional_edges(source, function)
    for start, end in graph.edges:
        builder.add_edge(start, end)
    for join in graph.joins:
        builder.add_edge(list(join.sources), join.target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreachableNodeWarning)  # a goto or a Send may be the only way to a node
        return builder.compile()


def paint(colour: Colour) -> Iterator[Callable[[Callable[[State], Any]], Callable[..., Any]]]:
    return cycle({"sync": [as_sync], "async": [as_async], "mixed": [as_async, as_sync]}[colour])


def as_sync(function: Callable[[State], Any]) -> Callable[..., Any]:
    def node(state: State) -> Any:
        return function(state)

    return node


def as_async(function: Callable[[State], Any]) -> Callable[..., Any]:
    async def node(state: State) -> Any:
        await asyncio.sleep(0)
        return function(state)

    return node


def body(node: Node) -> Callable[[State], Any]:
    def answer(action: Any, state: State) -> Any:
        match action:
            case Nothing():
                return None
            case Fail():
                raise Boom(node.name)
            case Update(writes):
                return payload(node.name, writes, state)
            case Jump(writes, goto):
                return Command(update=payload(node.name, writes, state), goto=targets(node.name, goto, state))
            case Several(parts):
                return [answer(part, state) for part in parts]
        raise TypeError(action)

    return lambda state: answer(node.action, state)


def router(author: str, choice: Choice) -> Callable[[State], Any]:
    return lambda state: targets(author, choice, state)


def targets(author: str, choice: Choice, state: State) -> list[Any]:
    def real(target: Target) -> Any:
        if isinstance(target, Dispatch):
            return Send(target.node, payload(author, target.argument, state))
        return target

    return [real(target) for target in chosen(choice, state)]
