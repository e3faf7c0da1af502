"""Turns: runs of one thread wait for one another, in the order in which they came."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stepgraph.checkpoint.turns import Turns
from tests.checkpoint.conftest import OpenDoor
from tests.checkpoint.driving import Door


async def test_without_a_queue_nobody_waits(open_door: OpenDoor) -> None:
    async with open_door() as door, door.saver.aturn("t"), door.saver.aturn("t"):
        with door.saver.turn("t"), door.saver.turn("t"):
            pass


async def test_runs_of_a_thread_wait_and_others_do_not(open_door: OpenDoor) -> None:
    async with open_door(on_conflict="queue") as door:
        order: list[str] = []
        first = await hold(door, "t", "first", order)
        waiting = [await begin(door, "t", name, order) for name in ("second", "third")]
        other = await hold(door, "u", "other", order)
        assert order == ["first", "other"]
        other.set()
        first.set()
        for task in waiting:
            await task
        assert order == ["first", "other", "second", "third"]


async def hold(door: Door, thread_id: str, name: str, order: list[str]) -> asyncio.Event:
    """Take a turn and return what ends it."""
    ended, taken = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with door.saver.aturn(thread_id):
            order.append(name)
            taken.set()
            await ended.wait()

    ended.task = asyncio.create_task(run())  # type: ignore[attr-defined]
    await taken.wait()
    return ended


async def begin(door: Door, thread_id: str, name: str, order: list[str]) -> Any:
    """Begin to wait for a turn."""

    async def run() -> None:
        async with door.saver.aturn(thread_id):
            order.append(name)

    def run_in_thread() -> None:
        with door.saver.turn(thread_id):
            order.append(name)

    before = queued(door, thread_id)
    task = asyncio.create_task(run() if door.is_async else asyncio.to_thread(run_in_thread))
    while queued(door, thread_id) == before:  # noqa: ASYNC110 - nobody is told when somebody begins to wait
        await asyncio.sleep(0)
    return task


def queued(door: Door, thread_id: str) -> int:
    saver = door.saver
    turns = saver._core._turns if hasattr(saver, "_core") else saver._turns
    return len(turns._waiting.get(thread_id, ()))


async def test_one_that_stops_waiting_leaves_the_queue() -> None:
    turns = Turns()
    order: list[str] = []

    async def run(name: str) -> None:
        async with turns.aturn("t"):
            order.append(name)

    async with turns.aturn("t"):
        waiting = [asyncio.create_task(run(name)) for name in ("a", "b", "c")]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.wait([waiting[1]])
    await asyncio.gather(waiting[0], waiting[2])
    assert order == ["a", "c"]
    assert turns._waiting == {}


async def test_one_that_is_cancelled_as_its_turn_comes_passes_it_on() -> None:
    turns = Turns()
    came = asyncio.Event()

    async def last() -> None:
        async with turns.aturn("t"):
            came.set()

    async with turns.aturn("t"):
        cancelled = asyncio.create_task(last())
        await asyncio.sleep(0)
        following = asyncio.create_task(last())
        await asyncio.sleep(0)
    cancelled.cancel()  # it was told that it is its turn, and has not run since
    await following
    assert came.is_set()


def test_errors_end_a_turn() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn("t"):
        raise ZeroDivisionError
    with turns.turn("t"):
        pass
