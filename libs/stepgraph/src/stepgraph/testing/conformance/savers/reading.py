"""Rules about finding a checkpoint: the head, an older one, its parents, and the values that it shares with them."""

from __future__ import annotations

import random
from typing import Any

from stepgraph.errors import MissingThreadError
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config

__all__ = ["ReadingRules"]


class ReadingRules:
    """A config finds its checkpoint."""

    @rule()
    async def test_reading_head_and_explicit_id(self, saver: SaverDoor) -> None:
        """A config without checkpoint_id finds the head, one with it that checkpoint."""
        journal = Journal(saver)
        for turn in range(5):
            await journal.put({"turn": turn})
            await journal.expect_reads()

    @rule()
    async def test_reading_absent(self, saver: SaverDoor) -> None:
        """A thread, a namespace or an id that is not there reads as None."""
        journal = Journal(saver, ns="child")
        expect(await saver.get_tuple(head_config("nobody")) is None, "an unknown thread was found")
        entry = await journal.put({"a": 1})
        for config, what in (
            (head_config("thread"), "the root of a thread that has only a namespace"),
            (head_config("thread", "", entry.id), "a checkpoint of another namespace"),
            (head_config("thread", "child", "no-such-id"), "an id that was never saved"),
            (head_config("other", "child", entry.id), "a checkpoint of another thread"),
            (head_config("thread", "chil"), "a namespace of which another begins alike"),
        ):
            expect(await saver.get_tuple(config) is None, f"get_tuple() found {what}")
            expect(await saver.get(config) is None, f"get() found {what}")
        expect_same(await saver.list(head_config("nobody")), [], "what list() yields of an unknown thread")

    @rule()
    async def test_reading_get(self, saver: SaverDoor) -> None:
        """`get` returns the checkpoint of `get_tuple`."""
        journal = Journal(saver)
        entry = await journal.put({"a": [1]})
        found = await saver.get(journal.config())
        expect(found is not None and found["id"] == entry.id, "get() did not return the head")

    @rule()
    async def test_reading_missing_thread(self, saver: SaverDoor) -> None:
        """A config without a thread is a MissingThreadError."""
        journal = Journal(saver)
        entry, new = journal.draft({"a": 1})
        nowheres: tuple[Any, ...] = ({}, {"configurable": {}}, {"configurable": {"thread_id": ""}})
        for nowhere in nowheres:
            await refusal(saver.get_tuple(nowhere), MissingThreadError, "get_tuple()")
            await refusal(saver.put(nowhere, entry.checkpoint, entry.metadata, new), MissingThreadError, "put()")
            named = {"configurable": {**nowhere.get("configurable", {}), "checkpoint_id": entry.id}}
            await refusal(saver.put_writes(named, [("a", 1)], "task"), MissingThreadError, "put_writes()")
        expect_same(await saver.list(None), [], "what is saved after refused calls")

    @rule()
    async def test_reading_unchanged_channels(self, saver: SaverDoor) -> None:
        """A channel that did not change reads as its parents have it."""
        journal = Journal(saver)
        dice = random.Random(1)
        await journal.put({f"channel_{number}": [number, "first"] for number in range(12)})
        for turn in range(80):
            chosen = dice.sample(range(12), dice.randint(0, 2))
            await journal.put({f"channel_{number}": {"turn": turn, "of": "x" * (turn * 13)} for number in chosen})
        await journal.expect_reads()

    @rule()
    async def test_reading_channels_go_away(self, saver: SaverDoor) -> None:
        """A channel that went away stays away, and may come back."""
        journal = Journal(saver)
        await journal.put({"stays": 1, "comes and goes": "x" * 2_000})
        for turn in range(40):
            if turn % 4 == 1:
                await journal.put({"turn": turn}, gone=["comes and goes"])
            elif turn % 4 == 3:
                await journal.put({"comes and goes": ("y" if turn % 8 == 3 else "z" * 2_000, turn)})
            else:
                await journal.put({"turn": turn})
        await journal.expect_reads()

    @rule()
    async def test_reading_parents(self, saver: SaverDoor) -> None:
        """A checkpoint knows its parent, also one that is not the newest, and reads that one's values."""
        journal = Journal(saver)
        first = await journal.put({"a": ["first"], "b": 1, "big": "x" * 3_000})
        for turn in range(20):
            await journal.put({"a": ["main", turn]})
        await journal.put({"b": 2}, parent=first.id)
        for turn in range(20):
            await journal.put({"c": turn})
        middle = journal.ids[10]
        await journal.put({"c": "from the middle"}, parent=middle, gone=["big"])
        await journal.put({"d": 1})
        await journal.expect_reads()
