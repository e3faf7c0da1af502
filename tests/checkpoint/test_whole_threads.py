"""Whole threads, and what runs left in them: deleted and copied."""

from __future__ import annotations

import pytest

from tests.checkpoint.driving import Door, Line, config


async def test_a_thread_is_deleted_with_all_that_it_holds(door: Door) -> None:
    for ns in ("", "sub"):
        line = Line(door, "t", ns)
        for _ in range(20):
            await line.append("log", "x" * 300)
        await door.call("put_writes", line.at(line.head), [("a", 1)], "task")
    kept = Line(door, "other")
    await kept.step({"a": 1})
    await door.call("delete_thread", "t")
    await door.call("delete_thread", "t")
    assert await door.get(config("t")) is None
    assert await door.get(config("t", ns="sub")) is None
    assert await door.ids(None) == list(kept.past)
    again = Line(door, "t")
    await again.step({"a": 1}, head=None)
    await again.check()
    found = await door.get(config("t"))
    assert found is not None
    assert found.pending_writes == []


async def test_a_thread_is_copied_with_all_that_it_holds(door: Door) -> None:
    lines = [Line(door, "t"), Line(door, "t", "sub")]
    for line in lines:
        for number in range(50):
            await line.append("log", "x" * 200, metadata={"run_id": f"r{number}"})
            await line.step({"n": number, "gone": 1})
            await line.step({}, gone=["gone"])
        middle = list(line.past)[60]
        line.go_back_to(middle)
        await line.append("log", "branch")
        await door.call("put_writes", line.at(line.head), [("a", [1])], "task", "p")
    await door.call("copy_thread", "t", "copy")
    for line in lines:
        original, line.thread_id = await door.get(line.at()), "copy"
        copied = await door.get(line.at())
        assert original is not None
        assert copied is not None
        assert copied.checkpoint == original.checkpoint
        assert copied.pending_writes == [("task", "a", [1])]
        await line.check()
        await line.append("log", "more", head=line.head)
        await line.check()
    await door.call("delete_thread", "t")
    await lines[0].check()


async def test_a_thread_is_not_copied_over_another(door: Door) -> None:
    await Line(door, "t").step({"a": 1})
    await Line(door, "u", "sub").step({"a": 1})
    with pytest.raises(ValueError, match="'u' holds checkpoints"):
        await door.call("copy_thread", "t", "u")
    with pytest.raises(ValueError, match="'t' holds checkpoints"):
        await door.call("copy_thread", "t", "t")


async def test_what_runs_left_is_deleted(door: Door) -> None:
    line = Line(door, "t")
    for run in ("r1", "r2", "r3"):
        for _ in range(30):
            await line.append("log", run * 50, metadata={"run_id": run})
    other = Line(door, "u")
    await other.step({"a": 1}, metadata={"run_id": "r3"})
    ids = list(line.past)
    assert await door.call("delete_for_runs", ["r3", "nobody"]) == 31
    assert await door.get(config("u")) is None
    head = await door.get(config("t"))
    assert head is not None
    assert head.checkpoint["id"] == ids[59]
    assert await door.ids(config("t")) == ids[:60][::-1]
    await line.check(ids[:60])
    line.go_back_to(ids[59])
    await line.append("log", "on", head=ids[59])
    assert await door.call("delete_for_runs", ["r1"]) == 30
    await line.check([*ids[30:60], line.head or ""])
    oldest = await door.get(line.at(ids[30]))
    assert oldest is not None
    assert oldest.parent_config is None
    assert await door.get(line.at(ids[29])) is None
