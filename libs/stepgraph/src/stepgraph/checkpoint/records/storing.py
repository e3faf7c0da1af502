"""Storing: the check of the head and the rows of a put, inside the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stepgraph.checkpoint.base import OnConflict
from stepgraph.checkpoint.records.plan import PutPlan, moves_head
from stepgraph.checkpoint.records.requests import Append, Find, FindHead, Found, Position, Procedure, PutWrites
from stepgraph.checkpoint.records.rows import CheckpointRow, Head, WriteRow
from stepgraph.errors import ThreadConflictError

__all__ = ["StaleLineageError", "store"]

_NEW_LANE: Final = Head(0, None, None, None)


class StaleLineageError(Exception):
    """The parent that a plan stands on is not there any more; the checkpoint must be planned to stand for itself."""


def store(
    thread_id: str,
    checkpoint_ns: str,
    plan: PutPlan,
    expected: str | None,
    on_conflict: OnConflict,
    writes: Sequence[WriteRow],
) -> Procedure[tuple[CheckpointRow, int] | None]:
    """Store a planned checkpoint and pending writes of its parent.

    Args:
        thread_id: The thread.
        checkpoint_ns: The namespace.
        plan: What to store.
        expected: The id of the checkpoint that must be the head.
        on_conflict: What happens when it is not.
        writes: Pending writes of the parent.

    Returns:
        The row as it was stored, and its `seq`; `None` if it had been stored before, by a call whose outcome its caller
        never learnt.

    Raises:
        ThreadConflictError: `expected` is not the head.
        StaleLineageError: The parent is gone.
        ValueError: Another checkpoint has the id.
    """
    found: Head | None = yield FindHead(thread_id, checkpoint_ns)
    head = _NEW_LANE if found is None else found
    try:
        moves = moves_head(head, expected, on_conflict, thread_id, checkpoint_ns)
    except ThreadConflictError:
        if head.id is not None and (yield Position(head.lane, plan.row.id)) is not None:
            return None
        raise
    row = plan.placed(head.last_seq)
    if row.parent_seq is not None and (row.parent_seq, row.parent_id) != (head.seq, head.id):
        parent_seq = yield Position(head.lane, row.parent_id or "")
        if parent_seq != row.parent_seq:
            raise StaleLineageError
    if writes:
        yield PutWrites(thread_id, checkpoint_ns, writes)
    seq: int | None = yield Append(
        None if found is None else found.lane, thread_id, checkpoint_ns, row, plan.blobs, moves
    )
    if seq is not None:
        return row, seq
    namesake: Found | None = yield Find(thread_id, checkpoint_ns, row.id)
    if namesake is None or not _same(namesake.rows[0], row):
        raise ValueError(
            f"expected a checkpoint with an id of its own, got {row.id!r}, which another checkpoint of thread "
            f"{thread_id!r} has; make one with new_checkpoint_id()"
        )
    return None


def _same(stored: CheckpointRow, row: CheckpointRow) -> bool:
    """Return whether two rows with one id come of one checkpoint, as far as that shows without decoding."""
    if stored.ts != row.ts or stored.parent_seq != row.parent_seq:
        return stored.ts == row.ts  # one of the two stands for itself, with entries for all channels
    return _versions(stored) == _versions(row)


def _versions(row: CheckpointRow) -> dict[str, Any]:
    return {channel: entry.version for channel, entry in row.body.entries.items()}
