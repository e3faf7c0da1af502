"""Journal: what one namespace of a thread was given, and so must give back.

It puts checkpoints through a door and remembers each with its pending writes. The invariant: whatever a saver does
with what it keeps, a checkpoint that it still lists reads as the journal has it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from stepgraph.checkpoint.base import (
    ANY_HEAD,
    CHECKPOINT_VERSION,
    RESERVED,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    TaskWrites,
    config_of,
)
from stepgraph.checkpoint.ids import new_checkpoint_id
from stepgraph.config import RunnableConfig
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.savers.door import SaverDoor

__all__ = ["Entry", "Journal", "head_config"]


@dataclass(slots=True)
class Entry:
    """A checkpoint as it was put.

    Attributes:
        checkpoint: The checkpoint.
        metadata: Its metadata.
        parent: The id of its parent.
        plain: The plain pending writes, by task: the path and the writes.
        reserved: The reserved ones, by task and channel.
    """

    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    parent: str | None
    plain: dict[str, tuple[str, list[tuple[str, Any]]]] = field(default_factory=dict)
    reserved: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the checkpoint."""
        return self.checkpoint["id"]

    def remember(self, writes: Sequence[tuple[str, Any]], task_id: str, path: str) -> None:
        """Take in pending writes as a saver should."""
        plain = [(channel, copy.deepcopy(value)) for channel, value in writes if channel not in RESERVED]
        if plain:
            self.plain[task_id] = (path, plain)
        for channel, value in writes:
            if channel in RESERVED:
                self.reserved[task_id, channel] = copy.deepcopy(value)


