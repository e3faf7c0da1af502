"""fan-out: an async router on START returns a `Send` for each of N async tasks, run side by side by `ainvoke`.

Counted: a task of a wide superstep, from its `Send` to its reduced write. The two supersteps' own cost is spread
over the tasks, which is what the curve over several widths shows.
"""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any

from bench.engine import Engine, state_class
from bench.row import Curve, Job, Row

__all__ = ["ROWS", "plain_fan_out"]

WIDTHS = (10, 30, 100, 300, 1_000, 3_000)


async def _work(item: dict[str, int]) -> dict[str, int]:
    return {"total": item["item"] & 1}


def _graph_fan_out(engine: Engine, width: int) -> Job:
    async def spread(state: dict[str, Any]) -> list[Any]:
        return [engine.Send("work", {"item": i}) for i in range(width)]

    builder = engine.StateGraph(state_class({"total": Annotated[int, operator.add]}))
    builder.add_node("work", _work)
    builder.add_conditional_edges(engine.START, spread, ["work"])
    graph = builder.compile()

    async def job() -> Any:
        return await graph.ainvoke({"total": 0})

    return job


def plain_fan_out(width: int) -> Job:
    """Do the fan-out in plain asyncio: `gather` a task for each item, then add up what they returned, in order."""

    async def job() -> dict[str, int]:
        updates = await asyncio.gather(*[asyncio.create_task(_work({"item": i})) for i in range(width)])
        total = 0
        for update in updates:
            total = operator.add(total, update["total"])
        return {"total": total}

    return job


def _row(width: int) -> Row:
    return Row(
        name=f"fan-out-{width}",
        title=f"Send fan-out to {width:,} async tasks, ainvoke",
        unit="task",
        units=width,
        graph=lambda engine: _graph_fan_out(engine, width),
        plain=lambda: plain_fan_out(width),
        yardstick="fan-out-1000",
        curve=Curve("fan-out", width),
    )


ROWS = tuple(map(_row, WIDTHS))
