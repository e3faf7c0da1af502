"""Rules about heads: one writer per parent wins, and what becomes of the others is what `on_conflict` says."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from stepgraph.checkpoint.base import TaskWrites
from stepgraph.errors import ThreadConflictError
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal

__all__ = ["HeadRules"]

WRITERS: Final = 64


class HeadRules:
    """A put that names a head which is no longer the head is no silently lost update."""

    @rule()
    async def test_head_none(self, saver: SaverDoor) -> None:
        """`head=None` lets the first checkpoint in, and only the first."""
        journal = Journal(saver)
        first = await journal.put({"a": 1}, head=None)
        error = await refusal(journal.attempt({"a": 2}, head=None), ThreadConflictError, "a second put with head=None")
        expect_same((error.expected, error.head), (None, first.id), "expected and head of the error")
        await journal.expect_reads()

    @rule()
    async def test_head_right(self, saver: SaverDoor) -> None:
        """A put that names the head succeeds and becomes the head."""
        journal = Journal(saver)
        for turn in range(20):
            await journal.put({"turn": turn}, head=journal.head)
        await journal.expect_reads()

    @rule()
    async def test_head_stale(self, saver: SaverDoor) -> None:
        """A put that names a stale head is a ThreadConflictError that says what was expected and what is."""
        for ns in ("", "child:1"):
            journal = Journal(saver, ns=ns)
            first = await journal.put({"a": 1})
            second = await journal.put({"a": 2})
            attempt = journal.attempt({"a": 3}, head=first.id, parent=first.id)
            error = await refusal(attempt, ThreadConflictError, "a put that names a stale head")
            fields = (error.thread_id, error.checkpoint_ns, error.expected, error.head)
            expect_same(fields, ("thread", ns, first.id, second.id), "thread, namespace, expected and head")
            await journal.expect_reads()

    @rule()
    async def test_head_of_nothing(self, saver: SaverDoor) -> None:
        """A head of a thread that is empty is a conflict as well."""
        journal = Journal(saver)
        error = await refusal(journal.attempt({"a": 1}, head="gone"), ThreadConflictError, "a put on an empty thread")
        expect_same((error.expected, error.head), ("gone", None), "expected and head of the error")
        await journal.expect_reads()

    @rule()
    async def test_head_refused_writes(self, saver: SaverDoor) -> None:
        """The pending writes that came with a refused put are not saved."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        await journal.put({"a": 2})
        entry, new = journal.draft({"a": 3}, parent=first.id)
        put = saver.put(
            journal.config(first.id),
            entry.checkpoint,
            entry.metadata,
            new,
            head=first.id,
            writes=[TaskWrites("task", [("a", 3)])],
        )
        await refusal(put, ThreadConflictError, "a put that names a stale head")
        await journal.expect_reads()

    @rule()
    async def test_head_any(self, saver: SaverDoor) -> None:
        """`head=ANY_HEAD`, the default, is not checked."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        await journal.put({"a": 2})
        await journal.put({"a": 3}, parent=first.id)
        await journal.expect_reads()

    @rule()
    async def test_head_namespaces(self, saver: SaverDoor) -> None:
        """Each namespace of a thread has a head of its own."""
        journals = [Journal(saver, ns=ns) for ns in ("", "a:1", "a:2", "a:1|b:1")]
        for _ in range(3):
            for journal in journals:
                await journal.put({"of": journal.ns}, head=journal.head)
        for journal in journals:
            await journal.expect_reads()

    @rule()
    async def test_head_one_winner(self, saver: SaverDoor) -> None:
        """Of 64 writers on one parent at once exactly one wins, and the others are conflicts."""
        journal = Journal(saver)
        for turn in range(3):
            await journal.put({"turn": turn, "by": "setup"})
            won, lost = await _race(journal)
            expect_same((len(won), len(lost)), (1, WRITERS - 1), "how many won and lost")
            strange = [error for error in lost if not isinstance(error, ThreadConflictError)]
            expect(not strange, f"losing is a ThreadConflictError, got {strange[:1]!r}")
            found = await saver.get_tuple(journal.config())
            expect(found is not None and found.checkpoint["id"] == won[0], "the head is not the winner")
            await saver.delete_thread("thread")
            journal = Journal(saver)

    @rule(needs="fork", on_conflict="fork")
    async def test_fork(self, saver: SaverDoor) -> None:
        """With on_conflict='fork' a stale put is kept as a branch, and the head stays."""
        journal = Journal(saver)
        first = await journal.put({"a": 1, "b": ["x" * 1_000]})
        await journal.put({"a": 2}, head=first.id)
        branch = await journal.put({"a": 3}, head=first.id, parent=first.id, moves_head=False)
        await journal.expect_reads()
        await journal.put({"a": 4}, head=branch.id, parent=branch.id, moves_head=False)
        await journal.put({"a": 5}, head=journal.head)
        await journal.expect_reads()

    @rule(needs="fork", on_conflict="fork")
    async def test_fork_crowd(self, saver: SaverDoor) -> None:
        """64 writers that fork are all kept, and one is the head."""
        journal = Journal(saver)
        await journal.put({"turn": 0})
        won, lost = await _race(journal)
        expect(not lost, f"a saver that forks refused a put: {lost[:1]!r}")
        listed = {item.checkpoint["id"]: item for item in await saver.list(journal.config())}
        expect_same(set(won) | set(journal.ids), set(listed), "the ids that list() yields")
        parents = {each: (item.parent_config or {}).get("configurable", {}) for each, item in listed.items()}
        expect_same({parents[each].get("checkpoint_id") for each in won}, {journal.head}, "the parents of the forks")
        found = await saver.get_tuple(journal.config())
        expect(found is not None and found.checkpoint["id"] in won, "the head is none of the writers")

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_refuse_stale_puts(self, saver: SaverDoor) -> None:
        """With on_conflict='queue' a stale put is refused too."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        await journal.put({"a": 2})
        await refusal(journal.attempt({"a": 3}, head=first.id), ThreadConflictError, "a put that names a stale head")
        await journal.expect_reads()


async def _race(journal: Journal) -> tuple[list[str], list[Any]]:
    """Let many writers follow the head at once; return the ids that were saved, and the errors."""
    attempts = (journal.attempt({"by": number}, head=journal.head) for number in range(WRITERS))
    ended = await asyncio.gather(*attempts, return_exceptions=True)
    return [each for each in ended if isinstance(each, str)], [each for each in ended if not isinstance(each, str)]
