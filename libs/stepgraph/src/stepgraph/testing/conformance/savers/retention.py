"""Rules about retention: what is old goes, and what is left reads as before."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config
from stepgraph.testing.conformance.savers.scenes import long_thread

__all__ = ["RetentionRules"]

DAY: Final = 86_400.0


class RetentionRules:
    """Heads stay; a checkpoint is there whole, or not at all."""

    @rule(needs="prune")
    async def test_prune_keep_latest(self, saver: SaverDoor) -> None:
        """`prune` keeps the heads by default, of every thread and namespace, and says how many it deleted."""
        journals = [await long_thread(saver, thread, ns, 40) for thread in ("1", "2") for ns in ("", "child:1")]
        expect_same(await saver.prune(), 4 * 39, "how many prune() says it deleted")
        for journal in journals:
            await journal.expect_reads(kept=[str(journal.head)])
        expect_same(await saver.prune(), 0, "how many a second prune() deleted")

    @rule(needs="prune")
    async def test_prune_thread_ids(self, saver: SaverDoor) -> None:
        """`prune` touches the threads that it is given, and no other."""
        journals = [await long_thread(saver, thread, "", 30) for thread in ("1", "2", "3")]
        expect_same(await saver.prune(["1", "3", "nobody"]), 2 * 29, "how many were deleted")
        for journal in journals:
            await journal.expect_reads(kept=journal.ids if journal.thread_id == "2" else [str(journal.head)])
        expect_same(await saver.prune([]), 0, "how many were deleted for no thread")

    @rule(needs="prune")
    async def test_prune_keep_last(self, saver: SaverDoor) -> None:
        """`prune` with keep_last keeps that many of each namespace, the newest, through deltas and branches."""
        for keep_last in (1, 2, 7, 20, 200):
            journals = [await long_thread(saver, f"{keep_last}", ns, 60) for ns in ("", "child:1")]
            await saver.prune([f"{keep_last}"], keep_last=keep_last)
            for journal in journals:
                await journal.expect_reads(kept=journal.ids[-keep_last:])

    @rule(needs="prune")
    async def test_prune_max_age(self, saver: SaverDoor) -> None:
        """`prune` with max_age keeps what is younger, and the head at any age."""
        for name, max_age in (("seconds", DAY), ("timedelta", timedelta(days=1))):
            journal = Journal(saver, name)
            for age in (4, 3, 2, 0.5, 0.1, 0):
                await journal.put({"age": age, "big": ["x" * 900]} if age > 2 else {"age": age}, age=age * DAY)
            expect_same(await saver.prune([name], max_age=max_age), 3, "how many were deleted")
            await journal.expect_reads(kept=journal.ids[3:])
        old = await long_thread(saver, "old", "", 20, age=9 * DAY)
        await saver.prune(["old"], max_age=DAY)
        await old.expect_reads(kept=[str(old.head)])

    @rule(needs="prune")
    async def test_prune_delete(self, saver: SaverDoor) -> None:
        """`prune` with strategy='delete' deletes the threads."""
        doomed = await long_thread(saver, "doomed", "child:1", 20)
        other = await long_thread(saver, "other", "", 20)
        expect_same(await saver.prune(["doomed"], strategy="delete"), 20, "how many were deleted")
        expect_same(await saver.list(head_config("doomed", "child:1")), [], "what is left of the thread")
        expect(await saver.get_tuple(doomed.config()) is None, "the head is left")
        await other.expect_reads()

    @rule(needs="prune")
    async def test_prune_wrong_settings(self, saver: SaverDoor) -> None:
        """Settings that make no sense are a ValueError, and nothing is deleted."""
        journal = await long_thread(saver, "thread", "", 10)
        await refusal(saver.prune(keep_last=0), ValueError, "prune(keep_last=0)")
        await refusal(saver.prune(max_age=-1), ValueError, "prune(max_age=-1)")
        await journal.expect_reads()

    @rule(needs="prune", on_conflict="fork")
    async def test_prune_head_behind_branches(self, saver: SaverDoor) -> None:
        """A head that is not the newest stays when the rest is pruned."""
        journal = Journal(saver)
        first = await journal.put({"items": ["x" * 900]})
        await journal.put({"a": 1})
        branch = first
        for turn in range(5):
            branch = await journal.put({"a": turn}, parent=branch.id, head=branch.id, moves_head=False)
        await saver.prune()
        await journal.expect_reads(kept=[str(journal.head)])

    @rule(needs="prune")
    async def test_prune_going_on(self, saver: SaverDoor) -> None:
        """A pruned thread goes on: deltas, branches and further pruning read right."""
        journal = Journal(saver)
        items = ["x" * 400]
        await journal.put({"items": items, "rests": "y" * 900})
        kept: list[str] = []
        for turn in range(60):
            items = [*items, f"item {turn}"]
            entry = await journal.put({"items": items}, head=journal.head)
            kept = [*kept, entry.id]
            if turn % 7 == 6:
                await saver.prune(keep_last=3)
                kept = kept[-3:]
        await saver.prune(keep_last=3)
        await journal.expect_reads(kept=kept[-3:])

    @rule(needs="retention", keep_last=5)
    async def test_retention_keep_last(self, saver: SaverDoor) -> None:
        """With keep_last a thread stays bounded without a call, and what is left reads right."""
        journal = await long_thread(saver, "thread", "", 200)
        newest = await _shrink(saver, journal, 100)
        expect_same(newest[:5], journal.ids[-5:][::-1], "the newest five")

    @rule(needs="retention", max_age=DAY)
    async def test_retention_max_age(self, saver: SaverDoor) -> None:
        """With max_age what is too old goes without a call, and the head stays."""
        journal = await long_thread(saver, "thread", "", 200, age=3 * DAY)
        await _shrink(saver, journal, 150)

    @rule()
    async def test_retention_none(self, saver: SaverDoor) -> None:
        """Without settings nothing goes by itself."""
        journal = await long_thread(saver, "thread", "", 150, age=9_999 * DAY)
        await journal.expect_reads()


async def _shrink(saver: SaverDoor, journal: Journal, bound: int) -> list[str]:
    """Go on putting until less than `bound` checkpoints are left, and return their ids, the newest first.

    More may go at any time, so each is either gone or reads right.
    """
    for turn in range(120):
        listed = await saver.list(journal.config())
        for item in listed:
            journal.compare(item, item.checkpoint["id"], None, "list()")
        head = await saver.get_tuple(journal.config())
        journal.compare(head, str(journal.head), None, "get_tuple() of the head")
        if len(listed) < bound:
            for each in journal.ids[::7]:
                found = await saver.get_tuple(journal.config(each))
                if found is not None:
                    journal.compare(found, each, None, "get_tuple() by id")
            return [item.checkpoint["id"] for item in listed]
        await journal.put({"more": turn})
        await asyncio.sleep(0)
    raise AssertionError(f"of {len(journal.ids)} checkpoints {len(listed)} are left, expected less than {bound}")
