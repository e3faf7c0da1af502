"""subgraph: a compiled graph of one async node as the node of a loop of 200 calls, by `ainvoke`.

Counted: a call, which is a superstep of the outer graph and a whole run of the inner one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bench.engine import Engine, state_class
from bench.row import Job, Row
from bench.rows.loop import counting

__all__ = ["ROWS"]

CALLS = 200


def _router(end: str) -> Callable[[dict[str, Any]], Any]:
    async def route(state: dict[str, Any]) -> str:
        return "inner" if state["n"] < CALLS else end

    return route


def _graph_calls(engine: Engine) -> Job:
    state = state_class({"n": int})
    inner = engine.StateGraph(state)
    inner.add_node("node", counting)
    inner.add_edge(engine.START, "node")

    route = _router(engine.END)

    outer = engine.StateGraph(state)
    outer.add_node("inner", inner.compile())
    outer.add_edge(engine.START, "inner")
    outer.add_conditional_edges("inner", route, ["inner", engine.END])
    graph = outer.compile()

    async def job() -> Any:
        return await graph.ainvoke({"n": 0}, {"recursion_limit": CALLS + 1})

    return job


def _plain_calls() -> Job:
    """Do it in plain asyncio: a loop that awaits a task, which awaits a task.

    The state dict is copied and merged in both, and the router awaited.
    """

    route = _router("end")

    async def inner(state: dict[str, Any]) -> dict[str, Any]:
        state.update(await asyncio.create_task(counting(state.copy())))
        return state

    async def job() -> dict[str, Any]:
        state, target = {"n": 0}, "inner"
        while target == "inner":
            state.update(await asyncio.create_task(inner(state.copy())))
            target = await route(state)
        return state

    return job


ROWS = (Row("subgraph", "sub-graph of 1 async node in a loop, ainvoke", "call", CALLS, _graph_calls, _plain_calls),)
