"""threads: what reading a long thread costs, and many threads at once, with SQLite files.

- `head-10`, `head-10010`: `get_state` of a thread that has that many checkpoints; both are as far from stepgraph's last
  manifest, of which there is one in sixteen rows.
- `crowd`: 100 threads at once on one file, 10 steps each; opening the file is spread over the 1,000 steps.
"""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any

from bench.engine import Engine, state_class
from bench.ledger import Ledger
from bench.row import Job, Row
from bench.rows.loop import counting, looping
from bench.savers import lasting_file, new_file, on_disk, on_disk_async

__all__ = ["ROWS"]

CROWD = 100
CROWD_STEPS = 10


def _config(thread: object, steps: int = 25) -> dict[str, Any]:
    return {"configurable": {"thread_id": str(thread)}, "recursion_limit": steps + 1}


def _graph_head(engine: Engine, length: int) -> Job:
    steps = length - 1  # the input is a checkpoint too

    def count(state: dict[str, Any]) -> dict[str, Any]:
        return {"n": state["n"] + 1, "log": [state["n"]] if state["n"] < 2 else []}

    def route(state: dict[str, Any]) -> str:
        return "node" if state["n"] < steps else engine.END

    state = state_class({"n": int, "log": Annotated[list[int], operator.add]})
    builder = looping(engine, state, count, route)
    opened = on_disk(engine, lasting_file())
    graph = builder.compile(checkpointer=opened.__enter__())
    graph.invoke({"n": 0, "log": []}, _config(1, steps), durability="async")

    def job() -> Any:
        assert opened, "held open"
        return graph.get_state(_config(1)).values

    return job


def _plain_head(length: int) -> Job:
    """Select the last row of that many."""
    ledger = Ledger(lasting_file())
    for step in range(length):
        ledger.add("1", step, {"n": step, "log": [0, 1]})

    def job() -> Any:
        return ledger.last("1")

    return job


def _graph_crowd(engine: Engine) -> Job:
    async def route(state: dict[str, Any]) -> str:
        return "node" if state["n"] < CROWD_STEPS else engine.END

    builder = looping(engine, state_class({"n": int}), counting, route)

    async def job() -> Any:
        with new_file() as path:
            async with on_disk_async(engine, path) as saver:
                graph = builder.compile(checkpointer=saver)
                runs = [graph.ainvoke({"n": 0}, _config(i), durability="sync") for i in range(CROWD)]
                return await asyncio.gather(*runs)

    return job


def _plain_crowd() -> Job:
    """Run 100 coroutines that each start a task, await it and commit a row, 10 times, on one connection."""

    async def run(ledger: Ledger, thread: int) -> dict[str, Any]:
        state = {"n": 0}
        for step in range(CROWD_STEPS):
            state.update(await asyncio.create_task(counting(state.copy())))
            ledger.add(str(thread), step, state)
        return state

    async def job() -> Any:
        with new_file() as path, Ledger(path) as ledger:
            return await asyncio.gather(*[run(ledger, thread) for thread in range(CROWD)])

    return job


def _head_row(length: int) -> Row:
    return Row(
        f"head-{length}",
        f"get_state, {length:,} checkpoints, SQLite",
        "read",
        1,
        lambda engine: _graph_head(engine, length),
        lambda: _plain_head(length),
        yardstick=None,
    )


ROWS = (
    *map(_head_row, (10, 10_010)),
    Row("crowd", "100 threads at once on one SQLite file", "step", CROWD * CROWD_STEPS, _graph_crowd, _plain_crowd),
)
