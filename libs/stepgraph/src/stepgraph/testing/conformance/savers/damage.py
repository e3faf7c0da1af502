"""Rules about what cannot be read: it is a typed error, and everything else stays readable."""

from __future__ import annotations

import pytest

from stepgraph.checkpoint.base import CHECKPOINT_VERSION, BaseCheckpointSaver
from stepgraph.errors import CheckpointError, CorruptCheckpointError, NewerCheckpointError
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.testing.conformance.savers.scenes import long_thread

__all__ = ["DamageRules"]


class DamageRules:
    """What is damaged says so."""

    async def damage(self, saver: BaseCheckpointSaver, thread_id: str) -> None:
        """Damage what the database holds of the head of a thread: a hook that the author may supply."""
        pytest.skip("no hook damage(): reading damaged bytes is not tested")

    @rule()
    async def test_damage(self, saver: SaverDoor) -> None:
        """A head whose bytes are damaged is a CorruptCheckpointError, and other threads are as before."""
        other = await long_thread(saver, "other", "", 20)
        journal = await long_thread(saver, "thread", "", 20)
        await self.damage(saver.inner, "thread")
        await refusal(saver.get_tuple(journal.config()), CorruptCheckpointError, "get_tuple() of damaged bytes")
        await refusal(saver.list(journal.config()), CorruptCheckpointError, "list() of damaged bytes")
        await other.put({"a": 1}, head=other.head)
        await other.expect_reads()
        await saver.delete_thread("thread")
        await Journal(saver).put({"a": 1}, head=None)

    @rule()
    async def test_newer_version(self, saver: SaverDoor) -> None:
        """A checkpoint with a newer v is a NewerCheckpointError, never half understood."""
        journal = Journal(saver)
        first = await journal.put({"a": 1})
        entry, new = journal.draft({"a": 2})
        entry.checkpoint["v"] = CHECKPOINT_VERSION + 1
        try:
            await saver.put(journal.config(first.id), entry.checkpoint, entry.metadata, new)
        except CheckpointError:
            await journal.expect_reads()  # refused at once: nothing was saved
            return
        await refusal(saver.get_tuple(journal.config()), NewerCheckpointError, "get_tuple() of a newer checkpoint")
        await refusal(saver.list(journal.config()), NewerCheckpointError, "list() of a newer checkpoint")
        found = await saver.get_tuple(journal.config(first.id))
        expect(found is not None, "the checkpoint before the newer one is gone")
        journal.compare(found, first.id, None, "get_tuple() by id")
