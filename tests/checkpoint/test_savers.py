"""What every saver promises of checkpoints, in both colours: each reads back as it was put."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph.checkpoint.base import Delta, TaskWrites
from stepgraph.errors import (
    CorruptCheckpointError,
    MissingThreadError,
    NewerCheckpointError,
    SerializationError,
)
from tests.checkpoint.driving import Door, Line, checkpoint, config


async def test_an_unknown_thread_holds_nothing(door: Door) -> None:
    assert await door.get(config("nobody")) is None
    assert await door.get(config("nobody", "some-id")) is None
    assert await door.list(config("nobody")) == []
    assert await door.list(None) == []


async def test_a_config_without_a_thread_is_refused(door: Door) -> None:
    with pytest.raises(MissingThreadError, match="thread_id"):
        await door.get({"configurable": {}})


async def test_a_checkpoint_reads_back_as_it_was_put(door: Door) -> None:
    values = {"text": "a", "number": 1, "none": None, "list": [1, (2, 3)], "long": "x" * 5000, "map": {"a": [b"\0"]}}
    made = checkpoint(values, dict.fromkeys(values, 1), {"node": 1}, updated_channels=["text"])
    await door.call("put", config("t"), made, {"source": "input", "step": -1, "run_id": "r"}, dict.fromkeys(values, 1))
    found = await door.get(config("t"))
    assert found is not None
    assert found.checkpoint == made
    assert found.metadata == {"source": "input", "step": -1, "run_id": "r"}
    assert found.config == config("t", made["id"])
    assert found.parent_config is None
    assert found.pending_writes == []
    assert await door.get(config("t", made["id"])) == found


async def test_nothing_that_is_read_shares_anything_with_what_is_kept(door: Door) -> None:
    values: dict[str, Any] = {"small": [1], "large": [["x" * 300]]}
    await door.call("put", config("t"), checkpoint(values, {"small": 1, "large": 1}), {}, {"small": 1, "large": 1})
    values["small"].append(2)
    values["large"][0].append(2)
    read = await door.values(config("t"))
    read["small"].append(3)
    read["large"][0].append(3)
    assert await door.values(config("t")) == {"small": [1], "large": [["x" * 300]]}


async def test_what_did_not_change_is_the_parents(door: Door) -> None:
    line = Line(door, "t")
    await line.step({f"key{n}": n for n in range(30)} | {"large": "y" * 1000}, ran=["a", "b"])
    for number in range(70):
        await line.step({f"key{number % 3}": number}, ran=["a"] if number % 2 else ["b", f"node{number}"])
    await line.check()


async def test_channels_go_away_and_come_back(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1, "b": "x" * 500})
    without = await line.step({}, gone=["a", "b"])
    await line.step({"a": 2})
    for number in range(20):
        await line.step({"other": number})
    await line.step({"b": "y" * 500})
    assert await door.values(line.at(without)) == {}
    await line.check()


async def test_nodes_that_are_seen_no_more(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1}, ran=["old", "new"])
    line.seen = {"new": 1}
    await line.step({"a": 2}, ran=["new"])
    for number in range(20):
        await line.step({"a": number})
    await line.check()
    found = await door.get(line.at())
    assert found is not None
    assert list(found.checkpoint["versions_seen"]) == ["new"]


async def test_parents_and_the_head(door: Door) -> None:
    line = Line(door, "t")
    ids = [await line.step({"a": number}) for number in range(5)]
    head = await door.get(config("t"))
    assert head is not None
    assert head.checkpoint["id"] == ids[-1]
    assert head.parent_config == config("t", ids[-2])
    assert await door.ids(config("t")) == ids[::-1]


async def test_lists_grow_through_deltas(door: Door) -> None:
    line = Line(door, "t")
    for number in range(600):
        await line.append("log", f"{number}: " + "x" * 40)
    await line.check(list(line.past)[::37] + list(line.past)[-3:])


async def test_deltas_of_every_kind(door: Door) -> None:
    line = Line(door, "t")
    text = "x" * 50
    items = [f"{number}{text}" for number in range(20)]
    mapping = {f"k{number}": text for number in range(20)}
    await line.step({"l": items, "d": mapping})
    changes: list[tuple[str, Any, Delta]] = []
    for number in range(30):
        edited = [*items]
        edited[number % len(items)] = number
        changes.append(("l", edited, Delta(kept=len(items), edits={number % len(items): number})))
        shorter = edited[:-1]
        changes.append(("l", shorter, Delta(kept=len(shorter))))
        items = [*shorter, "new", text]
        changes.append(("l", items, Delta(kept=len(shorter), added=["new", text])))
        mapping = {**mapping, f"k{number % 20}": number, f"n{number}": text}
        changes.append(("d", mapping, Delta(edits={f"k{number % 20}": number, f"n{number}": text})))
        mapping = {key: value for key, value in mapping.items() if key != f"n{number}"}
        changes.append(("d", mapping, Delta(gone=[f"n{number}"])))
    for channel, value, delta in changes:
        await line.step({channel: value}, deltas={channel: delta})
    await line.check()
    read = await door.values(line.at())
    assert list(read["d"]) == list(mapping)


async def test_a_delta_that_does_not_fit_is_not_used(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"l": ["x" * 300], "t": ("x" * 300,), "d": {"a": "x" * 300}})
    wrong = {"l": Delta(kept=5, added=["y"]), "t": Delta(kept=1, added=["y"]), "d": Delta(gone=["b"], edits={"c": 1})}
    await line.step({"l": ["x" * 300, "y"], "t": ("x" * 300, "y"), "d": {"a": "z"}}, deltas=wrong)
    await line.check()


async def test_a_value_without_a_delta_in_between(door: Door) -> None:
    line = Line(door, "t")
    for number in range(40):
        await line.append("log", "x" * 100)
        if number % 7 == 0:
            await line.step({"log": ["anew" * 100]})
    await line.check()


async def test_a_value_that_cannot_be_kept_leaves_nothing_behind(door: Door) -> None:
    class Unknown: ...

    line = Line(door, "t")
    before = await line.step({"a": 1})
    with pytest.raises(SerializationError, match="channel 'culprit'"):
        await line.step({"a": 2, "culprit": Unknown()})
    with pytest.raises(SerializationError, match="'culprit'"):
        await line.step({"a": 2}, writes=[TaskWrites("task", [("fine", 1), ("culprit", Unknown())])])
    with pytest.raises(SerializationError, match="metadata"):
        await line.step({"a": 2}, metadata={"x": Unknown()})
    assert await door.ids(config("t")) == [before]
    found = await door.get(config("t"))
    assert found is not None
    assert (found.checkpoint["channel_values"], found.pending_writes) == ({"a": 1}, [])


async def test_types_of_a_graph_are_kept_by_a_twin(door: Door) -> None:
    twin = Door(door.saver.with_allowed([Point]), is_async=door.is_async)
    line = Line(twin, "t")
    await line.step({"at": Point(1)})
    await line.step({"n": 1})
    read = await twin.values(line.at())
    assert read["at"].x == 1
    with pytest.raises(SerializationError, match="channel 'at'"):
        await Line(door, "u").step({"at": Point(1)})


async def test_a_checkpoint_of_another_version_is_refused(door: Door) -> None:
    line = Line(door, "t")
    await line.step({"a": 1}, v=99)
    with pytest.raises(NewerCheckpointError, match="version 99"):
        await door.get(line.at())
    await Line(door, "u").step({"a": 1}, v=0)
    with pytest.raises(CorruptCheckpointError, match="version 0"):
        await door.get(config("u"))


class Point:
    __slots__ = ("x",)

    def __init__(self, x: int) -> None:
        self.x = x
