"""Pending writes as rows: slot 0 holds a task's plain writes, and each reserved channel has a slot of its own.

So the second save of a task replaces what it names and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from stepgraph.checkpoint.base import RESERVED, STATUS, PendingWrite, TaskWrites
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.requests import Procedure, PutWrites, WriteAt
from stepgraph.checkpoint.records.rows import WriteRow

__all__ = ["pending_of", "put_unless_done", "rows_of"]

_SLOTS: Final = {channel: slot for slot, channel in enumerate(RESERVED, start=1)}


def rows_of(codec: Codec, checkpoint_id: str, tasks: Iterable[TaskWrites]) -> list[WriteRow]:
    """Return the rows of what tasks have written.

    Raises:
        SerializationError: A value cannot be kept.
    """
    rows: list[WriteRow] = []
    for task_id, writes, path in tasks:
        slots: dict[int, list[tuple[str, bytes]]] = {}
        for channel, value in writes:
            slot = _SLOTS.get(channel, 0)
            slots.setdefault(slot, []).append((channel, codec.dump_write(task_id, slot, channel, value)))
        rows.extend(WriteRow(checkpoint_id, task_id, slot, path, pairs) for slot, pairs in slots.items())
    return rows


def put_unless_done(codec: Codec, request: PutWrites, checkpoint_id: str, task_id: str) -> Procedure[None]:
    """Store what a task has written, unless another run has said before that it is done: the first one counts.

    So a run that slept, while another took its thread over, does not undo what that one has shown already.
    """
    slot = _SLOTS[STATUS]
    before: WriteRow | None = yield WriteAt(request.thread_id, request.checkpoint_ns, checkpoint_id, task_id, slot)
    if before is None or codec.load_write(task_id, slot, STATUS, before.writes[0][1]) != "done":
        yield request


def pending_of(codec: Codec, rows: Sequence[WriteRow]) -> list[PendingWrite]:
    """Return the writes in `rows`, in the order of the tasks' paths."""
    pending: list[tuple[str, str, Any]] = []
    for row in sorted(rows, key=_order):
        task_id, slot = row.task_id, row.slot
        pending.extend(
            (task_id, channel, codec.load_write(task_id, slot, channel, data)) for channel, data in row.writes
        )
    return pending


def _order(row: WriteRow) -> tuple[str, str, int]:
    return row.path, row.task_id, row.slot
