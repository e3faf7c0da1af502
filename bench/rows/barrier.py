"""barrier: 20 async nodes side by side from START, and one that waits for all of them, by `ainvoke`.

Counted: a task, of which there are 21 in two supersteps; a run of its own for each 21, beginning and end included.
"""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any

from bench.engine import Engine, state_class
from bench.row import Job, Row

__all__ = ["ROWS"]

WIDTH = 20


async def _one(state: dict[str, Any]) -> dict[str, int]:
    return {"total": 1}


async def _joined(state: dict[str, Any]) -> dict[str, int]:
    return {"joined": state["total"]}


def _graph_barrier(engine: Engine) -> Job:
    builder = engine.StateGraph(state_class({"total": Annotated[int, operator.add], "joined": int}))
    names = [f"side{i:02}" for i in range(WIDTH)]
    for name in names:
        builder.add_node(name, _one)
        builder.add_edge(engine.START, name)
    builder.add_node("joined_node", _joined)
    builder.add_edge(names, "joined_node")
    graph = builder.compile()

    async def job() -> Any:
        return await graph.ainvoke({"total": 0})

    return job


def _plain_barrier() -> Job:
    """Do it in plain asyncio.

    `gather` 20 tasks, each with a copy of the state dict, add up what they returned, then start the last function as
    a task with a copy, await it and merge.
    """

    async def job() -> dict[str, int]:
        state = {"total": 0}
        for update in await asyncio.gather(*[asyncio.create_task(_one(state.copy())) for _ in range(WIDTH)]):
            state["total"] = operator.add(state["total"], update["total"])
        state.update(await asyncio.create_task(_joined(state.copy())))
        return state

    return job


ROWS = (
    Row(
        "barrier",
        "20 parallel async nodes and a barrier, ainvoke",
        "task",
        WIDTH + 1,
        _graph_barrier,
        _plain_barrier,
        yardstick="fan-out-1000",
    ),
)
