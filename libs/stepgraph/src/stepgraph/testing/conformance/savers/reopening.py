"""Rules about two savers of one database: another process, or the same one after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from stepgraph.checkpoint.base import BaseCheckpointSaver, Delta
from stepgraph.errors import ThreadConflictError
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.testing.conformance.savers.scenes import long_thread

__all__ = ["ReopeningRules"]


class ReopeningRules:
    """What a saver remembers besides the database is never trusted over it."""

    def another(self, saver: BaseCheckpointSaver) -> AbstractAsyncContextManager[BaseCheckpointSaver]:
        """Open a second saver of the same database: a hook that the author may supply."""
        pytest.skip("no hook another(): a second saver of one database is not tested")

    @rule()
    async def test_second_saver_reads(self, saver: SaverDoor) -> None:
        """What one saver saved another reads."""
        journals = [await long_thread(saver, "thread", ns, 40) for ns in ("", "child:1")]
        async with self._second(saver) as second:
            for journal in journals:
                journal.saver = second
                await journal.expect_reads()

    @rule()
    async def test_second_saver_taking_turns(self, saver: SaverDoor) -> None:
        """Two savers that put to one thread in turn both build on what the other saved."""
        async with self._second(saver) as second:
            journal = Journal(saver)
            items: list[str] = ["x" * 300]
            await journal.put({"items": items, "rests": "y" * 900})
            for turn in range(60):
                journal.saver = (saver, second)[turn // 3 % 2]
                await journal.expect_head()
                items = [*items, f"item {turn}"]
                delta = Delta(kept=len(items) - 1, added=items[-1:])
                changes: dict[str, Any] = {"items": items, "rests": turn} if turn % 13 == 5 else {"items": items}
                await journal.put(changes, deltas={"items": delta}, head=journal.head)
                await journal.expect_head()
            for journal.saver in (saver, second):
                await journal.expect_reads()

    @rule()
    async def test_second_saver_one_winner(self, saver: SaverDoor) -> None:
        """Of writers in two savers on one parent exactly one wins."""
        async with self._second(saver) as second:
            journals = [Journal(saver), Journal(second)]
            entry = await journals[0].put({"a": 0})
            for journal in journals:
                journal.entries, journal.head = {entry.id: entry}, entry.id
            attempts = (journals[number % 2].attempt({"a": number}, head=entry.id) for number in range(32))
            ended = await asyncio.gather(*attempts, return_exceptions=True)
            expect_same(sum(isinstance(each, str) for each in ended), 1, "how many won")
            lost = [type(each).__name__ for each in ended if not isinstance(each, str)]
            expect_same(set(lost), {ThreadConflictError.__name__}, "what the others got")

    @rule(needs="prune")
    async def test_second_saver_deleting(self, saver: SaverDoor) -> None:
        """What one saver deletes or prunes is gone for another."""
        async with self._second(saver) as second:
            journal = await long_thread(saver, "thread", "", 30)
            doomed = await long_thread(saver, "doomed", "", 10)
            await second.prune(["thread"], keep_last=3)
            await second.delete_thread("doomed")
            await journal.expect_reads(kept=journal.ids[-3:])
            await journal.put({"turn": "on"}, head=journal.head)
            await journal.expect_reads(kept=journal.ids[-4:])
            doomed = Journal(saver, "doomed")
            await doomed.put({"a": 1}, head=None)
            await doomed.expect_reads()

    @asynccontextmanager
    async def _second(self, saver: SaverDoor) -> AsyncIterator[SaverDoor]:
        async with self.another(saver.inner) as inner:
            yield SaverDoor(inner, saver.colour)
