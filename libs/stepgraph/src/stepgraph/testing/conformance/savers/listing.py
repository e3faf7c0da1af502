"""Rules about `list`: order, filters, pages, and that nothing is held while the caller takes its time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

from stepgraph.testing.conformance.door import in_thread
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config

__all__ = ["ListingRules"]


async def ids(saver: SaverDoor, config: Any, **options: Any) -> list[str]:
    """Return the ids that `list` yields."""
    return [item.checkpoint["id"] for item in await saver.list(config, **options)]


class ListingRules:
    """`list` yields what is asked for, the newest first."""

    @rule()
    async def test_list_order(self, saver: SaverDoor) -> None:
        """`list` yields the checkpoints of a namespace, the newest first."""
        journal = Journal(saver)
        for turn in range(40):
            await journal.put({"turn": turn}, parent=journal.ids[turn // 2] if turn % 3 == 2 else None)
        expect_same(await ids(saver, head_config("thread")), journal.ids[::-1], "the ids")

    @rule()
    async def test_list_order_is_that_of_saving(self, saver: SaverDoor) -> None:
        """The order is that of saving, whatever ids and times say."""
        journal = Journal(saver)
        early = [journal.draft({"a": number}) for number in range(5)]
        for entry, new in reversed(early):
            config = journal.config(journal.head)
            await saver.put(config, entry.checkpoint, entry.metadata, new)
            journal.head = entry.id
        expect_same(await ids(saver, head_config("thread")), [entry.id for entry, _ in early], "the ids")
        found = await saver.get_tuple(journal.config())
        expect(found is not None and found.checkpoint["id"] == journal.head, "the head is not what was saved last")

    @rule()
    async def test_list_scope(self, saver: SaverDoor) -> None:
        """Without `checkpoint_ns` every namespace of the thread is listed, with it that one; `None` lists all."""
        journals = [Journal(saver, thread, ns) for thread in ("1", "2") for ns in ("", "child:1", "child:1|leaf:2")]
        for _ in range(3):
            for journal in journals:
                await journal.put({"a": 1})
        for journal in journals:
            await journal.expect_reads()
        for thread in ("1", "2"):
            found = await ids(saver, {"configurable": {"thread_id": thread}})
            of_thread = [journal for journal in journals if journal.thread_id == thread]
            expect_same(sorted(found), sorted(each for j in of_thread for each in j.ids), f"ids of thread {thread}")
            for journal in of_thread:
                own = [each for each in found if each in journal.entries]
                expect_same(own, journal.ids[::-1], f"the order within namespace {journal.ns!r}")
        everything = await ids(saver, None)
        expect_same(sorted(everything), sorted(each for j in journals for each in j.ids), "ids of every thread")

    @rule()
    async def test_list_one_checkpoint(self, saver: SaverDoor) -> None:
        """`list` of a config with checkpoint_id yields that checkpoint only."""
        journal = Journal(saver)
        for turn in range(4):
            await journal.put({"turn": turn})
        for each in journal.ids:
            expect_same(await ids(saver, journal.config(each)), [each], "the ids")
        expect_same(await ids(saver, journal.config("no-such-id")), [], "the ids for an unknown one")

    @rule()
    async def test_list_filter(self, saver: SaverDoor) -> None:
        """`filter` keeps the checkpoints whose metadata hold all that it names."""
        journal = Journal(saver)
        for turn in range(12):
            await journal.put({"turn": turn}, source="loop" if turn % 3 else "input", user="ab"[turn % 2], maybe=None)
        metadata = {each: dict(entry.metadata) for each, entry in journal.entries.items()}
        wanted: list[dict[str, Any]] = [
            {},
            {"source": "input"},
            {"user": "a"},
            {"source": "loop", "user": "b"},
            {"step": 3},
            {"user": "nobody"},
            {"no such key": 1},
            {"source": "input", "no such key": None},
            {"maybe": None},
            {"parents": {}},
        ]
        for filter in wanted:
            held = [e for e in reversed(journal.ids) if all(metadata[e].get(k, ...) == v for k, v in filter.items())]
            found = await ids(saver, head_config("thread"), filter=filter)
            expect_same(found, held, f"the ids with filter={filter!r}")
            if held:
                limited = await ids(saver, head_config("thread"), filter=filter, limit=2)
                expect_same(limited, held[:2], f"the ids with filter={filter!r}, limit=2")

    @rule()
    async def test_list_before_and_limit(self, saver: SaverDoor) -> None:
        """`before` yields what was saved before that checkpoint, and `limit` so many at the most."""
        journal = Journal(saver)
        for turn in range(10):
            await journal.put({"turn": turn})
        newest = journal.ids[::-1]
        for limit in (0, 1, 3, 10, 99):
            expect_same(await ids(saver, head_config("thread"), limit=limit), newest[:limit], f"limit={limit}")
        for index, each in enumerate(newest):
            before = journal.config(each)
            expect_same(await ids(saver, head_config("thread"), before=before), newest[index + 1 :], "before")
            found = await ids(saver, head_config("thread"), before=before, limit=2)
            expect_same(found, newest[index + 1 : index + 3], "before and limit")

    @rule()
    async def test_list_pages(self, saver: SaverDoor) -> None:
        """A thousand checkpoints are listed in pages, each once."""
        journal = Journal(saver)
        for turn in range(1_000):
            await journal.put({"turn": turn})
        found: list[str] = []
        while page := await ids(
            saver, head_config("thread"), limit=99, before=journal.config(found[-1]) if found else None
        ):
            expect(len(page) <= 99, f"a page of limit=99 held {len(page)}")
            found += page
        expect_same(found, journal.ids[::-1], "the ids of all pages")

    @rule()
    async def test_list_writing_inside_the_loop(self, saver: SaverDoor) -> None:
        """The caller of list may read and write inside the loop, and gets what was there when it began."""
        journal = Journal(saver)
        for turn in range(30):
            await journal.put({"turn": turn, "big": "x" * 2_000})
        drafts = [journal.draft({"new": number}) for number in range(30)]
        seen = await (_write_while_alisting if saver.is_async else _write_while_listing)(saver, journal, drafts)
        old = [each for each in seen if each in journal.entries]
        expect_same(old, journal.ids[::-1], "the ids that the loop saw of those that were there")
        expect(len(await ids(saver, head_config("thread"))) == 60, "puts inside the loop were lost")

    @rule()
    async def test_list_leaving_early(self, saver: SaverDoor) -> None:
        """A list that is left early holds nothing back."""
        journal = Journal(saver)
        for turn in range(20):
            await journal.put({"turn": turn})
        if saver.is_async:
            async with aclosing(saver.inner.alist(head_config("thread"))) as found:
                async for _ in found:
                    break
        else:
            await in_thread(lambda: next(iter(saver.inner.list(head_config("thread")))))
        await journal.put({"after": 1})
        await journal.expect_reads()
        await saver.delete_thread("thread")
        expect_same(await ids(saver, None), [], "what is left after delete_thread")

    @rule()
    async def test_list_at_once(self, saver: SaverDoor) -> None:
        """Lists of one thread under way at once do not disturb one another."""
        journal = Journal(saver)
        for turn in range(50):
            await journal.put({"turn": turn})
        for found in await asyncio.gather(*(ids(saver, head_config("thread")) for _ in range(16))):
            expect_same(found, journal.ids[::-1], "the ids")


async def _write_while_alisting(saver: SaverDoor, journal: Journal, drafts: list[Any]) -> list[str]:
    seen = []
    async for item in saver.inner.alist(head_config("thread")):
        seen.append(item.checkpoint["id"])
        if drafts:
            entry, new = drafts.pop()
            await saver.inner.aput(journal.config(journal.head), entry.checkpoint, entry.metadata, new)
            await saver.inner.aput_writes(journal.config(entry.id), [("a", 1)], "task")
        await saver.inner.aget_tuple(item.config)
    return seen


async def _write_while_listing(saver: SaverDoor, journal: Journal, drafts: list[Any]) -> list[str]:
    def loop() -> list[str]:
        seen = []
        for item in saver.inner.list(head_config("thread")):
            seen.append(item.checkpoint["id"])
            if drafts:
                entry, new = drafts.pop()
                saver.inner.put(journal.config(journal.head), entry.checkpoint, entry.metadata, new)
                saver.inner.put_writes(journal.config(entry.id), [("a", 1)], "task")
            saver.inner.get_tuple(item.config)
        return seen

    found: list[str] = await in_thread(loop)
    return found
