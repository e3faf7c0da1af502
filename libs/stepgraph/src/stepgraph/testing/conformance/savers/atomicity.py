"""Rules about failing: an operation that fails leaves nothing behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from stepgraph.checkpoint.base import TaskWrites
from stepgraph.errors import SerializationError
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal

__all__ = ["AtomicityRules"]


class Unkept:
    """A class of which no saver keeps instances."""


class AtomicityRules:
    """A put lands whole or not at all."""

    @rule()
    async def test_atomic_unkept_value(self, saver: SaverDoor) -> None:
        """A put with one value that cannot be kept saves nothing, and the head stays."""
        journal = Journal(saver)
        await journal.put({"a": 1, "items": ["x" * 1_000]})
        for position in ("a", "m", "z"):
            changes: dict[str, Any] = {"a": 2, "m": "x" * 2_000, "z": 3, position: [{"deep": Unkept()}]}
            await refusal(journal.attempt(changes, head=journal.head), SerializationError, "a put of such a value")
            await journal.expect_reads()
        await journal.put({"a": 4}, head=journal.head)
        await journal.expect_reads()

    @rule()
    async def test_atomic_unkept_value_in_the_first_put(self, saver: SaverDoor) -> None:
        """The first put of a thread that fails leaves no thread."""
        journal = Journal(saver)
        await refusal(journal.attempt({"a": 1, "b": Unkept()}), SerializationError, "a put of such a value")
        await journal.expect_reads()
        await journal.put({"a": 1}, head=None)
        await journal.expect_reads()

    @rule()
    async def test_atomic_channel_is_named(self, saver: SaverDoor) -> None:
        """The error names the channel of the value that cannot be kept."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        writes = [("a", 1), ("the_channel", Unkept())]
        attempts: dict[str, Callable[[], Awaitable[Any]]] = {
            "a put": lambda: journal.attempt({"the_channel": Unkept()}),
            "put_writes": lambda: saver.put_writes(journal.config(entry.id), writes, "task"),
        }
        for what, attempt in attempts.items():
            error = await refusal(attempt(), SerializationError, f"{what} of such a value")
            expect("the_channel" in str(error), f"{what}: the message does not name the channel: {error}")

    @rule()
    async def test_atomic_unkept_metadata(self, saver: SaverDoor) -> None:
        """Metadata that cannot be kept are refused, and nothing is saved."""
        journal = Journal(saver)
        await journal.put({"a": 1})
        await refusal(journal.attempt({"a": 2}, extra=Unkept()), SerializationError, "a put of such metadata")
        await journal.expect_reads()

    @rule()
    async def test_atomic_unkept_writes_in_a_put(self, saver: SaverDoor) -> None:
        """A put whose pending writes cannot be kept saves neither them nor the checkpoint."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        entry, new = journal.draft({"a": 2})
        writes = [TaskWrites("one", [("a", 1)]), TaskWrites("two", [("a", 1), ("b", Unkept())])]
        put = saver.put(journal.config(first.id), entry.checkpoint, entry.metadata, new, writes=writes)
        await refusal(put, SerializationError, "a put with such writes")
        await journal.expect_reads()

    @rule()
    async def test_atomic_unkept_pending_write(self, saver: SaverDoor) -> None:
        """A `put_writes` that cannot keep one value keeps what was there before."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await journal.write(entry.id, [("a", "before")])
        writes = [("a", "after"), ("b", Unkept())]
        await refusal(saver.put_writes(journal.config(entry.id), writes, "task"), SerializationError, "put_writes")
        await journal.expect_reads()

    @rule()
    async def test_atomic_going_on(self, saver: SaverDoor) -> None:
        """After a refused put the thread goes on, and deltas count from what was saved."""
        journal = Journal(saver)
        items = ["x" * 500]
        await journal.put({"items": items, "other": 1})
        for turn in range(40):
            changes: dict[str, Any] = {"items": [*items, Unkept()], "other": turn}
            await refusal(journal.attempt(changes, head=journal.head), SerializationError, "a put of such a value")
            await journal.put({"other": turn}, head=journal.head)
        await journal.expect_reads()
