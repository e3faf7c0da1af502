"""Rows: what a saver stores, as plain tuples. Nothing here knows a database.

A *lane* is one namespace of one thread: a tree of checkpoints with a head. `seq` numbers the checkpoints in the order
in which they were stored, whatever their lane; it is given in the transaction that stores them. The invariants:

- A checkpoint row holds what changed against its parent. It carries a `Manifest`, which says for every other channel
  where that last changed, unless its parent is the row before it in the lane and a manifest is less than `STRIDE`
  rows away. So a checkpoint is read from at most `STRIDE` consecutive rows of its lane and the rows a manifest names.
- A blob belongs to the checkpoint row with its `seq`, which is there as long as the blob is.
- A row that was deleted while others still need it stays as a *remnant*: nobody can see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

__all__ = [
    "STRIDE",
    "BlobRow",
    "Body",
    "Chain",
    "CheckpointRow",
    "Entry",
    "Head",
    "Manifest",
    "Trace",
    "WriteRow",
]

STRIDE: Final = 16
"""How many rows of a lane go to a manifest."""


class Chain(NamedTuple):
    """What is known of a value in a blob, so that the next one can be stored as a delta without reading it.

    Attributes:
        shape: `"l"` for a list, `"d"` for a dict, empty for what has no deltas.
        length: How many items it holds.
        depth: How many deltas follow the last full value.
        waste: How many bytes must be read that are not part of the value any more.
        size: How many bytes the value would take, about.
    """

    shape: str
    length: int
    depth: int
    waste: int
    size: int


class Entry(NamedTuple):
    """A channel that changed: with the value inline, with a chain where a blob holds it, with neither where it is gone.

    Attributes:
        version: The channel's new version, `None` where it has none.
        data: The value, encoded.
        chain: What is known of the blob.
    """

    version: Any
    data: bytes | None = None
    chain: Chain | None = None


class Trace(NamedTuple):
    """Where a channel last changed.

    Attributes:
        seq: The checkpoint that changed it.
        version: Its version since then.
        present: Whether it holds a value.
        chain: What is known of the blob, `None` where the value stands inline.
    """

    seq: int
    version: Any
    present: bool
    chain: Chain | None = None


class Manifest(NamedTuple):
    """All that a checkpoint took over from those before it.

    Attributes:
        traces: Where each channel last changed that the checkpoint itself did not change.
        seen: When each node last ran.
    """

    traces: Mapping[str, Trace]
    seen: Mapping[str, Any]


class Body(NamedTuple):
    """What changed against the parent.

    Attributes:
        v: The version of the checkpoint's shape.
        updated: What the checkpoint gives as `updated_channels`.
        entries: The channels that changed.
        seen: The nodes that ran, with the ticks.
        unseen: Nodes that are not listed any more.
    """

    v: int
    updated: list[str] | None
    entries: Mapping[str, Entry]
    seen: Mapping[str, Any]
    unseen: list[str]


class CheckpointRow(NamedTuple):
    """A checkpoint.

    Attributes:
        seq: Its place in the order of storing; 0 where that is not given yet.
        id: Its id.
        parent_seq: The row of its parent, `None` where it stands for itself.
        parent_id: The id of its parent; as it is read back, `None` where the parent is not there or a remnant.
        ts: When it was made.
        run_id: The run that made it.
        metadata: Its metadata, encoded.
        body: What changed against the parent.
        manifest: What did not, where the row carries it.
    """

    seq: int
    id: str
    parent_seq: int | None
    parent_id: str | None
    ts: str
    run_id: str | None
    metadata: bytes
    body: Body
    manifest: Manifest | None

    @property
    def ends_chain(self) -> bool:
        """Whether the checkpoint can be read without its parent's row."""
        return self.manifest is not None or self.parent_seq is None


class BlobRow(NamedTuple):
    """A value too large to stand inline.

    Attributes:
        channel: Its channel.
        prev_seq: The blob of the same channel on which this one is a delta, `None` for a full value.
        data: The value or the delta, encoded.
        id: The checkpoint that wrote it, for the serializer's `place`.
    """

    channel: str
    prev_seq: int | None
    data: bytes
    id: str


class WriteRow(NamedTuple):
    """Pending writes of a task: in slot 0 the plain ones, in the others one reserved channel each.

    Attributes:
        checkpoint_id: The checkpoint that the task follows.
        task_id: The task.
        slot: Which of the task's rows it is.
        path: Where the task stands in its superstep.
        writes: Pairs of channel and encoded value.
    """

    checkpoint_id: str
    task_id: str
    slot: int
    path: str
    writes: list[tuple[str, bytes]]


class Head(NamedTuple):
    """The state of a lane.

    Attributes:
        lane: What the saver calls the lane.
        seq: The row of its head, `None` while it has none.
        id: The id of its head.
        last_seq: The row that was stored last, a branch perhaps.
    """

    lane: int
    seq: int | None
    id: str | None
    last_seq: int | None
