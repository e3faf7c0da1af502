"""chain: 200 nodes one after the other; async ones streamed with `updates`, sync ones with `invoke`.

Counted: a superstep of one task and the static edge to the next. The run's own beginning is spread over 200 nodes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from bench.engine import Engine, state_class
from bench.row import Job, Row
from bench.rows.consumer import consumed
from bench.rows.loop import counting

__all__ = ["ROWS", "chained", "node_names"]

NODES = 200


def node_names(count: int) -> list[str]:
    """Return names for the nodes of a chain."""
    return [f"node{i:03}" for i in range(count)]


def chained(engine: Engine, node: Any, count: int) -> Any:
    """Return a builder with `count` nodes in a row."""
    builder = engine.StateGraph(state_class({"n": int}))
    before = engine.START
    for name in node_names(count):
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, engine.END)
    return builder


def _counting_sync(state: dict[str, Any]) -> dict[str, Any]:
    return {"n": state["n"] + 1}


def _graph_chain(engine: Engine) -> Job:
    graph = chained(engine, counting, NODES).compile()

    async def job() -> list[Any]:
        return await consumed(graph.astream({"n": 0}, {"recursion_limit": NODES + 1}, stream_mode="updates"))

    return job


def _plain_chain() -> Job:
    """Do the async chain in plain asyncio.

    For each function of a list: copy the state dict, start the function as an asyncio task, await it, merge what it
    returned, yield `{name: update}` from an async generator.
    """
    nodes = [(name, counting) for name in node_names(NODES)]

    async def steps() -> AsyncIterator[dict[str, Any]]:
        state = {"n": 0}
        for name, node in nodes:
            update = await asyncio.create_task(node(state.copy()))
            state.update(update)
            yield {name: update}

    async def job() -> list[Any]:
        return await consumed(steps())

    return job


def _graph_sync_chain(engine: Engine) -> Job:
    graph = chained(engine, _counting_sync, NODES).compile()

    def job() -> Any:
        return graph.invoke({"n": 0}, {"recursion_limit": NODES + 1})

    return job


def _plain_sync_chain() -> Job:
    """Do the sync chain in plain Python: call each function of a list with a copy of the state dict, and merge.

    A tenth of a microsecond each, which no engine comes near; the design's targets for this row are therefore in
    units of the plain `loop`.
    """
    nodes = [_counting_sync] * NODES

    def job() -> dict[str, Any]:
        state = {"n": 0}
        for node in nodes:
            state.update(node(state.copy()))
        return state

    return job


ROWS = (
    Row("chain", "chain of 200 async nodes, astream(updates)", "node", NODES, _graph_chain, _plain_chain),
    Row("chain-sync", "chain of 200 sync nodes, invoke", "node", NODES, _graph_sync_chain, _plain_sync_chain),
)
