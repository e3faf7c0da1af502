"""Rules about pending writes: what tasks that follow a checkpoint have written."""

from __future__ import annotations

import asyncio

from stepgraph.checkpoint.base import ERROR, INTERRUPT, RESUME, STATUS, STEPS, TaskWrites
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect_same
from stepgraph.testing.conformance.samples import PLAIN
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.types import Interrupt, Send

__all__ = ["PendingRules"]


class PendingRules:
    """Pending writes stand beside the checkpoint that they follow."""

    @rule()
    async def test_pending_none(self, saver: SaverDoor) -> None:
        """A checkpoint without pending writes has none."""
        journal = Journal(saver)
        await journal.put({"a": 1})
        await journal.expect_reads()

    @rule()
    async def test_pending_round_trip(self, saver: SaverDoor) -> None:
        """Pending writes come back with their checkpoint, and with no other."""
        journals = [Journal(saver, thread, ns) for thread in ("1", "2") for ns in ("", "child:1")]
        for journal in journals:
            for turn in range(3):
                await journal.put({"turn": turn})
            await journal.write(journal.ids[1], [("a", [1, (2,)]), ("b", None), ("a", "twice")], "task", "path")
        for journal in journals:
            await journal.expect_reads()

    @rule()
    async def test_pending_values(self, saver: SaverDoor) -> None:
        """A pending write of every plain type comes back equal, with its type."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await journal.write(entry.id, list(PLAIN.items()))
        await journal.expect_reads()

    @rule()
    async def test_pending_order(self, saver: SaverDoor) -> None:
        """Pending writes are in the order of task paths, and within a task in its own order."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        for number in (3, 1, 4, 0, 2):
            writes = [("z", number), ("a", number), ("m", number)]
            await journal.write(entry.id, writes, f"task {9 - number}", f"~pull, {number:03}")
        await journal.expect_reads()

    @rule()
    async def test_pending_plain_replaced(self, saver: SaverDoor) -> None:
        """A second call for a task replaces its plain writes as a whole."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await journal.write(entry.id, [("a", 1), ("b", 1), ("c", 1)], "one", "1")
        await journal.write(entry.id, [("a", 1)], "two", "2")
        await journal.write(entry.id, [("b", 2)], "one", "1")
        await journal.expect_reads()
        await journal.write(entry.id, [("b", 3), ("a", 3), ("b", 4)], "one", "1")
        await journal.expect_reads()

    @rule()
    async def test_pending_reserved_replaced(self, saver: SaverDoor) -> None:
        """A second call for a task replaces each reserved channel by itself, and leaves the plain writes alone."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await journal.write(entry.id, [("a", 1), (STATUS, "interrupted"), (INTERRUPT, [Interrupt("why?", "1")])])
        await journal.expect_reads()
        await journal.write(entry.id, [(RESUME, {"1": None})])
        await journal.write(entry.id, [(STEPS, {"fetch": [1, 2]})])
        await journal.expect_reads()
        await journal.write(entry.id, [(STATUS, "failed"), (ERROR, "it broke")])
        await journal.expect_reads()
        await journal.write(entry.id, [("b", 2), (STATUS, "done")])
        await journal.expect_reads()

    @rule()
    async def test_pending_done_stays(self, saver: SaverDoor) -> None:
        """What a task that is done has written stays, whatever a run that is late says of it, unless it is refused."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await journal.write(entry.id, [("a", 1), (STATUS, "done")])
        late = [("a", 2), (STATUS, "done")], [(STATUS, "failed"), (ERROR, "late")], [(STATUS, "interrupted")]
        for writes in late:
            await saver.put_writes(journal.config(entry.id), writes, "task", "")
            await journal.expect_reads()
        await journal.write(entry.id, [(STATUS, "refused"), (ERROR, "it did not fit")])
        await journal.expect_reads()
        await journal.write(entry.id, [("a", 3), (STATUS, "done")])
        await journal.expect_reads()

    @rule()
    async def test_pending_reserved_of_tasks(self, saver: SaverDoor) -> None:
        """A reserved write stays that of its task, whatever other tasks write."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        for number in range(5):
            await journal.write(entry.id, [("a", number), (STATUS, f"status {number}")], f"task {number}", str(number))
        await journal.write(entry.id, [(STATUS, "done")], "task 2", "2")
        await journal.expect_reads()

    @rule()
    async def test_pending_in_a_put(self, saver: SaverDoor) -> None:
        """The pending writes that come with a put belong to the parent."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        await journal.write(first.id, [("a", "before"), (STATUS, "failed")], "one", "1")
        writes = [
            TaskWrites("two", [("a", 2), ("a", 3), (STATUS, "done")], "2"),
            TaskWrites("one", [("a", 1), (STATUS, "done")], "1"),
        ]
        await journal.put({"a": 2}, writes=writes)
        await journal.put({"a": 3}, writes=[TaskWrites("three", [("to", [Send("node", 1)])])])
        await journal.expect_reads()

    @rule()
    async def test_pending_listed(self, saver: SaverDoor) -> None:
        """`list` shows pending writes as `get_tuple` does, for each checkpoint its own."""
        journal = Journal(saver)
        for turn in range(60):
            entry = await journal.put({"turn": turn})
            await journal.write(entry.id, [("turn", turn), (STATUS, "done")], f"task {turn}", str(turn % 7))
        await journal.expect_reads()

    @rule()
    async def test_pending_at_once(self, saver: SaverDoor) -> None:
        """A hundred tasks that save their writes at once all keep them."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        writes = (
            journal.write(entry.id, [("a", number), (STATUS, "done")], f"task {number}", f"{number:03}")
            for number in range(100)
        )
        await asyncio.gather(*writes)
        await journal.expect_reads()

    @rule()
    async def test_pending_repeated(self, saver: SaverDoor) -> None:
        """Writes of one task that are saved again and again are there once."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        for _ in range(10):
            await journal.write(entry.id, [("a", 1), (STATUS, "done")])
        found = await saver.get_tuple(journal.config())
        expect_same(len(found.pending_writes or []) if found else None, 2, "how many writes there are")