class Journal:
    """Puts checkpoints of one thread and namespace, and knows how they must read.

    Args:
        saver: The door.
        thread_id: The thread.
        ns: The namespace.
    """

    def __init__(self, saver: SaverDoor, thread_id: str = "thread", ns: str = "") -> None:
        self.saver: SaverDoor = saver
        self.thread_id: str = thread_id
        self.ns: str = ns
        self.entries: dict[str, Entry] = {}
        self.head: str | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of what was put, the oldest first."""
        return list(self.entries)

    def config(self, checkpoint_id: str | None = None) -> RunnableConfig:
        """Return the config of a checkpoint, of the head by default."""
        return head_config(self.thread_id, self.ns, checkpoint_id)

    # Writing.

    def draft(
        self,
        changes: Mapping[str, Any],
        *,
        gone: Iterable[str] = (),
        parent: str | None = None,
        age: float = 0.0,
        **metadata: Any,
    ) -> tuple[Entry, dict[str, int]]:
        """Return a checkpoint that follows `parent`, the head by default, and the versions of what changes in it.

        Args:
            changes: The new values, by channel.
            gone: Channels that have no value any more.
            parent: The id of the parent.
            age: How many seconds ago it was made.
            **metadata: More of the metadata.
        """
        parent = self.head if parent is None else parent
        before = None if parent is None else self.entries[parent].checkpoint
        values = dict(before["channel_values"]) if before else {}
        versions = dict(before["channel_versions"]) if before else {}
        tick = max(versions.values(), default=0) + 1
        values.update(changes)
        gone = list(gone)
        for channel in gone:
            del values[channel]
        new = dict.fromkeys([*changes, *gone], tick)
        checkpoint: Checkpoint = {
            "v": CHECKPOINT_VERSION,
            "id": new_checkpoint_id(),
            "ts": (datetime.now(timezone.utc) - timedelta(seconds=age)).isoformat(),
            "channel_values": values,
            "channel_versions": {**versions, **new},
            "versions_seen": {**(before["versions_seen"] if before else {}), f"node_{tick % 3}": tick},
            "updated_channels": sorted(new),
        }
        facts: Any = {"source": "loop", "step": tick, "run_id": "run", "parents": {}, **metadata}
        return Entry(checkpoint, facts, parent), new

    async def put(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        deltas: Mapping[str, Delta] | None = None,
        head: str | None = ANY_HEAD,
        writes: Sequence[TaskWrites] = (),
        moves_head: bool = True,
        **draft: Any,
    ) -> Entry:
        """Put a checkpoint and remember it; what is remembered is a copy."""
        entry, new = self.draft(changes or {}, **draft)
        kept = copy.copy(entry)
        # Values of the parent are the journal's own already: only what is new could be changed by somebody else.
        own = {channel: copy.deepcopy(value) for channel, value in (changes or {}).items()}
        kept.checkpoint = {**entry.checkpoint, "channel_values": {**entry.checkpoint["channel_values"], **own}}
        config = self._config_for(entry)
        await self.saver.put(config, entry.checkpoint, entry.metadata, new, head=head, deltas=deltas, writes=writes)
        self.entries[entry.id] = kept
        if moves_head:
            self.head = entry.id
        for task_id, pairs, path in writes:
            self.entries[str(entry.parent)].remember(pairs, task_id, path)
        return kept

    async def attempt(self, changes: Mapping[str, Any], *, head: str | None = ANY_HEAD, **draft: Any) -> str:
        """Put a checkpoint that the journal does not remember and return its id: one that should be refused."""
        entry, new = self.draft(changes, **draft)
        await self.saver.put(self._config_for(entry), entry.checkpoint, entry.metadata, new, head=head)
        return entry.id

    async def write(
        self, checkpoint_id: str, writes: Sequence[tuple[str, Any]], task_id: str = "task", path: str = ""
    ) -> None:
        """Put pending writes and remember them."""
        await self.saver.put_writes(self.config(checkpoint_id), writes, task_id, path)
        self.entries[checkpoint_id].remember(writes, task_id, path)

    def _config_for(self, entry: Entry) -> RunnableConfig:
        return head_config(self.thread_id, self.ns, entry.parent)

    # Reading.

    async def expect_reads(self, *, kept: Iterable[str] | None = None) -> None:
        """Expect that the head, each checkpoint by its id, and the list read as they were put.

        Args:
            kept: The ids of what must be left; everything by default. The others must be gone.
        """
        left = set(self.entries if kept is None else kept)
        listed = await self.saver.list({"configurable": {"thread_id": self.thread_id, "checkpoint_ns": self.ns}})
        ids = [item.checkpoint["id"] for item in listed]
        expect_same(ids, [each for each in reversed(self.ids) if each in left], "the ids that list() yields")
        for item in listed:
            self.compare(item, item.checkpoint["id"], left, "list()")
        for each in self.ids:
            found = await self.saver.get_tuple(self.config(each))
            if each in left:
                self.compare(found, each, left, "get_tuple() by id")
            else:
                expect(found is None, f"checkpoint {each} is gone from list(), but get_tuple() still finds it")
        await self.expect_head(kept=left)

    async def expect_head(self, *, kept: Iterable[str] | None = None) -> None:
        """Expect that the head is the last checkpoint that moved it, and reads as it was put."""
        found = await self.saver.get_tuple(self.config())
        if self.head is None:
            expect(found is None, "an empty thread has a head")
            return
        self.compare(found, self.head, set(self.entries if kept is None else kept), "get_tuple() of the head")

    def compare(self, found: CheckpointTuple | None, checkpoint_id: str, kept: set[str] | None, what: str) -> None:
        """Expect that a checkpoint reads as it was put.

        Args:
            found: What was read.
            checkpoint_id: What was asked for.
            kept: What is left of the thread, its parent or not; `None` where nobody can know.
            what: How it was asked for.
        """
        entry = self.entries[checkpoint_id]
        what = f"checkpoint {checkpoint_id} (number {self.ids.index(checkpoint_id) + 1}), {what}"
        if found is None:
            raise AssertionError(f"{what}: found nothing")
        expect_same(_sorted(found.checkpoint), _sorted(entry.checkpoint), f"{what}: checkpoint")
        expect_same(_sorted(found.metadata), _sorted(entry.metadata), f"{what}: metadata")
        expect_same(_place(found.config), (self.thread_id, self.ns, checkpoint_id), f"{what}: config")
        parent = None if found.parent_config is None else _place(found.parent_config)
        expected = (self.thread_id, self.ns, entry.parent) if entry.parent and self._is_in(entry.parent, kept) else None
        if kept is not None or parent is not None:
            expect_same(parent, expected, f"{what}: parent_config")
        self._compare_writes(found, entry, what)

    @staticmethod
    def _is_in(checkpoint_id: str, kept: set[str] | None) -> bool:
        return kept is None or checkpoint_id in kept

    def _compare_writes(self, found: CheckpointTuple, entry: Entry, what: str) -> None:
        pending = [tuple(write) for write in found.pending_writes or []]
        plain = [write for write in pending if write[1] not in RESERVED]
        ordered = sorted(entry.plain.items(), key=lambda item: (item[1][0], item[0]))
        expected = [(task, channel, value) for task, (_, writes) in ordered for channel, value in writes]
        expect_same(plain, expected, f"{what}: plain pending writes in the order of task paths")
        reserved = [write for write in pending if write[1] in RESERVED]
        by_channel = {f"{task} {channel}": value for task, channel, value in reserved}
        wanted = {f"{task} {channel}": value for (task, channel), value in entry.reserved.items()}
        expect_same(_sorted(by_channel), _sorted(wanted), f"{what}: reserved pending writes")
        expect(len(reserved) == len(by_channel), f"{what}: a reserved channel of a task is there twice")


def head_config(thread_id: str, ns: str = "", checkpoint_id: str | None = None) -> RunnableConfig:
    """Return the config of a head, or of the checkpoint that is named."""
    if checkpoint_id is None:
        return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ns}}
    return config_of(thread_id, ns, checkpoint_id)


def _place(config: RunnableConfig) -> tuple[Any, ...]:
    configurable = config["configurable"]
    return tuple(configurable.get(key) for key in ("thread_id", "checkpoint_ns", "checkpoint_id"))


def _sorted(value: Any) -> Any:
    """Return a dict whose keys, and those of its dicts one level down, are in order: theirs is the saver's business."""
    return {
        key: dict(sorted(inner.items())) if key.endswith(("_values", "_versions", "_seen")) else inner
        for key, inner in sorted(value.items())
    }
