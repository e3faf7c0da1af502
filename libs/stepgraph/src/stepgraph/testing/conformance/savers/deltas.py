"""Rules about deltas: a saver may keep how a value came about, and must give the value back."""

from __future__ import annotations

import random
from typing import Any

from stepgraph.checkpoint.base import Delta
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.testing.conformance.serializers import CountingSerializer

__all__ = ["DeltaRules", "changed_dict", "changed_list"]


def changed_list(before: list[Any], dice: random.Random, turn: int) -> tuple[list[Any], Delta]:
    """Return a list that came from `before` by some edits, a cut and some new items, with its delta."""
    kept = dice.randint(max(0, len(before) - 3), len(before)) if dice.random() < 0.3 else len(before)
    edits = {index: ["edited", turn] for index in dice.sample(range(kept), min(kept, dice.choice((0, 0, 1, 3))))}
    added = [{"turn": turn, "text": "x" * dice.randint(0, 200)} for _ in range(dice.choice((0, 1, 1, 2)))]
    after = [edits.get(index, item) for index, item in enumerate(before[:kept])] + added
    return after, Delta(kept=kept, edits=edits, added=added)


def changed_dict(before: dict[Any, Any], dice: random.Random, turn: int) -> tuple[dict[Any, Any], Delta]:
    """Return a dict that came from `before` by edits, new keys and removals, with its delta."""
    gone = dice.sample(list(before), min(len(before), dice.choice((0, 0, 1, 2))))
    left = {key: value for key, value in before.items() if key not in gone}
    chosen = dice.sample(list(left), min(len(left), dice.choice((0, 1, 2))))
    new: dict[Any, Any] = {f"key {turn}": (turn, "x" * dice.randint(0, 200))} if dice.random() < 0.6 else {turn: [turn]}
    edits = {**{key: ["edited", turn] for key in chosen}, **new}
    return {**left, **edits}, Delta(edits=edits, gone=gone)


class DeltaRules:
    """Whatever deltas say, the value of each checkpoint is the one that was put."""

    @rule()
    async def test_deltas_appends(self, saver: SaverDoor) -> None:
        """A list that grows by deltas over hundreds of checkpoints reads right in each of them."""
        journal = Journal(saver)
        items: list[str] = []
        await journal.put({"items": items})
        for turn in range(300):
            added = [f"item {turn}"]
            items = [*items, *added]
            await journal.put({"items": items}, deltas={"items": Delta(kept=turn, added=added)})
        await journal.expect_reads()

    @rule()
    async def test_deltas_lists(self, saver: SaverDoor) -> None:
        """A list that is edited, cut and extended by deltas reads right."""
        dice = random.Random(2)
        journal = Journal(saver)
        items: list[Any] = ["first"]
        await journal.put({"items": items})
        for turn in range(200):
            items, delta = changed_list(items, dice, turn)
            await journal.put({"items": items}, deltas={"items": delta})
        await journal.expect_reads()

    @rule()
    async def test_deltas_dicts(self, saver: SaverDoor) -> None:
        """A dict whose keys are set, added and removed by deltas reads right, in its order."""
        dice = random.Random(3)
        journal = Journal(saver)
        table: dict[Any, Any] = {"first": 1, 2: "two"}
        await journal.put({"table": table})
        for turn in range(200):
            table, delta = changed_dict(table, dice, turn)
            await journal.put({"table": table}, deltas={"table": delta})
        await journal.expect_reads()

    @rule()
    async def test_deltas_mixed(self, saver: SaverDoor) -> None:
        """Puts with and without deltas, of several channels, mix."""
        dice = random.Random(4)
        journal = Journal(saver)
        items: list[Any] = []
        table: dict[Any, Any] = {}
        await journal.put({"items": items, "table": table, "plain": 0})
        for turn in range(150):
            changes: dict[str, Any] = {}
            deltas: dict[str, Delta] = {}
            if dice.random() < 0.6:
                items, delta = changed_list(items, dice, turn)
                changes["items"], deltas["items"] = items, delta
            if dice.random() < 0.6:
                table, delta = changed_dict(table, dice, turn)
                changes["table"], deltas["table"] = table, delta
            if dice.random() < 0.3:
                changes["plain"] = turn
            for channel in ("items", "table"):
                if dice.random() < 0.2:
                    deltas.pop(channel, None)
            await journal.put(changes, deltas=deltas)
        await journal.expect_reads()

    @rule()
    async def test_deltas_branches(self, saver: SaverDoor) -> None:
        """A delta refers to the parent that is named, not to the newest checkpoint."""
        dice = random.Random(5)
        journal = Journal(saver)
        await journal.put({"items": ["a", "b"], "big": ["x" * 500] * 10})
        for turn in range(100):
            parent = dice.choice(journal.ids) if turn % 5 == 0 else journal.head
            before = journal.entries[str(parent)].checkpoint["channel_values"]["items"]
            items, delta = changed_list(before, dice, turn)
            await journal.put({"items": items}, deltas={"items": delta}, parent=parent)
        await journal.expect_reads()

    @rule()
    async def test_deltas_after_a_gap(self, saver: SaverDoor) -> None:
        """A channel that went away, or became something else, can grow by deltas again."""
        journal = Journal(saver)
        items: list[Any] = ["x" * 400]
        await journal.put({"items": items})
        for turn in range(60):
            if turn % 10 == 3:
                await journal.put({}, gone=["items"])
            elif turn % 10 == 4:
                items = [turn]
                await journal.put({"items": items})
            elif turn % 10 == 7:
                await journal.put({"items": "a text", "turn": turn})
            elif turn % 10 == 8:
                items = ["again"] * 50
                await journal.put({"items": items})
            else:
                items = [*items, turn]
                await journal.put({"items": items}, deltas={"items": Delta(kept=len(items) - 1, added=[turn])})
        await journal.expect_reads()

    @rule()
    async def test_deltas_empty(self, saver: SaverDoor) -> None:
        """A delta that keeps everything and adds nothing is no change."""
        journal = Journal(saver)
        await journal.put({"items": [1, 2], "table": {"a": 1}})
        for _ in range(5):
            changes = {"items": [1, 2], "table": {"a": 1}}
            await journal.put(changes, deltas={"items": Delta(kept=2), "table": Delta()})
        await journal.put({"items": []}, deltas={"items": Delta(kept=0)})
        await journal.expect_reads()

    @rule()
    async def test_deltas_isolated(self, saver: SaverDoor) -> None:
        """What a delta holds is a copy: editing it afterwards changes nothing."""
        journal = Journal(saver)
        added: list[Any] = [["new"]]
        await journal.put({"items": ["x" * 300]})
        await journal.put({"items": ["x" * 300, *added]}, deltas={"items": Delta(kept=1, added=added)})
        added[0].append("edited")
        added.append("more")
        await journal.expect_reads()

    @rule(needs="lean", serde=CountingSerializer)
    async def test_scale_appends(self, saver: SaverDoor) -> None:
        """An append by a delta stores what was added, not the list again."""
        counts: CountingSerializer = saver.settings["serde"]
        journal = Journal(saver)
        items: list[str] = []
        await journal.put({"items": items})
        for turn in range(200):
            items = [*items, "x" * 1_000]
            await journal.put({"items": items}, deltas={"items": Delta(kept=turn, added=items[-1:])})
        expect(
            counts.bytes_out < 2_000_000,
            f"200 appends of 1 KB made {counts.bytes_out:,} bytes; storing the list each time makes 20,000,000",
        )
        await journal.expect_head()
