"""Reading: how a checkpoint is put together again from the rows that it is spread over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stepgraph.checkpoint.base import Checkpoint, CheckpointTuple, config_of
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.delta import apply
from stepgraph.checkpoint.records.lineage import Lineage
from stepgraph.checkpoint.records.migrations import migrated, refuse_newer
from stepgraph.checkpoint.records.pending import pending_of
from stepgraph.checkpoint.records.remembered import Remembered, built
from stepgraph.checkpoint.records.requests import Fetch, Fetched, Find, Found, Procedure
from stepgraph.checkpoint.records.rows import BlobRow, CheckpointRow, Entry, Trace
from stepgraph.errors import CheckpointError, CorruptCheckpointError
from stepgraph.serde.base import Serializer

__all__ = ["Reading", "read", "read_lineage"]


class Reading(NamedTuple):
    """A checkpoint that was looked up and is still encoded: `decoded` needs no database any more.

    Attributes:
        find: What was asked for.
        found: Its rows.
        fetched: What they point to.
        lineage: What it stands on.
    """

    find: Find
    found: Found
    fetched: Fetched
    lineage: Lineage

    def decoded(self, serde: Serializer, remembered: Remembered | None = None) -> CheckpointTuple:
        """Return the checkpoint.

        Args:
            serde: The serializer that it was encoded with.
            remembered: What that serializer decoded before.

        Raises:
            CorruptCheckpointError: It cannot be read.
        """
        row = self.found.rows[0]
        thread_id, checkpoint_ns, _ = self.find
        codec = Codec(serde, thread_id, checkpoint_ns, row.id)
        traces = self.lineage.traces()
        decoder = _Decoder(serde, self.find, self._rows(), self.fetched.blobs, remembered)
        checkpoint: Checkpoint = {
            "v": row.body.v,
            "id": row.id,
            "ts": row.ts,
            "channel_values": {
                channel: decoder.value(channel, trace) for channel, trace in traces.items() if trace.present
            },
            "channel_versions": {
                channel: trace.version for channel, trace in traces.items() if trace.version is not None
            },
            "versions_seen": dict(self.lineage.seen),
            "updated_channels": None if row.body.updated is None else list(row.body.updated),
        }
        return CheckpointTuple(
            config_of(thread_id, checkpoint_ns, row.id),
            migrated(checkpoint),
            codec.load_metadata(row.metadata),
            None if row.parent_id is None else config_of(thread_id, checkpoint_ns, row.parent_id),
            pending_of(codec, self.found.writes),
        )

    def _rows(self) -> dict[int, CheckpointRow]:
        return {**self.fetched.rows, **{row.seq: row for row in self.found.rows}}


def read(find: Find) -> Procedure[Reading | None]:
    """Look a checkpoint up.

    Raises:
        CorruptCheckpointError: Rows that it needs are not there.
        NewerCheckpointError: A newer version wrote it.
    """
    found: Found | None = yield find
    if found is None:
        return None
    refuse_newer(found.rows[0].body.v, found.rows[0].id)
    lineage = _lineage(find, found.rows)
    near = {row.seq for row in found.rows}
    rows: set[int] = set()
    blobs: list[tuple[int, str]] = []
    for channel, trace in lineage.traces().items():
        if trace.chain is not None:
            blobs.append((trace.seq, channel))
        elif trace.present and trace.seq not in near:
            rows.add(trace.seq)
    fetched = Fetched({}, {})
    if rows or blobs:
        fetched = yield Fetch(sorted(rows), blobs)
    return Reading(find, found, fetched, lineage)


def read_lineage(find: Find) -> Procedure[Lineage | None]:
    """Look up what a checkpoint stands on, `None` where it is not there."""
    found: Found | None = yield find
    return None if found is None else _lineage(find, found.rows)


def _lineage(find: Find, rows: Sequence[CheckpointRow]) -> Lineage:
    by_seq = {row.seq: row for row in rows}
    chain = [rows[0]]
    while not chain[-1].ends_chain:
        parent = by_seq.get(chain[-1].parent_seq or 0)
        if parent is None or parent.seq >= chain[-1].seq:
            raise _incomplete(find, rows[0].id, f"row {chain[-1].parent_seq} is missing")
        chain.append(parent)
    return Lineage.of(chain)


class _Decoder:
    """Decodes the values of one checkpoint, each at the place where it was written."""

    def __init__(
        self,
        serde: Serializer,
        find: Find,
        rows: Mapping[int, CheckpointRow],
        blobs: Mapping[tuple[int, str], BlobRow],
        remembered: Remembered | None,
    ) -> None:
        self._serde = serde
        self._find = find
        self._rows = rows
        self._blobs = blobs
        self._remembered = remembered
        self._codecs: dict[str, Codec] = {}

    def value(self, channel: str, trace: Trace) -> Any:
        if trace.chain is not None:
            return self._blob(channel, trace.seq)
        row = self._rows.get(trace.seq)
        entry: Entry | None = None if row is None else row.body.entries.get(channel)
        if row is None or entry is None or entry.data is None:
            raise self._missing(f"row {trace.seq} with the value of channel {channel!r} is missing")
        return self._codec(row.id).load(channel, entry.data)

    def _blob(self, channel: str, seq: int) -> Any:
        chain: list[BlobRow] = []
        at: int | None = seq
        while at is not None:
            blob = self._blobs.get((at, channel))
            if blob is None or (blob.prev_seq is not None and blob.prev_seq >= at):
                raise self._missing(f"blob {at} of channel {channel!r} is missing or out of order")
            chain.append(blob)
            at = blob.prev_seq
        chain.reverse()

        def load(blob: BlobRow) -> Any:
            return self._codec(blob.id).load(channel, blob.data)

        def follow(value: Any, record: Any) -> Any:
            try:
                return apply(value, record)
            except CheckpointError as error:
                raise self._missing(f"channel {channel!r}: {error}") from error

        if self._remembered is None:
            return built(chain, load, follow)
        return self._remembered.value((self._find.thread_id, self._find.checkpoint_ns, channel), chain, load, follow)

    def _codec(self, checkpoint_id: str) -> Codec:
        codec = self._codecs.get(checkpoint_id)
        if codec is None:
            codec = Codec(self._serde, self._find.thread_id, self._find.checkpoint_ns, checkpoint_id)
            self._codecs[checkpoint_id] = codec
        return codec

    def _missing(self, what: str) -> CorruptCheckpointError:
        return _incomplete(self._find, self._find.checkpoint_id, what)


def _incomplete(find: Find, checkpoint_id: str | None, what: str) -> CorruptCheckpointError:
    name = "the head" if checkpoint_id is None else f"checkpoint {checkpoint_id!r}"
    place = f"thread {find.thread_id!r}" + (f", namespace {find.checkpoint_ns!r}" if find.checkpoint_ns else "")
    return CorruptCheckpointError(f"{name} of {place} is damaged: {what}; earlier checkpoints may still be whole")
