"""Heads of threads: a put that names one lands only if it follows it."""

from __future__ import annotations

import asyncio

import pytest

from stepgraph.errors import (
    ThreadConflictError,
)
from tests.checkpoint.conftest import OpenDoor
from tests.checkpoint.driving import Door, Line, checkpoint, config


async def test_a_put_that_follows_the_head_lands(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1}, head=None)
    await line.step({"a": 2}, head=line.head)
    await line.check()


async def test_a_put_that_does_not_follow_the_head_is_refused(door: Door) -> None:
    line = Line(door, "t", "sub|1")
    first = await line.step({"a": 1}, head=None)
    second = await line.step({"a": 2}, head=first)
    line.go_back_to(first)
    with pytest.raises(ThreadConflictError) as caught:
        await line.step({"a": 3}, head=first)
    error = caught.value
    assert (error.thread_id, error.checkpoint_ns, error.expected, error.head) == ("t", "sub|1", first, second)
    with pytest.raises(ThreadConflictError, match="no checkpoint"):
        await line.step({"a": 3}, head=None)
    assert await door.ids(line.at()) == [second, first]


async def test_a_thread_must_be_there_for_a_head(door: Door) -> None:
    with pytest.raises(ThreadConflictError):
        await Line(door, "t").step({"a": 1}, head="some-id")
    assert await door.get(config("t")) is None


async def test_one_of_many_puts_wins(door: Door) -> None:
    line = Line(door, "t")
    parent = await line.step({"a": 0})

    async def run(number: int) -> str | None:
        made = checkpoint({"a": number}, {"a": 2})
        try:
            if door.is_async:
                await door.saver.aput(config("t", parent), made, {}, {"a": 2}, head=parent)
            else:
                await asyncio.to_thread(door.saver.put, config("t", parent), made, {}, {"a": 2}, head=parent)
        except ThreadConflictError:
            return None
        return made["id"]

    winners = [winner for winner in await asyncio.gather(*map(run, range(64))) if winner is not None]
    assert len(winners) == 1
    assert await door.ids(config("t")) == [winners[0], parent]


async def test_a_fork_leaves_the_head_where_it_is(open_door: OpenDoor) -> None:
    async with open_door(on_conflict="fork") as door:
        line = Line(door, "t")
        first = await line.step({"a": 1, "log": ["x" * 300]}, head=None)
        head = await line.step({"a": 2}, head=first)
        line.go_back_to(first)
        branch = await line.step({"a": 3}, head=first)
        longer = await line.step({"b": 4}, head=branch)
        await line.append("log", "y", head=longer)
        found = await door.get(config("t"))
        assert found is not None
        assert found.checkpoint["id"] == head
        on_branch = await door.get(config("t", longer))
        assert on_branch is not None
        assert on_branch.parent_config == config("t", branch)
        line.go_back_to(head)
        for number in range(40):
            await line.step({"c": number}, head=line.head)
        await line.check()


async def test_a_put_that_was_saved_already_is_not_saved_again(door: Door) -> None:
    first = await Line(door, "t").step({"a": 1})
    made = checkpoint({"a": 2}, {"a": 2})
    for _ in range(2):  # as after an error that came when all was done
        await door.call("put", config("t", first), made, {}, {"a": 2}, head=first)
    assert await door.ids(config("t")) == [made["id"], first]


async def test_two_checkpoints_cannot_have_one_id(door: Door) -> None:
    made = checkpoint({"a": 1}, {"a": 1})
    await door.call("put", config("t"), made, {}, {"a": 1})
    other = checkpoint({"a": 2}, {"a": 2}, id=made["id"], ts="2026-11-21T00:00:00+00:00")
    with pytest.raises(ValueError, match="id of its own"):
        await door.call("put", config("t"), other, {}, {"a": 2})


async def test_a_parent_that_is_not_there(door: Door) -> None:
    line = Line(door, "t")
    line.head = "never-saved"
    line.values, line.versions = {"a": 1, "b": 2}, {"a": 1, "b": 1}
    await line.step({"a": 3})
    await line.check()
    found = await door.get(line.at())
    assert found is not None
    assert found.parent_config is None
