"""messages: what a long chat costs, with SQLite files.

- `message-10`, `message-1000`: a turn of a chat whose thread holds that many messages: an `invoke` on the thread, which
  reads it, adds a question and an answer, and saves. Only the turns around that length are timed, one by one.
- `append-10`, `append-1000`: a superstep of one long run that adds a message when there are that many, with
  `durability="sync"`: from one call of the node to the next.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

from bench.engine import Engine
from bench.ledger import Ledger
from bench.row import Job, Row
from bench.rows.loop import looping
from bench.savers import new_file, on_disk

__all__ = ["ROWS"]

TIMED = 20
"""How many turns are timed around a length."""

_TEXT = "What is a barrier, and when does it fire? " * 5


def _config(thread: object, steps: int = 25) -> dict[str, Any]:
    return {"configurable": {"thread_id": str(thread)}, "recursion_limit": steps + 1}


def _timed(turn: Any, before: int, threads: Sequence[int]) -> float:
    """Return the median of `TIMED` turns that follow `before` turns of each thread, in microseconds."""
    took = []
    for thread in threads:
        for _ in range(before):
            turn(thread)
        for _ in range(TIMED // len(threads)):
            start = perf_counter()
            turn(thread)
            took.append((perf_counter() - start) * 1e6)
    return median(took)


def _turns(length: int) -> tuple[int, range]:
    """Return how many turns go before the timed ones, and over which threads these are spread."""
    return (length // 2 - 1, range(TIMED)) if length < TIMED * 2 else (length // 2 - TIMED // 2, range(1))


def _graph_message(engine: Engine, length: int) -> Job:
    def answer(state: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [("assistant", _TEXT)]}

    builder = engine.StateGraph(engine.MessagesState)
    builder.add_node("answer", answer)
    builder.add_edge(engine.START, "answer")
    before, threads = _turns(length)

    def job() -> Any:
        with new_file() as path, on_disk(engine, path) as saver:
            graph = builder.compile(checkpointer=saver)

            def turn(thread: int) -> None:
                graph.invoke({"messages": [("user", _TEXT)]}, _config(thread), durability="sync")

            cost = _timed(turn, before, threads)
            return [cost, len(graph.get_state(_config(0)).values["messages"])]

    return job


def _plain_message(length: int) -> Job:
    """Read the rows of a thread and commit two more, one by one, for each turn."""
    before, threads = _turns(length)

    def job() -> Any:
        with new_file() as path, Ledger(path) as ledger:

            def turn(thread: int) -> None:
                messages = ledger.all(str(thread))
                ledger.add(str(thread), len(messages), ["user", _TEXT])
                ledger.add(str(thread), len(messages) + 1, ["assistant", _TEXT])

            cost = _timed(turn, before, threads)
            return [cost, len(ledger.all("0"))]

    return job


def _around(length: int, starts: Sequence[float]) -> float:
    """Return the median time from one start to the next around a length, in microseconds."""
    first = max(0, length - TIMED // 2)
    near = starts[first : length + TIMED // 2 + 1]
    return median(later - earlier for earlier, later in itertools.pairwise(near)) * 1e6


def _graph_append(engine: Engine, length: int) -> Job:
    steps = length + TIMED
    starts: list[float] = []

    def write(state: dict[str, Any]) -> dict[str, Any]:
        starts.append(perf_counter())
        return {"messages": [("assistant", _TEXT)]}

    def route(state: dict[str, Any]) -> str:
        return "node" if len(state["messages"]) < steps else engine.END

    builder = looping(engine, engine.MessagesState, write, route)

    def job() -> Any:
        starts.clear()
        with new_file() as path, on_disk(engine, path) as saver:
            graph = builder.compile(checkpointer=saver)
            state = graph.invoke({"messages": []}, _config(1, steps), durability="sync")
            return [_around(length, starts), len(state["messages"])]

    return job


def _plain_append(length: int) -> Job:
    """Append to a list and commit a row, for each step."""
    steps = length + TIMED

    def job() -> Any:
        starts: list[float] = []
        messages: list[Any] = []
        with new_file() as path, Ledger(path) as ledger:
            for step in range(steps):
                starts.append(perf_counter())
                messages.append(["assistant", _TEXT])
                ledger.add("1", step, messages[-1])
        return [_around(length, starts), len(messages)]

    return job


def _message_row(length: int) -> Row:
    return Row(
        f"message-{length}",
        f"turn of a chat at {length:,} messages, SQLite",
        "turn",
        1,
        lambda engine: _graph_message(engine, length),
        lambda: _plain_message(length),
        yardstick=None,
        gauged=True,
    )


def _append_row(length: int) -> Row:
    return Row(
        f"append-{length}",
        f"step of a run at {length:,} messages, SQLite",
        "step",
        1,
        lambda engine: _graph_append(engine, length),
        lambda: _plain_append(length),
        yardstick=None,
        gauged=True,
    )


ROWS = (*map(_message_row, (10, 1_000)), *map(_append_row, (10, 1_000)))
