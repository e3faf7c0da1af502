"""Rules about what comes back: values, versions and metadata, with their types, as copies."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from stepgraph.errors import SerializationError
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.samples import PLAIN
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.testing.conformance.serializers import CountingSerializer

__all__ = ["ValueRules"]


@dataclass
class Allowed:
    """A class that no serializer knows unless it is allowed."""

    name: str
    size: int


class ValueRules:
    """What was put is what is read."""

    @rule()
    async def test_values_plain(self, saver: SaverDoor) -> None:
        """A value of every plain type comes back equal, with its type."""
        for channel, value in PLAIN.items():
            journal = Journal(saver, f"thread of {channel}")
            await journal.put({channel: value})
            await journal.expect_reads()
        together = Journal(saver)
        await together.put(PLAIN)
        await together.expect_reads()

    @rule()
    async def test_values_messages(self, saver: SaverDoor) -> None:
        """Messages come back as messages."""
        journal = Journal(saver)
        await journal.put({"messages": [HumanMessage("hi", id="1"), AIMessage("hello", id="2")]})
        await journal.expect_reads()

    @rule()
    async def test_values_none(self, saver: SaverDoor) -> None:
        """None is a value, and a channel without a value is not there."""
        journal = Journal(saver)
        await journal.put({"none": None})
        await journal.put({"empty": []})
        await journal.put({}, gone=["none"])
        await journal.expect_reads()

    @rule()
    async def test_values_no_channels(self, saver: SaverDoor) -> None:
        """A checkpoint without channels comes back."""
        journal = Journal(saver)
        await journal.put({})
        await journal.put({})
        await journal.expect_reads()

    @rule()
    async def test_values_large(self, saver: SaverDoor) -> None:
        """Values of a megabyte come back."""
        journal = Journal(saver)
        await journal.put({"text": "ä" * 500_000, "bytes": bytes(range(256)) * 4_000})
        await journal.put({"many": list(range(100_000))})
        await journal.expect_reads()

    @rule()
    async def test_values_metadata(self, saver: SaverDoor) -> None:
        """Metadata come back whole, with what the caller added."""
        journal = Journal(saver)
        await journal.put({"a": 1}, source="input", step=-1, run_id="r", parents={"": "p"}, user="zoé", tags=["x", 1])
        await journal.put({"a": 2}, source="update", step=0, nested={"deep": [1, {"er": None}]})
        await journal.expect_reads()

    @rule()
    async def test_values_fields(self, saver: SaverDoor) -> None:
        """The fields v, ts, versions, versions seen and the updated channels come back as they were put."""
        journal = Journal(saver)
        for turn in range(20):
            await journal.put({f"channel_{turn % 7}": turn, f"other_{turn % 5}": turn})
        entry, new = journal.draft({"a": 1})
        entry.checkpoint["updated_channels"] = None
        config = await saver.put(journal.config(journal.head), entry.checkpoint, entry.metadata, new)
        found = await saver.get(config)
        expect(found is not None and found["updated_channels"] is None, "updated_channels=None did not come back")
        await saver.delete_thread(journal.thread_id)

    @rule()
    async def test_values_returned_config(self, saver: SaverDoor) -> None:
        """`put` returns the config of the checkpoint: thread, namespace and id."""
        for ns in ("", "child:1"):
            journal = Journal(saver, ns=ns)
            entry, new = journal.draft({"a": 1})
            config = await saver.put(journal.config(), entry.checkpoint, entry.metadata, new)
            expect_same(config["configurable"], journal.config(entry.id)["configurable"], "what put returned")

    @rule()
    async def test_values_isolated_from_the_writer(self, saver: SaverDoor) -> None:
        """What is done to a value after it was put changes nothing that is saved."""
        value = {"list": [1], "dict": {"a": 1}}
        metadata_value = ["kept"]
        pending = ["kept"]
        journal = Journal(saver)
        entry = await journal.put({"value": value}, extra=copy.copy(metadata_value))
        await journal.write(entry.id, [("value", pending)])
        pending.append("edited")
        value["list"].append(2)  # type: ignore[attr-defined]
        value["dict"]["b"] = 2  # type: ignore[index]
        await journal.expect_reads()

    @rule()
    async def test_values_isolated_from_the_reader(self, saver: SaverDoor) -> None:
        """What is done to a value that was read changes nothing that is saved."""
        journal = Journal(saver)
        await journal.put({"value": {"list": [1]}}, extra=["kept"])
        await journal.put({"other": 1})
        await journal.write(journal.ids[-1], [("value", ["kept"])])
        for config in (journal.config(), journal.config(journal.ids[0])):
            found = await saver.get_tuple(config)
            if found is None:
                raise AssertionError("found nothing")
            found.checkpoint["channel_values"]["value"]["list"].append(2)
            found.checkpoint["channel_versions"]["value"] = 99
            found.metadata.setdefault("extra", []).append("edited")  # type: ignore[typeddict-item]
            for write in found.pending_writes or []:
                write[2].append("edited")
        await journal.expect_reads()

    @rule(needs="serde")
    async def test_values_with_allowed(self, saver: SaverDoor) -> None:
        """Values of a class come back once with_allowed names it, and are refused before."""
        journal = Journal(saver)
        entry = await journal.put({"a": 1})
        await refusal(journal.attempt({"value": Allowed("x", 1)}), SerializationError, "putting a class not allowed")
        twin = SaverDoor(saver.inner.with_allowed([Allowed]), saver.colour)
        journal.saver = twin
        await journal.put({"value": Allowed("x", 1)}, head=entry.id)
        await journal.expect_reads()

    @rule(needs="serde", serde=CountingSerializer)
    async def test_values_through_the_serializer(self, saver: SaverDoor) -> None:
        """Every value goes through the serializer."""
        counts: CountingSerializer = saver.settings["serde"]
        journal = Journal(saver)
        secret = b"a value of a good many bytes " * 1_000
        entry = await journal.put({"value": secret})
        expect(counts.bytes_out >= len(secret), "a value was saved, but the serializer was not asked to dump it")
        await journal.write(entry.id, [("value", secret)])
        expect(counts.bytes_out >= 2 * len(secret), "a pending write was saved without the serializer")
        await journal.expect_reads()
        expect(counts.bytes_in >= len(secret), "a value was read, but the serializer was not asked to load it")
