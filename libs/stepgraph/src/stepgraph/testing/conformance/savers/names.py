"""Rules about names: threads and namespaces are kept apart, whatever they are called."""

from __future__ import annotations

from stepgraph.checkpoint.base import STATUS
from stepgraph.errors import CheckpointError
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.samples import ODD_NAMES
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.testing.conformance.serializers import BoundSerializer

__all__ = ["NameRules"]


class NameRules:
    """A name is any text."""

    @rule()
    async def test_names_threads(self, saver: SaverDoor) -> None:
        """Threads with odd ids are kept apart."""
        await _expect_apart([Journal(saver, name) for name in ODD_NAMES])

    @rule()
    async def test_names_namespaces(self, saver: SaverDoor) -> None:
        """Namespaces with odd names are kept apart, the empty one too."""
        await _expect_apart([Journal(saver, "thread", name) for name in ("", *ODD_NAMES)])

    @rule()
    async def test_names_pairs(self, saver: SaverDoor) -> None:
        """Thread and namespace are two names: no pair of them meets another."""
        pairs = [
            ("a", "b|c"),
            ("a|b", "c"),
            ("a", "b"),
            ("a|b", ""),
            ("a", ""),
            ("a:b", "c"),
            ("a", "b:c"),
            ("ab", "c"),
        ]
        await _expect_apart([Journal(saver, thread, ns) for thread, ns in pairs])

    @rule()
    async def test_names_channels_and_tasks(self, saver: SaverDoor) -> None:
        """Channels, tasks and task paths may have odd names."""
        journal = Journal(saver)
        entry = await journal.put({name: [name] for name in ("", *ODD_NAMES)})
        for name in ODD_NAMES:
            await journal.write(entry.id, [(name, name), (STATUS, name)], f"task {name}", name)
        await journal.put({name: f"second {name}" for name in ODD_NAMES[::3]})
        await journal.expect_reads()

    @rule()
    async def test_names_deleting(self, saver: SaverDoor) -> None:
        """Deleting a thread leaves those with names like it alone."""
        journals = [Journal(saver, name) for name in ODD_NAMES]
        for journal in journals:
            await journal.put({"name": journal.thread_id})
        while journals:
            gone = journals.pop(0)
            await saver.delete_thread(gone.thread_id)
            expect(await saver.get_tuple(gone.config()) is None, f"{gone.thread_id!r:.80} is still there")
            for journal in journals:
                await journal.expect_head()

    @rule()
    async def test_names_nul(self, saver: SaverDoor) -> None:
        """A name with a NUL character is kept like any other, or refused with an error that says so."""
        for thread, ns in (("a\u0000b", ""), ("a", "b\u0000c")):
            journal = Journal(saver, thread, ns)
            try:
                await journal.put({"a": 1})
            except (ValueError, CheckpointError):
                expect_same(await saver.list(None), [], "what is saved after a refused name")
                continue
            await journal.expect_reads()
            cut = Journal(saver, thread.split("\u0000")[0], ns.split("\u0000")[0])
            expect(await saver.get_tuple(cut.config()) is None, "the name was cut at the NUL character")
            await saver.delete_thread(thread)

    @rule()
    async def test_names_numbers(self, saver: SaverDoor) -> None:
        """Numbers as thread ids are the text of the number."""
        journal = Journal(saver, "17")
        await journal.put({"a": 1})
        found = await saver.get_tuple({"configurable": {"thread_id": 17}})
        expect(found is not None, "a thread that was saved as '17' is not found as 17")

    @rule(needs="serde", serde=BoundSerializer)
    async def test_names_places(self, saver: SaverDoor) -> None:
        """Each piece is dumped for a place of its own thread, and loaded for the same."""
        serde: BoundSerializer = saver.settings["serde"]
        pairs = [
            ("a", "b|c"),
            ("a|b", "c"),
            ("a", "b"),
            ("a|b", ""),
            ("a:b", "c"),
            ("a", "b:c"),
            ("ab", "c"),
            ("a", "bc"),
        ]
        seen: dict[bytes, tuple[str, str]] = {}
        for thread, ns in pairs:
            serde.places.clear()
            journal = Journal(saver, thread, ns)
            for turn in range(20):
                entry = await journal.put({"turn": turn, "text": "x" * 1_000})
                await journal.write(entry.id, [("turn", turn), (STATUS, "done")])
            await journal.expect_reads()
            expect(bool(serde.places) and b"" not in serde.places, "a piece was dumped without a place")
            for place in set(serde.places):
                other = seen.setdefault(place, (thread, ns))
                expect(other == (thread, ns), f"one place, {place!r}, serves {other} and {(thread, ns)}")


async def _expect_apart(journals: list[Journal]) -> None:
    for turn in range(2):
        for journal in journals:
            entry = await journal.put({"name": [journal.thread_id, journal.ns], "turn": turn}, head=journal.head)
            await journal.write(entry.id, [("name", journal.thread_id + journal.ns), (STATUS, "done")])
    for journal in journals:
        await journal.expect_reads()
