"""Plan of a put: the rows that it takes, decided from the checkpoint and the lineage of its parent, without a database.

Everything that can be refused is refused here: once a plan is made, storing it needs no further look at a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from stepgraph.checkpoint.base import ANY_HEAD, Checkpoint, CheckpointMetadata, Delta, OnConflict
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.delta import fits, plain, shape_of
from stepgraph.checkpoint.records.lineage import Lineage
from stepgraph.checkpoint.records.rows import BlobRow, Body, Chain, CheckpointRow, Entry, Head, Manifest
from stepgraph.errors import ThreadConflictError

__all__ = ["PutPlan", "moves_head", "plan_put"]

INLINE: Final = 256
"""Up to how many encoded bytes a value stands in the row of its checkpoint."""

DEPTH: Final = 256
"""How many deltas may follow a full value; a quarter of its items if those are more."""

_NO_DELTAS: Final[Mapping[str, Delta]] = {}


class PutPlan(NamedTuple):
    """What a put stores.

    Attributes:
        row: The checkpoint's row; its `seq` comes with the transaction.
        blobs: The blobs beside it.
        seen: When each node last ran.
        lineage: What the parent stands on; `None` where the checkpoint stands for itself.
    """

    row: CheckpointRow
    blobs: list[BlobRow]
    seen: dict[str, Any]
    lineage: Lineage | None

    def placed(self, last_seq: int | None) -> CheckpointRow:
        """Return the row as stored after row `last_seq` of its lane: with a manifest unless that is its parent."""
        row = self.row
        if row.manifest is None and self.lineage is not None and last_seq != row.parent_seq:
            return row._replace(manifest=self.lineage.manifest(row.body))
        return row

    def lineage_of(self, row: CheckpointRow, seq: int) -> Lineage:
        """Return the lineage of the row as it was stored at `seq`."""
        if self.lineage is None:
            return Lineage.root(row, seq, self.seen)
        return self.lineage.follow(row, seq, self.seen)


def plan_put(
    codec: Codec,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    new_versions: Mapping[str, Any],
    deltas: Mapping[str, Delta] | None,
    lineage: Lineage | None,
) -> PutPlan:
    """Return what a put stores.

    Args:
        codec: Encodes values for the checkpoint's place.
        checkpoint: The checkpoint.
        metadata: Its metadata.
        new_versions: The channels that changed.
        deltas: How they changed.
        lineage: What the parent stands on; `None` where there is none, and all is stored in full.

    Raises:
        SerializationError: A value cannot be kept.
    """
    changed = new_versions if lineage is not None else _every_version(checkpoint, new_versions)
    blobs: list[BlobRow] = []
    entries = _entries(codec, checkpoint, changed, deltas or _NO_DELTAS, lineage, blobs)
    seen = dict(checkpoint["versions_seen"])
    body = _body(checkpoint, entries, seen, lineage)
    manifest: Manifest | None = lineage.manifest(body) if lineage is not None and lineage.full else None
    parent_seq, parent_id = (None, None) if lineage is None else (lineage.seq, lineage.id)
    run_id = metadata.get("run_id")
    row = CheckpointRow(
        0,
        checkpoint["id"],
        parent_seq,
        parent_id,
        checkpoint["ts"],
        None if run_id is None else str(run_id),
        codec.dump_metadata(metadata),
        body,
        manifest,
    )
    return PutPlan(row, blobs, seen, lineage)


def moves_head(head: Head, expected: str | None, on_conflict: OnConflict, thread_id: str, checkpoint_ns: str) -> bool:
    """Return whether a checkpoint becomes the head; if not, it is stored as a branch.

    Raises:
        ThreadConflictError: It must not be stored at all.
    """
    if expected == ANY_HEAD or expected == head.id:
        return True
    if on_conflict == "fork":
        return False
    raise ThreadConflictError(thread_id, checkpoint_ns, expected, head.id)


def _every_version(checkpoint: Checkpoint, new_versions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the versions of all channels, `None` where a value has none."""
    return {**dict.fromkeys(checkpoint["channel_values"]), **checkpoint["channel_versions"], **new_versions}


def _entries(
    codec: Codec,
    checkpoint: Checkpoint,
    changed: Mapping[str, Any],
    deltas: Mapping[str, Delta],
    lineage: Lineage | None,
    blobs: list[BlobRow],
) -> dict[str, Entry]:
    values = checkpoint["channel_values"]
    entries: dict[str, Entry] = {}
    for channel, version in changed.items():
        if channel not in values:
            entries[channel] = Entry(version)
            continue
        value = values[channel]
        trace = lineage.trace(channel) if lineage is not None and channel in deltas else None
        if trace is not None and trace.chain is not None:
            chain, data = _as_delta(codec, channel, value, deltas[channel], trace.chain)
            if chain is not None:
                blobs.append(BlobRow(channel, trace.seq, data, checkpoint["id"]))
                entries[channel] = Entry(version, None, chain)
                continue
        data = codec.dump(channel, value)
        if len(data) <= INLINE:
            entries[channel] = Entry(version, data)
            continue
        shape = shape_of(value)
        blobs.append(BlobRow(channel, None, data, checkpoint["id"]))
        entries[channel] = Entry(version, None, Chain(shape, len(value) if shape else 0, 0, 0, len(data)))
    return entries


def _as_delta(codec: Codec, channel: str, value: Any, delta: Delta, before: Chain) -> tuple[Chain | None, bytes]:
    """Return a value as a delta, or no chain where it is better stored in full.

    To read a value takes at most twice its bytes, and `DEPTH` deltas or a quarter of its items. What is appended is
    read no more often than it would be in a full value, so a list that only grows is seldom stored in full again.
    """
    if before.depth >= max(DEPTH, len(value) // 4) or not fits(delta, value, before):
        return None, b""
    data = codec.dump(channel, plain(delta))
    size, waste = before.size, before.waste
    if before.shape == "l" and delta.kept < before.length:
        size = size * delta.kept // before.length
        waste += before.size - size
    if delta.gone or len(delta.edits) > len(value) - before.length or (before.shape == "l" and delta.edits):
        waste += len(data)  # in place of what is there already
    else:
        size += len(data)
    if waste > size:
        return None, b""
    return Chain(before.shape, len(value), before.depth + 1, waste, size), data


def _body(checkpoint: Checkpoint, entries: dict[str, Entry], seen: dict[str, Any], lineage: Lineage | None) -> Body:
    before: Mapping[str, Any] = {} if lineage is None else lineage.seen
    ran = {node: tick for node, tick in seen.items() if before.get(node) != tick}
    unseen = [] if before.keys() <= seen.keys() else [node for node in before if node not in seen]
    updated = checkpoint.get("updated_channels")
    return Body(checkpoint["v"], None if updated is None else list(updated), entries, ran, unseen)
