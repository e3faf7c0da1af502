"""Rules about many callers at once: tasks, threads and event loops share one saver."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from stepgraph.checkpoint.base import STATUS
from stepgraph.testing.conformance.door import in_thread
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal

__all__ = ["CrowdRules"]


class CrowdRules:
    """Nobody notices the others."""

    @rule()
    async def test_crowd_threads(self, saver: SaverDoor) -> None:
        """A hundred runs of as many threads at once each find what they saved."""
        await asyncio.gather(*(_converse(saver, f"thread {number}", 8) for number in range(100)))

    @rule()
    async def test_crowd_namespaces(self, saver: SaverDoor) -> None:
        """Runs in many namespaces of one thread at once each find what they saved."""
        await asyncio.gather(*(_converse(saver, "thread", 8, f"child:{number}") for number in range(32)))

    @rule()
    async def test_crowd_readers_and_a_writer(self, saver: SaverDoor) -> None:
        """A reader never sees half of what a writer saves."""
        journal = Journal(saver)
        await journal.put({"a": 0, "b": 0, "big": ["x" * 2_000]})
        done = asyncio.Event()

        async def read() -> None:
            while not done.is_set():
                found = await saver.get(journal.config())
                values: dict[str, Any] = {} if found is None else found["channel_values"]
                expect(values.get("a") == values.get("b") is not None, f"a reader saw half of a put: {values!r:.200}")
                await asyncio.sleep(0)

        readers = [asyncio.create_task(read()) for _ in range(8)]
        for turn in range(60):
            await journal.put({"a": turn, "b": turn, "big": ["y" * turn]}, head=journal.head)
        done.set()
        await asyncio.gather(*readers)
        await journal.expect_reads()

    @rule(needs="event_loops")
    async def test_crowd_event_loops(self, saver: SaverDoor) -> None:
        """Event loops of several threads use one saver at once."""
        errors: list[BaseException] = []
        together = threading.Barrier(6)

        def live(number: int) -> None:
            together.wait(30)
            try:
                asyncio.run(_converse(saver, f"thread {number}", 12))
            except BaseException as error:
                errors.append(error)

        await asyncio.gather(*(in_thread(live, number) for number in range(6)))
        expect(not errors, f"in an event loop of its own: {errors[:1]!r}")

    @rule(needs="sync")
    async def test_crowd_both_colours(self, saver: SaverDoor) -> None:
        """Sync and async callers use one saver at once."""
        other = SaverDoor(saver.inner, "sync" if saver.is_async else "async")
        doors = [saver, other]
        await asyncio.gather(*(_converse(doors[number % 2], f"thread {number}", 8) for number in range(20)))

    @rule(needs="sync")
    async def test_crowd_across_colours(self, saver: SaverDoor) -> None:
        """What was put with the methods of one colour is read with those of the other."""
        journal = await _converse(saver, "thread", 8)
        journal.saver = SaverDoor(saver.inner, "sync" if saver.is_async else "async")
        await journal.expect_reads()


async def _converse(saver: SaverDoor, thread_id: str, length: int, ns: str = "") -> Journal:
    journal = Journal(saver, thread_id, ns)
    for turn in range(length):
        entry = await journal.put({"turn": turn, "of": thread_id}, head=journal.head)
        await journal.write(entry.id, [("turn", turn), (STATUS, "done")])
        await journal.expect_head()
    await journal.expect_reads()
    return journal
