"""Lineages: what a saver remembers of the checkpoints that threads will go on from, so that a put reads nothing.

A memory, not a truth: another process may have stored more meanwhile, and whether a put may land is decided in the
transaction. It holds no values.
"""

from __future__ import annotations

from typing import Final

from stepgraph.checkpoint.records.lineage import Lineage

__all__ = ["Lineages"]

_MOST: Final = 1024


class Lineages:
    """The lineage of the checkpoint that was stored or read last, by thread and namespace; the latest used ones.

    Any thread may call it. There is no lock, which a child of the process could find held for ever: each operation on
    the dict is whole by itself, and one that comes in between costs a look-up at the most.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Lineage] = {}

    def get(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Lineage | None:
        """Return what a checkpoint stands on, `None` where it must be looked up."""
        found = self._known.get((thread_id, checkpoint_ns))
        return found if found is not None and found.id == checkpoint_id else None

    def put(self, thread_id: str, checkpoint_ns: str, lineage: Lineage) -> None:
        """Remember a lineage."""
        key, known = (thread_id, checkpoint_ns), self._known
        known.pop(key, None)
        known[key] = lineage
        if len(known) > _MOST:
            for oldest in list(known)[: -_MOST // 2]:
                known.pop(oldest, None)

    def forget(self, thread_id: str) -> None:
        """Forget what is known of a thread."""
        for key in list(self._known):
            if key[0] == thread_id:
                self._known.pop(key, None)
