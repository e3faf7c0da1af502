"""Scenes: threads with a past, for rules about what is done to them afterwards."""

from __future__ import annotations

import random
from typing import Any

from stepgraph.checkpoint.base import STATUS, Delta
from stepgraph.testing.conformance.savers.deltas import changed_dict, changed_list
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal

__all__ = ["long_thread"]


async def long_thread(
    saver: SaverDoor, thread_id: str, ns: str = "", length: int = 60, *, age: float = 0.0, forks: bool = True
) -> Journal:
    """Put a thread with lists and dicts that grow by deltas, channels that rest or go, branches and pending writes.

    Args:
        saver: The door.
        thread_id: The thread.
        ns: The namespace.
        length: How many checkpoints.
        age: How many seconds ago they were made.
        forks: Whether some follow one that is not the newest.
    """
    dice = random.Random(f"{length} {forks}")
    journal = Journal(saver, thread_id, ns)
    await journal.put({"items": ["first"], "table": {"a": 1}, "rests": "x" * 900, "goes": 1}, age=age)
    for turn in range(1, length):
        parent = journal.ids[turn // 2] if forks and turn % 17 == 16 else journal.head
        values = journal.entries[str(parent)].checkpoint["channel_values"]
        changes: dict[str, Any] = {"turn": turn}
        deltas: dict[str, Delta] = {}
        if turn % 2:
            changes["items"], deltas["items"] = changed_list(values["items"], dice, turn)
        if turn % 3 == 0:
            changes["table"], deltas["table"] = changed_dict(values["table"], dice, turn)
        gone = ["goes"] if turn % 11 == 5 and "goes" in values else []
        if turn % 11 == 8:
            changes["goes"] = "back " * turn
        entry = await journal.put(changes, deltas=deltas, gone=gone, parent=parent, age=age)
        if turn % 4 == 0:
            await journal.write(entry.id, [("items", [turn]), (STATUS, "done")], f"task {turn}", str(turn))
    return journal
