"""Copying: a thread with its whole history under another name, encoded anew where bytes are bound to their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from stepgraph.checkpoint.records.codec import Codec, is_portable
from stepgraph.checkpoint.records.requests import (
    Append,
    Drop,
    Fetch,
    Fetched,
    FindHead,
    Lane,
    Lanes,
    Links,
    Outline,
    OutlineRow,
    Procedure,
    PutWrites,
    WritesOf,
)
from stepgraph.checkpoint.records.rows import BlobRow, CheckpointRow, Entry, Head, Manifest, WriteRow
from stepgraph.serde.base import Serializer

__all__ = ["copy_thread"]

_PAGE: Final = 32


def copy_thread(serde: Serializer, source: str, target: str) -> Procedure[None]:
    """Copy a thread to one that is empty.

    Raises:
        ValueError: The target holds checkpoints.
    """
    lanes: list[Lane] = yield Lanes(target)
    for lane in lanes:
        head: Head | None = yield FindHead(target, lane.checkpoint_ns)
        if head is not None and head.last_seq is not None:
            raise ValueError(
                f"expected an empty thread to copy {source!r} to, but thread {target!r} holds checkpoints; delete it "
                "first with delete_thread, or choose another name"
            )
    portable = is_portable(serde)
    lanes = yield Lanes(source)
    for lane in lanes:
        yield from _copy_lane(lane, target, _Mover(serde, portable, source, target, lane.checkpoint_ns))


def _copy_lane(lane: Lane, target: str, mover: _Mover) -> Procedure[None]:
    namespace = lane.checkpoint_ns
    head: Head | None = yield FindHead(lane.thread_id, namespace)
    outline: list[OutlineRow] = yield Outline(lane.lane)
    links: list[tuple[int, str, int | None]] = yield Links(lane.lane)
    channels: dict[int, list[str]] = {}
    for seq, channel, _ in links:
        channels.setdefault(seq, []).append(channel)
    places: dict[int, int] = {}
    for start in range(0, len(outline), _PAGE):
        seqs = [row.seq for row in outline[start : start + _PAGE]]
        blobs_of = [(seq, channel) for seq in seqs for channel in channels.get(seq, ())]
        fetched: Fetched = yield Fetch(seqs, blobs_of, bases=False)
        for seq in seqs:
            row = mover.row(fetched.rows[seq], places)
            blobs = [mover.blob(fetched.blobs[seq, channel], places) for channel in channels.get(seq, ())]
            places[seq] = yield Append(None, target, namespace, row, blobs, head is not None and head.seq == seq)
    copy: Head | None = yield FindHead(target, namespace)
    remnants = [places[row.seq] for row in outline if row.remnant]
    if copy is not None and remnants:
        yield Drop(copy.lane, remnants, (), ())
    writes: Sequence[WriteRow] = yield WritesOf(lane.lane)
    if writes:
        yield PutWrites(target, namespace, [mover.write(row) for row in writes])


class _Mover(NamedTuple):
    """Moves rows from one thread to another."""

    serde: Serializer
    portable: bool
    source: str
    target: str
    namespace: str

    def row(self, row: CheckpointRow, places: Mapping[int, int]) -> CheckpointRow:
        manifest = row.manifest
        if manifest is not None:  # of a remnant, it may name rows that are gone: nobody reads them through it
            traces = {name: trace._replace(seq=places.get(trace.seq, 0)) for name, trace in manifest.traces.items()}
            manifest = Manifest(traces, manifest.seen)
        metadata, entries = row.metadata, row.body.entries
        if not self.portable:
            before, after = self._codecs(row.id)
            metadata = after.dump_metadata(before.load_metadata(metadata)) if metadata else b""
            entries = {name: self._entry(name, entry, before, after) for name, entry in entries.items()}
        return row._replace(
            seq=0,
            parent_seq=places.get(row.parent_seq or 0),
            parent_id=row.parent_id if row.parent_seq in places else None,
            metadata=metadata,
            body=row.body._replace(entries=entries),
            manifest=manifest,
        )

    def blob(self, blob: BlobRow, places: Mapping[int, int]) -> BlobRow:
        data = blob.data
        if not self.portable:
            before, after = self._codecs(blob.id)
            data = after.dump(blob.channel, before.load(blob.channel, data))
        return blob._replace(prev_seq=None if blob.prev_seq is None else places[blob.prev_seq], data=data)

    def write(self, row: WriteRow) -> WriteRow:
        if self.portable:
            return row
        before, after = self._codecs(row.checkpoint_id)
        task_id, slot = row.task_id, row.slot
        return row._replace(
            writes=[
                (channel, after.dump_write(task_id, slot, channel, before.load_write(task_id, slot, channel, data)))
                for channel, data in row.writes
            ]
        )

    def _entry(self, channel: str, entry: Entry, before: Codec, after: Codec) -> Entry:
        if entry.data is None:
            return entry
        return entry._replace(data=after.dump(channel, before.load(channel, entry.data)))

    def _codecs(self, checkpoint_id: str) -> tuple[Codec, Codec]:
        return (
            Codec(self.serde, self.source, self.namespace, checkpoint_id),
            Codec(self.serde, self.target, self.namespace, checkpoint_id),
        )
