"""Heads: the state in which a saver last saw each lane, so that a put can foresee what it will find.

A memory, not a truth: a statement that stores names the state it expects, and stores nothing in another.
"""

from __future__ import annotations

from typing import Final

from stepgraph.checkpoint.records.rows import Head

__all__ = ["Heads"]

_MOST: Final = 4096


class Heads:
    """The lanes that were seen last, by thread and namespace.

    Any thread may call it: each operation on the dict is whole by itself.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Head] = {}

    def get(self, thread_id: str, checkpoint_ns: str) -> Head | None:
        """Return a lane as it was, `None` where it was not seen."""
        return self._known.get((thread_id, checkpoint_ns))

    def put(self, thread_id: str, checkpoint_ns: str, head: Head) -> None:
        """Remember a lane."""
        key, known = (thread_id, checkpoint_ns), self._known
        known.pop(key, None)
        known[key] = head
        if len(known) > _MOST:
            for oldest in list(known)[: -_MOST // 2]:
                known.pop(oldest, None)

    def forget(self, thread_id: str, checkpoint_ns: str) -> None:
        """Forget a lane."""
        self._known.pop((thread_id, checkpoint_ns), None)
