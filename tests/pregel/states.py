"""States, nodes, and graphs of a few nodes, that the tests of the runtime share, and one way to run them."""

import asyncio
import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from stepgraph.graph import START, StateGraph


class Log(TypedDict, total=False):
    """A list that everybody adds to."""

    log: Annotated[list[Any], operator.add]


class Two(TypedDict, total=False):
    """A list that everybody adds to, and a value."""

    log: Annotated[list[Any], operator.add]
    last: Any


def chain(*nodes: Any, state: Any = Log, **compiled: Any) -> Any:
    """Return a graph of nodes, or pairs of name and node, one after the other."""
    named = [node if isinstance(node, tuple) else (node.__name__, node) for node in nodes]
    return StateGraph(state).add_sequence(named).add_edge(START, named[0][0]).compile(**compiled)


def fan(*nodes: Any, state: Any = Log, **compiled: Any) -> Any:
    """Return a graph of nodes, or pairs of name and node, side by side in one superstep."""
    named = [node if isinstance(node, tuple) else (node.__name__, node) for node in nodes]
    graph = StateGraph(state)
    for name, node in named:
        graph.add_node(name, node).add_edge(START, name)
    return graph.compile(**compiled)


class Boom(Exception):
    """What `fails` raises."""


async def fails(state: Any) -> None:
    """A node that fails."""
    raise Boom("out")


async def quick(state: Any) -> dict[str, Any]:
    """A node that adds its name to the list."""
    return {"log": ["quick"]}


async def forever(state: Any = None) -> None:
    """A node that ends when it is cancelled."""
    await asyncio.Event().wait()


async def run(graph: Any, modes: Any) -> list[Any]:
    """Run a graph of async nodes to its end, and return its chunks."""
    return [chunk async for chunk in graph.astream({"log": []}, stream_mode=modes)]
