"""Pending writes of tasks: kept beside the checkpoint that the tasks began with."""

from __future__ import annotations

import pytest

from stepgraph.checkpoint.base import ERROR, INTERRUPT, STATUS, TaskWrites
from stepgraph.errors import (
    ThreadConflictError,
)
from tests.checkpoint.driving import Door, Line, config


async def test_pending_writes_stand_in_the_order_of_the_paths(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1})
    await door.call("put_writes", line.at(line.head), [("x", 1), ("y", [2])], "task-2", "p2")
    await door.call("put_writes", line.at(line.head), [("x", 3), (STATUS, "done")], "task-1", "p1")
    found = await door.get(line.at())
    assert found is not None
    assert found.pending_writes == [
        ("task-1", "x", 3),
        ("task-1", STATUS, "done"),
        ("task-2", "x", 1),
        ("task-2", "y", [2]),
    ]


async def test_a_second_call_replaces_what_it_names(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1})
    where = line.at(line.head)
    await door.call("put_writes", where, [("x", 1), ("y", 2), (STATUS, "failed"), (ERROR, "why")], "task", "p")
    await door.call("put_writes", where, [(STATUS, "interrupted"), (INTERRUPT, ["q"])], "task", "p")
    found = await door.get(line.at())
    assert found is not None
    assert sorted(map(repr, found.pending_writes or [])) == sorted(
        map(
            repr,
            [
                ("task", "x", 1),
                ("task", "y", 2),
                ("task", STATUS, "interrupted"),
                ("task", ERROR, "why"),
                ("task", INTERRUPT, ["q"]),
            ],
        )
    )
    await door.call("put_writes", where, [("z", 3)], "task", "p")
    found = await door.get(line.at())
    assert found is not None
    plain = [write for write in found.pending_writes or [] if not write[1].startswith("__")]
    assert plain == [("task", "z", 3)]


async def test_the_writes_of_a_put_belong_to_the_parent(door: Door) -> None:
    line = Line(door, "t")
    parent = await line.step({"a": 1})
    await line.step({"a": 2}, writes=[TaskWrites("task", [("x", 1)], "p")])
    found, head = await door.get(line.at(parent)), await door.get(line.at())
    assert found is not None
    assert head is not None
    assert (found.pending_writes, head.pending_writes) == ([("task", "x", 1)], [])


async def test_the_writes_of_a_put_that_is_refused_are_not_kept(door: Door) -> None:
    line = Line(door, "t")
    parent = await line.step({"a": 1})
    with pytest.raises(ThreadConflictError):
        await line.step({"a": 2}, head="other", writes=[TaskWrites("task", [("x", 1)], "p")])
    found = await door.get(line.at(parent))
    assert found is not None
    assert found.pending_writes == []


async def test_pending_writes_need_a_checkpoint(door: Door) -> None:
    with pytest.raises(ValueError, match="checkpoint_id"):
        await door.call("put_writes", config("t"), [("x", 1)], "task")
