"""Rules about turns: with `on_conflict="queue"` the runs of a thread wait for one another."""

from __future__ import annotations

import asyncio
from typing import Final

from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config

__all__ = ["TurnRules"]

_SOON: Final = 0.05
"""Seconds in which a saver that does not wait would have gone on; one that waits is never mistaken for it."""


class TurnRules:
    """At most one holds the turn of a thread."""

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_serialise(self, saver: SaverDoor) -> None:
        """Runs that take turns on a thread lose no update."""
        await Journal(saver).put({"count": 0})

        async def run() -> None:
            async with saver.turn("thread"):
                found = await saver.get_tuple(head_config("thread"))
                if found is None:
                    raise AssertionError("the head is gone")
                journal = Journal(saver)
                entry, new = journal.draft({"count": found.checkpoint["channel_values"]["count"] + 1})
                new["count"] = entry.checkpoint["channel_versions"]["count"] = (
                    found.checkpoint["channel_versions"]["count"] + 1
                )
                await asyncio.sleep(0)
                head = found.checkpoint["id"]
                await saver.put(found.config, entry.checkpoint, entry.metadata, new, head=head)

        await asyncio.gather(*(run() for _ in range(24)))
        found = await saver.get(head_config("thread"))
        count = None if found is None else found["channel_values"]["count"]
        expect_same(count, 24, "the count after 24 runs that add 1")

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_waiting(self, saver: SaverDoor) -> None:
        """Who asks for a turn waits until its holder leaves, also by an error."""
        entered = asyncio.Event()

        async def second() -> None:
            async with saver.turn("thread"):
                entered.set()

        async def first() -> asyncio.Task[None]:
            async with saver.turn("thread"):
                waiting = asyncio.create_task(second())
                await asyncio.wait([waiting], timeout=_SOON)
                expect(not entered.is_set(), "two held the turn of one thread")
                raise KeyError(waiting)

        try:
            await first()
        except KeyError as error:
            await error.args[0]
        expect(entered.is_set(), "the turn was not given on")

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_other_threads(self, saver: SaverDoor) -> None:
        """Turns of different threads do not wait for one another."""
        async with saver.turn("1"), saver.turn("2"), saver.turn(""), saver.turn("1|2"):
            pass

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_first_come_first_served(self, saver: SaverDoor) -> None:
        """Turns are given in the order in which they were asked for."""
        order: list[int] = []

        async def run(number: int) -> None:
            async with saver.turn("thread"):
                order.append(number)

        async with saver.turn("thread"):
            waiting = []
            for number in range(6):
                waiting.append(asyncio.create_task(run(number)))
                await asyncio.wait([waiting[-1]], timeout=_SOON)
        await asyncio.gather(*waiting)
        expect_same(order, list(range(6)), "the order of the turns")

    @rule(needs="queue", on_conflict="queue")
    async def test_turns_cancelled(self, saver: SaverDoor) -> None:
        """Who waits for a turn and is cancelled does not get it."""
        if not saver.is_async:
            return  # a thread that waits cannot be cancelled
        async with saver.turn("thread"):

            async def run() -> None:
                async with saver.turn("thread"):
                    pass

            waiting = [asyncio.create_task(run()) for _ in range(3)]
            await asyncio.wait(waiting, timeout=_SOON)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        async with saver.turn("thread"):
            pass
