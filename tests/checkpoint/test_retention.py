"""Retention: what goes, what stays, and that what stays reads as before."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepgraph.checkpoint.base import Delta
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.records.requests import Lanes, Links, Outline
from tests.checkpoint.conftest import OpenDoor
from tests.checkpoint.driving import Door, Line, config


def ago(**time: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(**time)).isoformat()


async def test_prune_keeps_the_head_by_default(door: Door) -> None:
    lines = [Line(door, thread, ns) for thread in ("t", "u") for ns in ("", "sub")]
    for line in lines:
        await line.step({f"k{n}": "v" * n for n in range(300)})
        for _ in range(40):
            await line.append("log", "x" * 100, ran=["a"])
    assert await door.call("prune", ["t"]) == 80
    for line in lines:
        kept = list(line.past)[-1:] if line.thread_id == "t" else list(line.past)
        assert await door.ids(line.at()) == kept[::-1]
        await line.check(kept)
    assert await door.call("prune") == 80
    found = await door.get(config("u"))
    assert found is not None
    assert found.parent_config is None
    for line in lines:
        await line.append("log", "on", head=line.head)
        await line.check([line.head or ""])


async def test_prune_by_count(door: Door) -> None:
    line = Line(door, "t")
    for number in range(60):
        await line.append("log", "x" * 300)
        await line.step({"n": number})
    ids = list(line.past)
    await door.call("put_writes", line.at(ids[0]), [("a", 1)], "task")
    assert await door.call("prune", ["t"], keep_last=7) == 113
    assert await door.ids(config("t")) == ids[-7:][::-1]
    assert await door.get(line.at(ids[-8])) is None
    await line.check(ids[-7:])
    for number in range(30):
        await line.append("log", "y" * 300, head=line.head)
        assert await door.call("prune", keep_last=3 + number % 3) >= 0
        await line.check([line.head or ""])


async def test_prune_by_age(door: Door) -> None:
    line = Line(door, "t")
    for hours in range(30, 0, -1):
        await line.append("log", "x" * 300, ts=ago(hours=hours))
    ids = list(line.past)
    assert await door.call("prune", max_age=timedelta(hours=10.5)) == 20
    assert await door.ids(config("t")) == ids[20:][::-1]
    assert await door.call("prune", max_age=3600 * 5.5, keep_last=3) == 7
    assert await door.call("prune", max_age=0) == 2
    await line.check(ids[-1:])


async def test_prune_whole_threads(door: Door) -> None:
    for thread in ("t", "u"):
        await Line(door, thread).step({"a": 1})
    assert await door.call("prune", ["t", "nobody"], strategy="delete") == 1
    assert [item.config["configurable"]["thread_id"] for item in await door.list(None)] == ["u"]


@pytest.mark.parametrize("wrong", [{"keep_last": 0}, {"max_age": -1}, {"strategy": "other"}])
async def test_settings_that_mean_nothing(door: Door, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        await door.call("prune", **wrong)


async def test_the_head_is_kept_though_a_branch_is_newer(open_door: OpenDoor) -> None:
    async with open_door(on_conflict="fork") as door:
        line = Line(door, "t")
        first = await line.step({"a": 1}, head=None)
        head = await line.step({"a": 2}, head=first)
        line.go_back_to(first)
        branch = await line.step({"a": 3}, head=first)
        assert await door.call("prune", keep_last=1) == 1
        assert await door.ids(config("t")) == [branch, head]
        await line.check([head, branch])


async def test_a_saver_keeps_to_its_own_retention(open_door: OpenDoor) -> None:
    async with open_door(keep_last=5) as door:
        line, other = Line(door, "t"), Line(door, "u", "sub")
        await other.step({"a": 1})
        for number in range(200):
            await line.append("log", "x" * 100)
            if number > 50 and number % 10 == 0:
                await line.check([line.head or ""])
        await settle(door)
        left = await door.ids(config("t"))
        assert 5 <= len(left) < 5 + 8
        await line.check(left)
        await other.check()


async def test_a_saver_forgets_what_is_too_old(open_door: OpenDoor) -> None:
    async with open_door(max_age=timedelta(hours=1)) as door:
        line = Line(door, "t")
        for number in range(64):
            await line.step({"n": number}, ts=ago(hours=2 if number < 40 else 0))
        await settle(door)
        assert await door.ids(config("t")) == list(line.past)[40:][::-1]


async def test_a_parent_that_was_pruned_meanwhile(door: Door) -> None:
    line = Line(door, "t")
    old = await line.step({"a": 1, "log": ["x" * 400]})
    for number in range(20):  # to where nothing of the old one is needed
        await line.step({"a": number, "log": ["y" * 400]})
    line.go_back_to(old)
    await door.get(line.at(old))  # a saver may remember what the checkpoint stands on
    await door.call("prune")
    await line.append("log", "z")
    await line.check([line.head or ""])


async def settle(door: Door) -> None:
    """Wait for what the saver does in the background: its writer does one thing after the other."""
    await door.call("put_writes", config("other", "x"), [("a", 1)], "task")
    await door.call("put_writes", config("other", "x"), [("a", 1)], "task")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
async def test_what_is_kept_reads_as_before(seed: int) -> None:
    """Any history of changes, forks and deletions."""
    await any_history(Door(InMemorySaver(on_conflict="fork"), is_async=False), seed, 120)


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_kept_reads_as_before_in_every_saver(open_door: OpenDoor, seed: int) -> None:
    async with open_door(on_conflict="fork") as door:
        await any_history(door, seed, 60)


async def any_history(door: Door, seed: int, length: int) -> None:
    dice = random.Random(seed)
    line = Line(door, "t")
    head: str | None = None
    for _ in range(length):
        match dice.randrange(12):
            case 0 if line.past:
                line.go_back_to(dice.choice(list(line.past)))
            case 1:
                await door.call("prune", keep_last=dice.randrange(1, 30))
            case 2 if dice.random() < 0.3:
                await door.call("delete_for_runs", [f"r{dice.randrange(4)}"])
            case _:
                await one_change(line, dice)
        left = await door.ids(config("t"))
        line.past = {checkpoint_id: line.past[checkpoint_id] for checkpoint_id in left}
        found = await door.get(config("t"))
        assert (found is None) == (not left)
        if line.head not in line.past:
            head = None if found is None else found.checkpoint["id"]
            line.go_back_to(head) if head is not None else restart(line)
    await line.check()
    await door.call("prune")
    if isinstance(door.saver, InMemorySaver):
        nothing_is_left_over(door.saver)


async def one_change(line: Line, dice: random.Random) -> None:
    run = {"run_id": f"r{dice.randrange(4)}"}
    log = line.values.get("log")
    if log and dice.random() < 0.5:
        kept = dice.choice([len(log), len(log), len(log) - 1])
        edits = {dice.randrange(kept): "edit"} if kept and dice.random() < 0.3 else {}
        value = [edits.get(index, item) for index, item in enumerate(log[:kept])] + ["x" * dice.randrange(200)]
        await line.step({"log": value}, deltas={"log": Delta(kept, edits, value[kept:])}, metadata=run, head=line.head)
        return
    changes: dict[str, Any] = {f"k{dice.randrange(6)}": "v" * dice.randrange(600) for _ in range(dice.randrange(3))}
    if log is None or dice.random() < 0.1:
        changes["log"] = ["start" * 80]
    gone = [name for name in line.values if name not in changes and dice.random() < 0.05]
    ran = [f"node{dice.randrange(4)}"]
    await line.step(changes, gone=gone, ran=ran, metadata=run, head=dice.choice([line.head, None]))


def restart(line: Line) -> None:
    line.head, line.values, line.versions, line.seen = None, {}, {}, {}


def nothing_is_left_over(saver: InMemorySaver) -> None:
    """With one checkpoint left, no more rows than it can need: its own, a chain to a manifest, one per channel."""
    answer = saver._tables.answer
    for lane in answer(Lanes(None)):
        rows = answer(Outline(lane.lane))
        assert sum(not row.remnant for row in rows) <= 1
        blobs = answer(Links(lane.lane))
        assert len(rows) <= 16 + 7 + len(blobs)
        assert {seq for seq, _, _ in blobs} <= {row.seq for row in rows}
