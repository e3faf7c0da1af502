"""chunks: one async node that writes 10,000 custom chunks and awaits after every hundredth, through `astream(custom)`.

Counted: a chunk, from the writer to the consumer's loop body.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from bench.engine import Engine, state_class
from bench.row import Job, Row
from bench.rows.consumer import consumed

__all__ = ["ROWS"]

CHUNKS = 10_000
BETWEEN_AWAITS = 100


async def _produce(put: Any) -> None:
    for i in range(CHUNKS):
        put(i)
        if i % BETWEEN_AWAITS == 0:
            await asyncio.sleep(0)


def _graph_chunks(engine: Engine) -> Job:
    async def node(state, writer):  # type: ignore[no-untyped-def] # the engines find an unannotated writer by name
        await _produce(writer)
        return {"n": CHUNKS}

    builder = engine.StateGraph(state_class({"n": int}))
    builder.add_node("node", node)
    builder.add_edge(engine.START, "node")
    graph = builder.compile()

    async def job() -> list[Any]:
        return await consumed(graph.astream({"n": 0}, stream_mode="custom"))

    return job


def _plain_chunks() -> Job:
    """Do it in plain asyncio: a task puts the chunks into an `asyncio.Queue`, from which an async generator yields.

    The queue is unbounded; a consumer that is slow holds nobody back.
    """

    async def stream() -> AsyncIterator[int]:
        queue: asyncio.Queue[int | None] = asyncio.Queue()

        async def produce() -> None:
            await _produce(queue.put_nowait)
            queue.put_nowait(None)

        producing = asyncio.create_task(produce())
        while (chunk := await queue.get()) is not None:
            yield chunk
        await producing

    async def job() -> list[Any]:
        return await consumed(stream())

    return job


ROWS = (Row("chunks", "custom chunks of 1 async node, astream(custom)", "chunk", CHUNKS, _graph_chunks, _plain_chunks),)
