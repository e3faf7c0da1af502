"""saving: the loop with a saver, in memory with narrow and wide states, and in a SQLite file.

Counted: a superstep as in `loop`, and its checkpoint. In memory the run is streamed with `values` and saves as each
engine does by default; on disk it is an `invoke` or `ainvoke` with `durability="sync"`, so that no step begins before
the last one is saved. Each call begins with an empty saver or file, whose opening is spread over the 500 steps.

How sure a commit is differs: stepgraph's survives the end of the process by default, LangGraph's connection waits for
the disk as well, as far as SQLite does. What stepgraph takes when it waits like that (`synchronous="full"`) stands
beside the row.
"""

from __future__ import annotations

import asyncio
import itertools
import operator
from collections.abc import AsyncIterator
from typing import Any

import msgpack

from bench.engine import Engine, load, state_class
from bench.ledger import Ledger
from bench.row import Curve, Job, Row
from bench.rows.consumer import consumed
from bench.rows.loop import STEPS, async_router, counting, looping, looping_wide, sync_router, writing_three
from bench.savers import in_memory, new_file, on_disk, on_disk_async

__all__ = ["ROWS"]

WIDTHS = (10, 100, 1_000)
_CONFIG = {"configurable": {"thread_id": "1"}, "recursion_limit": STEPS + 1}


def _counting_sync(state: dict[str, Any]) -> dict[str, Any]:
    return {"n": state["n"] + 1}


def _graph_in_memory(engine: Engine, width: int) -> Job:
    builder = looping_wide(engine, width)

    async def job() -> list[Any]:
        graph = builder.compile(checkpointer=in_memory(engine))
        return await consumed(graph.astream({"k0": 0}, _CONFIG, stream_mode="values"))

    return job


def _plain_in_memory(width: int) -> Job:
    """Do the wide loop as in `loop`, and append to a list what each step changed, packed by msgpack."""
    route = async_router("k0", "end")

    async def steps() -> AsyncIterator[dict[str, int]]:
        kept: list[bytes] = []
        state = {f"k{i}": 0 for i in range(width)}
        yield state.copy()
        target = "node"
        while target == "node":
            update = await asyncio.create_task(writing_three(state.copy()))
            for key, value in update.items():
                state[key] = operator.add(state[key], value)
            kept.append(msgpack.packb({key: state[key] for key in update}))
            yield state.copy()
            target = await route(state)

    async def job() -> list[Any]:
        return await consumed(steps())

    return job


def _graph_on_disk(engine: Engine, **settings: Any) -> Job:
    builder = looping(engine, state_class({"n": int}), _counting_sync, sync_router("n", engine.END))

    def job() -> Any:
        with new_file() as path, on_disk(engine, path, **settings) as saver:
            return builder.compile(checkpointer=saver).invoke({"n": 0}, _CONFIG, durability="sync")

    return job


def _plain_on_disk() -> Job:
    """Call a function with a copy of the state, merge, and commit a row, 500 times."""

    def job() -> dict[str, Any]:
        with new_file() as path, Ledger(path) as ledger:
            state = {"n": 0}
            for step in range(STEPS):
                state.update(_counting_sync(state.copy()))
                ledger.add("1", step, state)
            return state

    return job


def _graph_on_disk_async(engine: Engine) -> Job:
    builder = looping(engine, state_class({"n": int}), counting, async_router("n", engine.END))

    async def job() -> Any:
        with new_file() as path:
            async with on_disk_async(engine, path) as saver:
                return await builder.compile(checkpointer=saver).ainvoke({"n": 0}, _CONFIG, durability="sync")

    return job


def _plain_on_disk_async() -> Job:
    """As `_plain_on_disk`, with an asyncio task for each step, which commits on the event loop."""

    async def job() -> dict[str, Any]:
        with new_file() as path, Ledger(path) as ledger:
            state = {"n": 0}
            for step in itertools.count():
                state.update(await asyncio.create_task(counting(state.copy())))
                ledger.add("1", step, state)
                if state["n"] == STEPS:
                    return state
            raise AssertionError("the steps were counted wrong")

    return job


def _row_in_memory(width: int) -> Row:
    return Row(
        name=f"memory-{width}",
        title=f"loop, {width:,} keys, 3 written, checkpoints in memory",
        unit="step",
        units=STEPS,
        graph=lambda engine: _graph_in_memory(engine, width),
        plain=lambda: _plain_in_memory(width),
        curve=Curve("memory", width),
    )


ROWS = (
    *map(_row_in_memory, WIDTHS),
    Row(
        "sqlite",
        "loop, checkpoints in SQLite, sync, invoke",
        "step",
        STEPS,
        _graph_on_disk,
        _plain_on_disk,
        beside={"stepgraph with synchronous='full'": lambda: _graph_on_disk(load("stepgraph"), synchronous="full")},
    ),
    Row(
        "sqlite-async",
        "loop, checkpoints in SQLite, sync, ainvoke",
        "step",
        STEPS,
        _graph_on_disk_async,
        _plain_on_disk_async,
    ),
)
