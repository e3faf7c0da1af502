"""What every saver promises, in both colours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stepgraph.checkpoint.base import ERROR, INTERRUPT, STATUS, Delta, TaskWrites
from stepgraph.errors import (
    CorruptCheckpointError,
    MissingThreadError,
    NewerCheckpointError,
    SerializationError,
    ThreadConflictError,
)
from tests.checkpoint.conftest import OpenDoor
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


class TestHeads:
    async def test_a_put_that_follows_the_head_lands(self, door: Door) -> None:
        line = Line(door, "t")
        await line.step({"a": 1}, head=None)
        await line.step({"a": 2}, head=line.head)
        await line.check()

    async def test_one_that_does_not_is_refused(self, door: Door) -> None:
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

    async def test_a_thread_must_be_there_for_a_head(self, door: Door) -> None:
        with pytest.raises(ThreadConflictError):
            await Line(door, "t").step({"a": 1}, head="some-id")
        assert await door.get(config("t")) is None

    async def test_one_of_many_wins(self, door: Door) -> None:
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

    async def test_a_fork_leaves_the_head_where_it_is(self, open_door: OpenDoor) -> None:
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

    async def test_a_put_that_was_saved_already_is_not_saved_again(self, door: Door) -> None:
        first = await Line(door, "t").step({"a": 1})
        made = checkpoint({"a": 2}, {"a": 2})
        for _ in range(2):  # as after an error that came when all was done
            await door.call("put", config("t", first), made, {}, {"a": 2}, head=first)
        assert await door.ids(config("t")) == [made["id"], first]

    async def test_two_checkpoints_cannot_have_one_id(self, door: Door) -> None:
        made = checkpoint({"a": 1}, {"a": 1})
        await door.call("put", config("t"), made, {}, {"a": 1})
        other = checkpoint({"a": 2}, {"a": 2}, id=made["id"], ts="2026-11-21T00:00:00+00:00")
        with pytest.raises(ValueError, match="id of its own"):
            await door.call("put", config("t"), other, {}, {"a": 2})

    async def test_a_parent_that_is_not_there(self, door: Door) -> None:
        line = Line(door, "t")
        line.head = "never-saved"
        line.values, line.versions = {"a": 1, "b": 2}, {"a": 1, "b": 1}
        await line.step({"a": 3})
        await line.check()
        found = await door.get(line.at())
        assert found is not None
        assert found.parent_config is None


class TestPendingWrites:
    async def test_they_stand_in_the_order_of_the_paths(self, door: Door) -> None:
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

    async def test_a_second_call_replaces_what_it_names(self, door: Door) -> None:
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

    async def test_those_of_a_put_belong_to_the_parent(self, door: Door) -> None:
        line = Line(door, "t")
        parent = await line.step({"a": 1})
        await line.step({"a": 2}, writes=[TaskWrites("task", [("x", 1)], "p")])
        found, head = await door.get(line.at(parent)), await door.get(line.at())
        assert found is not None
        assert head is not None
        assert (found.pending_writes, head.pending_writes) == ([("task", "x", 1)], [])

    async def test_those_of_a_put_that_is_refused_are_not_kept(self, door: Door) -> None:
        line = Line(door, "t")
        parent = await line.step({"a": 1})
        with pytest.raises(ThreadConflictError):
            await line.step({"a": 2}, head="other", writes=[TaskWrites("task", [("x", 1)], "p")])
        found = await door.get(line.at(parent))
        assert found is not None
        assert found.pending_writes == []

    async def test_they_need_a_checkpoint(self, door: Door) -> None:
        with pytest.raises(ValueError, match="checkpoint_id"):
            await door.call("put_writes", config("t"), [("x", 1)], "task")


class TestListing:
    async def test_namespaces_and_threads_are_kept_apart(self, door: Door) -> None:
        lines = [Line(door, thread, ns) for thread in ("t", "t|", "ü:%'\"") for ns in ("", "a:1", "a|1", "%")]
        for number in range(3):
            for line in lines:
                await line.step({"n": number, "who": [line.thread_id, line.ns]})
        for line in lines:
            assert await door.ids(line.at()) == list(line.past)[::-1]
            await line.check()
        every = await door.list(None)
        assert len(every) == len(lines) * 3
        of_thread = await door.ids(config("t|", ns=None))
        expected = [checkpoint_id for line in lines if line.thread_id == "t|" for checkpoint_id in line.past]
        assert of_thread == sorted(expected, reverse=True)

    async def test_filter_before_and_limit(self, door: Door) -> None:
        line = Line(door, "t")
        ids = [await line.step({"a": n}, metadata={"even": n % 2 == 0, "who": {"x": n}}) for n in range(200)]
        back = ids[::-1]
        assert await door.ids(config("t"), limit=3) == back[:3]
        assert await door.ids(config("t"), limit=0) == []
        assert await door.ids(config("t"), limit=150) == back[:150]
        assert await door.ids(config("t"), filter={"even": True}) == back[1::2]
        assert await door.ids(config("t"), filter={"even": True}, limit=90) == back[1::2][:90]
        assert await door.ids(config("t"), filter={"even": True, "who": {"x": 4}}) == [ids[4]]
        assert await door.ids(config("t"), filter={"absent": None}) == []
        assert await door.ids(config("t"), before=config("t", ids[100])) == ids[:100][::-1]
        assert await door.ids(config("t", ns=None), before=config("t", ids[100]), limit=2) == [ids[99], ids[98]]
        assert await door.ids(config("t", ids[7])) == [ids[7]]
        assert await door.ids(config("t"), before=config("t", "never-saved")) == []
        assert await door.ids(None, limit=70) == back[:70]
        assert await door.ids(None, before=config("t", ids[2])) == [ids[1], ids[0]]

    async def test_the_saver_can_be_used_meanwhile(self, door: Door) -> None:
        line = Line(door, "t")
        ids = [await line.step({"a": n}) for n in range(100)]
        seen = []
        if door.is_async:
            async for item in door.saver.alist(config("t")):
                seen.append(item.checkpoint["id"])
                await line.step({"a": "later"})
                await line.check([item.checkpoint["id"]])
        else:
            for item in door.saver.list(config("t")):
                seen.append(item.checkpoint["id"])
                await line.step({"a": "later"})
                await line.check([item.checkpoint["id"]])
        assert seen == ids[::-1]


class TestWholeThreads:
    async def test_delete(self, door: Door) -> None:
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

    async def test_copy(self, door: Door) -> None:
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

    async def test_copy_to_a_thread_that_holds_something(self, door: Door) -> None:
        await Line(door, "t").step({"a": 1})
        await Line(door, "u", "sub").step({"a": 1})
        with pytest.raises(ValueError, match="'u' holds checkpoints"):
            await door.call("copy_thread", "t", "u")
        with pytest.raises(ValueError, match="'t' holds checkpoints"):
            await door.call("copy_thread", "t", "t")

    async def test_delete_for_runs(self, door: Door) -> None:
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

    async def test_damage_in_the_middle_is_reported(self, door: Door) -> None:
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
