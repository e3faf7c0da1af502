"""Rules about whole threads: deleting, copying, and taking back what a run did."""

from __future__ import annotations

from stepgraph.checkpoint.base import STATUS
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config
from stepgraph.testing.conformance.savers.scenes import long_thread

__all__ = ["WholeThreadRules"]


class WholeThreadRules:
    """What is done to a thread is done to all of it, and to no other."""

    @rule()
    async def test_thread_deleted(self, saver: SaverDoor) -> None:
        """`delete_thread` deletes every namespace with its pending writes, and no other thread."""
        doomed = [await long_thread(saver, "doomed", ns, 20) for ns in ("", "child:1")]
        other = await long_thread(saver, "other", "", 20)
        await saver.delete_thread("doomed")
        for journal in doomed:
            expect(await saver.get_tuple(journal.config()) is None, f"a head is left in namespace {journal.ns!r}")
            for each in journal.ids:
                expect(await saver.get_tuple(journal.config(each)) is None, "a checkpoint is left")
        expect_same(await saver.list({"configurable": {"thread_id": "doomed"}}), [], "what list() yields")
        await other.expect_reads()

    @rule()
    async def test_thread_anew(self, saver: SaverDoor) -> None:
        """A thread that was deleted begins anew."""
        for _ in range(3):
            journal = Journal(saver)
            first = await journal.put({"a": 1}, head=None)
            await journal.write(first.id, [("a", 1)])
            await journal.put({"a": 2}, head=first.id)
            await journal.expect_reads()
            await saver.delete_thread("thread")
        await saver.delete_thread("thread")
        await saver.delete_thread("never there")

    @rule(needs="copy")
    async def test_copy(self, saver: SaverDoor) -> None:
        """A copy of a thread has its history, pending writes and namespaces, under the same ids."""
        journals = [await long_thread(saver, "source", ns, 40) for ns in ("", "child:1")]
        await saver.copy_thread("source", "target")
        for journal in journals:
            await journal.expect_reads()
            journal.thread_id = "target"
            await journal.expect_reads()

    @rule(needs="copy")
    async def test_copy_apart(self, saver: SaverDoor) -> None:
        """A copy and its source go on apart."""
        source = await long_thread(saver, "source", "", 20)
        await saver.copy_thread("source", "target")
        target = Journal(saver, "target")
        target.entries, target.head = dict(source.entries), source.head
        for journal in (source, target, source, target):
            await journal.put({"by": journal.thread_id}, head=journal.head)
        await source.expect_reads()
        await target.expect_reads()
        await saver.delete_thread("source")
        await target.expect_reads()

    @rule(needs="copy")
    async def test_copy_to_a_used_thread(self, saver: SaverDoor) -> None:
        """A thread is copied to an empty one only: else it is a ValueError and nothing changes."""
        source = await long_thread(saver, "source", "", 5)
        used = await long_thread(saver, "used", "child:1", 5)
        await refusal(saver.copy_thread("source", "used"), ValueError, "copying to a thread that holds checkpoints")
        await refusal(saver.copy_thread("source", "source"), ValueError, "copying a thread to itself")
        await source.expect_reads()
        await used.expect_reads()

    @rule(needs="delete_for_runs")
    async def test_runs_deleted(self, saver: SaverDoor) -> None:
        """`delete_for_runs` deletes what those runs made and says how many."""
        journal = Journal(saver)
        child = Journal(saver, ns="child:1")
        for turn in range(40):
            run = f"run {turn // 10}"
            entry = await journal.put({"turn": turn, f"c{turn % 5}": "x" * 500}, run_id=run)
            await journal.write(entry.id, [("turn", turn), (STATUS, "done")])
            await child.put({"turn": turn}, run_id=run)
        deleted = await saver.delete_for_runs(["run 1", "run 3", "no such run"])
        expect_same(deleted, 40, "how many delete_for_runs() says it deleted")
        for each in (journal, child):
            kept = each.ids[:10] + each.ids[20:30]
            each.head = kept[-1]
            await each.expect_reads(kept=kept)

    @rule(needs="delete_for_runs")
    async def test_runs_head_falls_back(self, saver: SaverDoor) -> None:
        """After `delete_for_runs` the head is the nearest ancestor that is left, and the thread goes on from it."""
        journal = Journal(saver)
        first = await journal.put({"a": 1, "items": ["x" * 500]}, run_id="1")
        await journal.put({"a": 2}, run_id="2")
        await journal.put({"a": 3}, run_id="3", parent=first.id)
        await journal.put({"a": 4}, run_id="3")
        expect_same(await saver.delete_for_runs(["3"]), 2, "how many were deleted")
        left = journal.ids[:2]
        journal.head = first.id
        await journal.expect_reads(kept=left)
        entry = await journal.put({"a": 5}, head=first.id)
        await journal.expect_reads(kept=[*left, entry.id])

    @rule(needs="delete_for_runs")
    async def test_runs_all_deleted(self, saver: SaverDoor) -> None:
        """A thread of which every checkpoint is deleted is empty."""
        journal = Journal(saver)
        for turn in range(5):
            await journal.put({"turn": turn}, run_id="r")
        expect_same(await saver.delete_for_runs(["r"]), 5, "how many were deleted")
        expect_same(await saver.list(head_config("thread")), [], "what list() yields")
        fresh = Journal(saver)
        await fresh.put({"a": 1}, head=None)
        await fresh.expect_reads()
        expect_same(await saver.delete_for_runs([]), 0, "how many were deleted for no run")
