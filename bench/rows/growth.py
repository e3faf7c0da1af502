"""growth: how large the SQLite file of a thread is after 200 supersteps that each append 1 KB to a list.

Counted: the file with its log, once the saver is closed. Every checkpoint can still be read.
"""

from __future__ import annotations

import operator
from typing import Annotated, Any

from bench.engine import Engine, state_class
from bench.ledger import Ledger
from bench.row import Job, Row
from bench.rows.loop import looping
from bench.savers import new_file, on_disk, weight

__all__ = ["ROWS"]

APPENDS = 200
_CONFIG = {"configurable": {"thread_id": "1"}, "recursion_limit": APPENDS + 1}


def _kilobyte(number: int) -> str:
    return f"{number:04}" * 256


def _graph_growth(engine: Engine) -> Job:
    def append(state: dict[str, Any]) -> dict[str, Any]:
        return {"items": [_kilobyte(len(state["items"]))]}

    def route(state: dict[str, Any]) -> str:
        return "node" if len(state["items"]) < APPENDS else engine.END

    builder = looping(engine, state_class({"items": Annotated[list[str], operator.add]}), append, route)

    def job() -> Any:
        with new_file() as path:
            with on_disk(engine, path) as saver:
                graph = builder.compile(checkpointer=saver)
                graph.invoke({"items": []}, _CONFIG, durability="sync")
                lengths = [len(state.values["items"]) for state in graph.get_state_history(_CONFIG)]
            return [weight(path), lengths[:APPENDS]]

    return job


def _plain_growth() -> Job:
    """Commit 200 rows of 1 KB to a SQLite file."""

    def job() -> Any:
        with new_file() as path:
            with Ledger(path) as ledger:
                for step in range(APPENDS):
                    ledger.add("1", step, _kilobyte(step))
            return [weight(path), list(range(APPENDS, 0, -1))]

    return job


ROWS = (
    Row(
        "growth",
        "SQLite file after 200 appends of 1 KB",
        "file",
        1,
        _graph_growth,
        _plain_growth,
        yardstick=None,
        gauged=True,
        scale=1e6,
        symbol="MB",
    ),
)
