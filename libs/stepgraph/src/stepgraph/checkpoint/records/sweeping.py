"""Sweeping: which rows may go when checkpoints are deleted, so that those that stay read as before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Final, NamedTuple

from stepgraph.checkpoint.records.requests import (
    Drop,
    DropLane,
    Fetch,
    Fetched,
    FindHead,
    Lane,
    Lanes,
    Links,
    Outline,
    OutlineRow,
    Procedure,
    SetHead,
)
from stepgraph.checkpoint.records.rows import Head, Manifest

__all__ = ["Limits", "delete_runs", "delete_thread", "sweep"]

_PAGE: Final = 64

Blobs = Mapping[tuple[int, str], "int | None"]


class Limits(NamedTuple):
    """What may stay of a lane besides its head.

    Attributes:
        keep_last: How many checkpoints, the newest first; `None` for all.
        oldest: When a checkpoint must have been made at the earliest; `None` for ever.
    """

    keep_last: int | None
    oldest: datetime | None


def sweep(lane: Lane, limits: Limits, most: int | None = None) -> Procedure[int]:
    """Delete what limits do not let stay.

    Args:
        lane: The lane.
        limits: The limits.
        most: How many checkpoints to delete at the most, the oldest first.

    Returns:
        How many checkpoints were deleted.
    """
    head: Head | None = yield FindHead(lane.thread_id, lane.checkpoint_ns)
    if head is None or head.seq is None:
        return 0
    outline: list[OutlineRow] = yield Outline(head.lane)
    outdated = _outdated(outline, head.seq, limits)[:most]
    if outdated:
        yield from _remove(head.lane, outline, set(outdated))
    return len(outdated)


def delete_runs(lane: Lane, run_ids: Collection[str]) -> Procedure[int]:
    """Delete the checkpoints that runs made.

    Returns:
        How many there were.
    """
    head: Head | None = yield FindHead(lane.thread_id, lane.checkpoint_ns)
    if head is None:
        return 0
    outline: list[OutlineRow] = yield Outline(head.lane)
    doomed = {row.seq for row in outline if row.run_id in run_ids and not row.remnant}
    if not doomed:
        return 0
    left = {row.seq: row for row in outline if row.seq not in doomed and not row.remnant}
    if not left:
        yield DropLane(head.lane)
        return len(doomed)
    if head.seq in doomed:
        heir = _heir(outline, head.seq, left)
        yield SetHead(head.lane, heir.seq, heir.id)
    yield from _remove(head.lane, outline, doomed)
    return len(doomed)


def delete_thread(thread_id: str) -> Procedure[int]:
    """Delete all lanes of a thread.

    Returns:
        How many checkpoints that could be seen there were.
    """
    lanes: list[Lane] = yield Lanes(thread_id)
    count = 0
    for lane in lanes:
        outline: list[OutlineRow] = yield Outline(lane.lane)
        count += sum(not row.remnant for row in outline)
        yield DropLane(lane.lane)
    return count


def _outdated(outline: Sequence[OutlineRow], head: int, limits: Limits) -> list[int]:
    """Return the rows that must go, the oldest first."""
    visible = [row for row in outline if not row.remnant]
    spare = 0 if limits.keep_last is None else max(0, len(visible) - limits.keep_last)
    return [
        row.seq
        for position, row in enumerate(visible)
        if row.seq != head and (position < spare or (limits.oldest is not None and _older(row.ts, limits.oldest)))
    ]


def _older(ts: str, oldest: datetime) -> bool:
    """Return whether a time is before another; one that cannot be read is not."""
    try:
        made = datetime.fromisoformat(ts.replace("Z", "+00:00"))
    except ValueError:
        return False
    return (made if made.tzinfo is not None else made.replace(tzinfo=timezone.utc)) < oldest


def _heir(outline: Sequence[OutlineRow], head: int, left: Mapping[int, OutlineRow]) -> OutlineRow:
    """Return the nearest ancestor of the head that is left, or else the newest checkpoint that is."""
    by_seq = {row.seq: row for row in outline}
    at: int | None = head
    while at is not None and at in by_seq:
        if at in left:
            return left[at]
        at = by_seq[at].parent_seq
    return left[max(left)]


def _remove(lane: int, outline: Sequence[OutlineRow], doomed: Collection[int]) -> Procedure[None]:
    """Delete checkpoints, and every row that those which stay do not need."""
    kept = [row for row in outline if not row.remnant and row.seq not in doomed]
    chained = _chained(kept, {row.seq: row for row in outline})
    links: list[tuple[int, str, int | None]] = yield Links(lane)
    blobs: Blobs = {(seq, channel): before for seq, channel, before in links}
    wanted = [row.seq for row in outline if row.manifest and row.seq in chained]
    rows, pointed = set(chained), {key for key in blobs if key[0] in chained}
    for start in range(0, len(wanted), _PAGE):
        fetched: Fetched = yield Fetch(wanted[start : start + _PAGE], ())
        _follow((row.manifest for row in fetched.rows.values()), rows, pointed)
    needed = _with_bases(pointed, blobs)
    rows.update(seq for seq, _ in needed)
    yield Drop(
        lane,
        [seq for seq in doomed if seq in rows],
        [row.seq for row in outline if row.seq not in rows],
        [key for key in blobs if key not in needed],
    )


def _chained(kept: Iterable[OutlineRow], by_seq: Mapping[int, OutlineRow]) -> set[int]:
    """Return the rows from each that is kept to its manifest."""
    chained: set[int] = set()
    for row in kept:
        at: OutlineRow | None = row
        while at is not None and at.seq not in chained:
            chained.add(at.seq)
            at = None if at.manifest or at.parent_seq is None else by_seq.get(at.parent_seq)
    return chained


def _follow(manifests: Iterable[Manifest | None], rows: set[int], blobs: set[tuple[int, str]]) -> None:
    """Add what manifests point to."""
    for manifest in manifests:
        for channel, trace in ({} if manifest is None else manifest.traces).items():
            if trace.chain is not None:
                blobs.add((trace.seq, channel))
            elif trace.present:
                rows.add(trace.seq)


def _with_bases(pointed: Iterable[tuple[int, str]], blobs: Blobs) -> set[tuple[int, str]]:
    """Return blobs with those that they are deltas on."""
    needed: set[tuple[int, str]] = set()
    for seq, channel in pointed:
        at: int | None = seq
        while at is not None and (at, channel) not in needed:
            needed.add((at, channel))
            at = blobs.get((at, channel))
    return needed
