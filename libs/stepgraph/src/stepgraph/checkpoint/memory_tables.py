"""MemoryTables: the rows of `InMemorySaver`, in dicts, and the answers to requests for them.

Not safe by itself: the saver holds its lock around every procedure, which makes a transaction of it. A procedure that
stores checks first and stores last, so there is nothing to undo.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any

from stepgraph.checkpoint.base import ANY_HEAD
from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.records.rows import BlobRow, CheckpointRow, Head, WriteRow
from stepgraph.checkpoint.steps import LandPut

__all__ = ["MemoryTables"]


class _Lane:
    """The rows of a namespace of a thread."""

    __slots__ = ("blobs", "by_id", "checkpoint_ns", "head", "order", "remnants", "rows", "thread_id", "writes")

    def __init__(self, lane: int, thread_id: str, checkpoint_ns: str) -> None:
        self.thread_id: str = thread_id
        self.checkpoint_ns: str = checkpoint_ns
        self.head: Head = Head(lane, None, None, None)
        self.rows: dict[int, CheckpointRow] = {}
        self.order: list[int] = []
        self.by_id: dict[str, int] = {}
        self.remnants: set[int] = set()
        self.blobs: dict[tuple[int, str], BlobRow] = {}
        self.writes: dict[str, dict[tuple[str, int], WriteRow]] = {}

    def visible(self, checkpoint_id: str | None) -> int | None:
        seq = self.by_id.get(checkpoint_id or "")
        return None if seq is None or seq in self.remnants else seq

    def visible_below(self, seq: int | None) -> Iterator[int]:
        """Yield the rows that can be seen, the last first."""
        end = len(self.order) if seq is None else bisect_left(self.order, seq)
        return (self.order[at] for at in range(end - 1, -1, -1) if self.order[at] not in self.remnants)


class MemoryTables:
    """Rows in dicts."""

    def __init__(self) -> None:
        self._seq = 0
        self._number = 0
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._by_number: dict[int, _Lane] = {}
        self._by_seq: dict[int, _Lane] = {}
        self._answers: dict[type[Any], Callable[[Any], Any]] = {
            ask.Find: self._find,
            ask.Fetch: self._fetch,
            ask.Page: self._page,
            ask.Locate: self._locate,
            ask.FindHead: self._find_head,
            ask.Position: self._position,
            ask.Append: self._append,
            ask.PutWrites: self._put_writes,
            ask.WriteAt: self._write_at,
            ask.Lanes: self._list_lanes,
            ask.Outline: self._outline,
            ask.Links: self._links,
            ask.WritesOf: self._writes_of,
            ask.Drop: self._drop,
            ask.SetHead: self._set_head,
            ask.DropLane: self._drop_lane,
        }

    def answer(self, request: ask.Request) -> Any:
        """Answer a request."""
        return self._answers[type(request)](request)

    # Reading.

    def _find(self, request: ask.Find) -> ask.Found | None:
        lane = self._lanes.get((request.thread_id, request.checkpoint_ns))
        if lane is None:
            return None
        wanted = request.checkpoint_id
        seq = lane.head.seq if wanted is None else lane.visible(wanted)
        if seq is None:
            return None
        row = lane.rows[seq]
        if row.parent_seq is not None and lane.visible(row.parent_id) != row.parent_seq:
            row = row._replace(parent_id=None)
        at = bisect_left(lane.order, seq)
        rows = [row]
        while at > 0 and not rows[-1].ends_chain:
            at -= 1
            rows.append(lane.rows[lane.order[at]])
        return ask.Found(rows, list(lane.writes.get(row.id, {}).values()))

    def _fetch(self, request: ask.Fetch) -> ask.Fetched:
        by_seq = self._by_seq
        rows = {seq: by_seq[seq].rows[seq] for seq in request.rows if seq in by_seq}
        blobs: dict[tuple[int, str], BlobRow] = {}
        for seq, channel in request.blobs:
            at: int | None = seq
            while at is not None and at in by_seq and (at, channel) not in blobs:
                blob = by_seq[at].blobs.get((at, channel))
                if blob is None:
                    break
                blobs[at, channel] = blob
                at = blob.prev_seq if request.bases else None
        return ask.Fetched(rows, blobs)

    def _page(self, request: ask.Page) -> list[ask.Listed]:
        lanes = self._matching(request.thread_id, request.checkpoint_ns)
        wanted = request.checkpoint_id
        seqs: Iterable[int]
        if wanted is not None:
            seqs = (seq for lane in lanes if (seq := lane.visible(wanted)) is not None)
            below = request.below
            seqs = sorted((seq for seq in seqs if below is None or seq < below), reverse=True)
        else:
            seqs = merge(*(lane.visible_below(request.below) for lane in lanes), reverse=True)
        return [self._listed(seq) for seq in islice(seqs, request.limit)]

    def _listed(self, seq: int) -> ask.Listed:
        lane = self._by_seq[seq]
        row = lane.rows[seq]
        return ask.Listed(seq, lane.thread_id, lane.checkpoint_ns, row.id, row.metadata)

    def _locate(self, request: ask.Locate) -> int | None:
        lanes = self._matching(request.thread_id, request.checkpoint_ns)
        return next((lane.by_id[request.checkpoint_id] for lane in lanes if request.checkpoint_id in lane.by_id), None)

    def _matching(self, thread_id: str | None, checkpoint_ns: str | None) -> list[_Lane]:
        if thread_id is not None and checkpoint_ns is not None:
            lane = self._lanes.get((thread_id, checkpoint_ns))
            return [] if lane is None else [lane]
        return [
            lane
            for (thread, namespace), lane in self._lanes.items()
            if (thread_id is None or thread == thread_id) and (checkpoint_ns is None or namespace == checkpoint_ns)
        ]

    # Storing.

    def follow(self, put: LandPut) -> int | None:
        """Store a checkpoint that follows the head and becomes it; return its `seq`, `None` if it does not."""
        row = put.plan.row
        lane = self._lanes.get((put.thread_id, put.checkpoint_ns))
        if lane is None or row.id in lane.by_id:
            return None
        head = lane.head
        if row.parent_seq != head.seq or head.seq != head.last_seq or put.expected not in (ANY_HEAD, head.id):
            return None
        for write in put.writes:
            lane.writes.setdefault(write.checkpoint_id, {})[write.task_id, write.slot] = write
        return self._store(lane, row, put.plan.blobs, head=True)

    def _find_head(self, request: ask.FindHead) -> Head | None:
        lane = self._lanes.get(request)
        return None if lane is None else lane.head

    def _position(self, request: ask.Position) -> int | None:
        return self._by_number[request.lane].visible(request.checkpoint_id)

    def _append(self, request: ask.Append) -> int | None:
        lane = self._lane(request.thread_id, request.checkpoint_ns)
        if request.row.id in lane.by_id:
            return None
        return self._store(lane, request.row, request.blobs, head=request.head)

    def _store(self, lane: _Lane, row: CheckpointRow, blobs: Iterable[BlobRow], *, head: bool) -> int:
        self._seq = seq = self._seq + 1
        lane.rows[seq] = CheckpointRow(seq, *row[1:])
        lane.order.append(seq)
        lane.by_id[row.id] = seq
        self._by_seq[seq] = lane
        for blob in blobs:
            lane.blobs[seq, blob.channel] = blob
        before = lane.head
        lane.head = Head(before.lane, seq, row.id, seq) if head else before._replace(last_seq=seq)
        return seq

    def _put_writes(self, request: ask.PutWrites) -> None:
        writes = self._lane(request.thread_id, request.checkpoint_ns).writes
        for row in request.rows:
            writes.setdefault(row.checkpoint_id, {})[row.task_id, row.slot] = row

    def _write_at(self, request: ask.WriteAt) -> WriteRow | None:
        lane = self._lanes.get(request[:2])
        return None if lane is None else lane.writes.get(request.checkpoint_id, {}).get(request[3:])

    def _lane(self, thread_id: str, checkpoint_ns: str) -> _Lane:
        lane = self._lanes.get((thread_id, checkpoint_ns))
        if lane is None:
            self._number = number = self._number + 1
            lane = self._lanes[thread_id, checkpoint_ns] = _Lane(number, thread_id, checkpoint_ns)
            self._by_number[number] = lane
        return lane

    # Maintenance.

    def _list_lanes(self, request: ask.Lanes) -> list[ask.Lane]:
        lanes = self._matching(request.thread_id, None)
        return [ask.Lane(lane.head.lane, lane.thread_id, lane.checkpoint_ns) for lane in lanes]

    def _outline(self, request: ask.Outline) -> list[ask.OutlineRow]:
        lane = self._by_number[request.lane]
        return [
            ask.OutlineRow(
                seq, row.id, row.parent_seq, row.ts, row.run_id, seq in lane.remnants, row.manifest is not None
            )
            for seq, row in lane.rows.items()
        ]

    def _links(self, request: ask.Links) -> list[tuple[int, str, int | None]]:
        blobs = self._by_number[request.lane].blobs
        return [(seq, channel, blob.prev_seq) for (seq, channel), blob in blobs.items()]

    def _writes_of(self, request: ask.WritesOf) -> list[WriteRow]:
        return [row for rows in self._by_number[request.lane].writes.values() for row in rows.values()]

    def _drop(self, request: ask.Drop) -> None:
        lane = self._by_number[request.lane]
        for seq in (*request.hidden, *request.rows):
            lane.writes.pop(lane.rows[seq].id, None)
        lane.remnants.update(request.hidden)
        for seq in request.rows:
            lane.by_id.pop(lane.rows.pop(seq).id, None)
            lane.remnants.discard(seq)
            del self._by_seq[seq]
        for key in request.blobs:
            lane.blobs.pop((key[0], key[1]), None)
        if request.rows:
            lane.order = list(lane.rows)

    def _set_head(self, request: ask.SetHead) -> None:
        lane = self._by_number[request.lane]
        lane.head = lane.head._replace(seq=request.seq, id=request.checkpoint_id)

    def _drop_lane(self, request: ask.DropLane) -> None:
        lane = self._by_number.pop(request.lane)
        del self._lanes[lane.thread_id, lane.checkpoint_ns]
        for seq in lane.rows:
            del self._by_seq[seq]
