"""loop: one async node that runs until a router ends it, streamed with `values`; with a narrow and with wide states.

Counted: a superstep, which is the node's task, a conditional edge, and a chunk for the consumer. The run's own
beginning is spread over its 500 steps. The router is async, so that nothing here leaves the event loop; the row
`loop-router` has a sync one in its place, which is what most programs have, and shows what an engine makes of it.
"""

from __future__ import annotations

import asyncio
import operator
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from bench.engine import Engine, state_class
from bench.row import Curve, Job, Row
from bench.rows.consumer import consumed

__all__ = [
    "ROWS",
    "STEPS",
    "WRITTEN",
    "async_router",
    "counting",
    "looping",
    "looping_wide",
    "plain_loop",
    "plain_loop_with_sync_router",
    "plain_wide_loop",
    "sync_router",
    "writing_three",
]

STEPS = 500
WIDTHS = (10, 100, 1_000)
WRITTEN = ("k0", "k1", "k2")


async def counting(state: dict[str, Any]) -> dict[str, Any]:
    """Count; it never really waits."""
    return {"n": state["n"] + 1}


async def writing_three(state: dict[str, Any]) -> dict[str, Any]:
    """Write three keys of many."""
    return dict.fromkeys(WRITTEN, 1)


def sync_router(counter: str, end: str) -> Callable[[dict[str, Any]], str]:
    """Return a router that ends the loop after `STEPS` steps."""

    def route(state: dict[str, Any]) -> str:
        return "node" if state[counter] < STEPS else end

    return route


def async_router(counter: str, end: str) -> Callable[[dict[str, Any]], Any]:
    """Return an async router that does the same."""

    async def route(state: dict[str, Any]) -> str:
        return "node" if state[counter] < STEPS else end

    return route


def looping(engine: Engine, state: Any, node: Any, route: Any) -> Any:
    """Return a builder of one node and its router."""
    builder = engine.StateGraph(state)
    builder.add_node("node", node)
    builder.add_edge(engine.START, "node")
    builder.add_conditional_edges("node", route, ["node", engine.END])
    return builder


def looping_wide(engine: Engine, width: int) -> Any:
    """Return a builder of a loop over `width` keys with a reducer, of which three are written."""
    keys = {f"k{i}": Annotated[int, operator.add] for i in range(width)}
    return looping(engine, state_class(keys), writing_three, async_router("k0", engine.END))


def _streaming(builder: Any, first: dict[str, Any]) -> Job:
    """Return a job that streams a graph."""
    graph = builder.compile()
    config = {"recursion_limit": STEPS + 1}

    async def job() -> list[Any]:
        return await consumed(graph.astream(first, config, stream_mode="values"))

    return job


def _graph_loop(engine: Engine) -> Job:
    return _streaming(looping(engine, state_class({"n": int}), counting, async_router("n", engine.END)), {"n": 0})


def plain_loop() -> Job:
    """Do the loop in plain asyncio.

    Each step copies the state dict for the node, starts the node as an asyncio task, awaits it, merges what it
    returned into the state, yields a copy of the state from an async generator to the consumer, and awaits the router.
    """
    route = async_router("n", "end")

    async def steps() -> AsyncIterator[dict[str, Any]]:
        state = {"n": 0}
        yield state.copy()
        target = "node"
        while target == "node":
            state.update(await asyncio.create_task(counting(state.copy())))
            yield state.copy()
            target = await route(state)

    async def job() -> list[Any]:
        return await consumed(steps())

    return job


def _graph_loop_with_sync_router(engine: Engine) -> Job:
    return _streaming(looping(engine, state_class({"n": int}), counting, sync_router("n", engine.END)), {"n": 0})


def plain_loop_with_sync_router() -> Job:
    """Do the loop in plain asyncio, as `plain_loop`, with a router that is simply called."""
    route = sync_router("n", "end")

    async def steps() -> AsyncIterator[dict[str, Any]]:
        state = {"n": 0}
        yield state.copy()
        target = "node"
        while target == "node":
            state.update(await asyncio.create_task(counting(state.copy())))
            yield state.copy()
            target = route(state)

    async def job() -> list[Any]:
        return await consumed(steps())

    return job


def _graph_wide_loop(engine: Engine, width: int) -> Job:
    return _streaming(looping_wide(engine, width), {"k0": 0})


def plain_wide_loop(width: int) -> Job:
    """Do the wide loop in plain asyncio: as `plain_loop`, with `width` keys, three of which are added up each step.

    The state dict is copied twice a step, for the node and for the consumer.
    """
    route = async_router("k0", "end")

    async def steps() -> AsyncIterator[dict[str, int]]:
        state = {f"k{i}": 0 for i in range(width)}
        yield state.copy()
        target = "node"
        while target == "node":
            for key, value in (await asyncio.create_task(writing_three(state.copy()))).items():
                state[key] = operator.add(state[key], value)
            yield state.copy()
            target = await route(state)

    async def job() -> list[Any]:
        return await consumed(steps())

    return job


def _wide_row(width: int) -> Row:
    return Row(
        name=f"wide-{width}",
        title=f"loop, {width:,} reducer keys, 3 written",
        unit="step",
        units=STEPS,
        graph=lambda engine: _graph_wide_loop(engine, width),
        plain=lambda: plain_wide_loop(width),
        curve=Curve("wide", width),
    )


ROWS = (
    Row("loop", "loop of 1 async node, astream(values)", "step", STEPS, _graph_loop, plain_loop),
    Row(
        "loop-router",
        "loop, with a sync router",
        "step",
        STEPS,
        _graph_loop_with_sync_router,
        plain_loop_with_sync_router,
    ),
    *map(_wide_row, WIDTHS),
)
