"""Leases: which saver has which thread, among all the processes that use a file.

A lease is a row with an owner and an end. The owner's writer moves the end on while the lease is held; when the owner
is gone, the end comes, and the next one takes it. A lease keeps runs from doing work twice; that none is lost does not
depend on it, for each put names the head that it follows.
"""

from __future__ import annotations

import os
import sqlite3
from time import monotonic, time
from typing import Final

__all__ = ["Leases"]

_TAKE: Final = (
    "INSERT INTO stepgraph_leases (thread_id, owner, until) VALUES (?1, ?2, ?3) ON CONFLICT (thread_id) DO UPDATE"
    " SET owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until <= ?4"
)


class Leases:
    """The leases of one saver.

    Args:
        seconds: For how long a lease is good when it is not renewed.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._owner = f"{os.getpid()}-{os.urandom(8).hex()}"
        self._held: set[str] = set()
        self._renewed = 0.0

    def take(self, connection: sqlite3.Connection, thread_id: str) -> float:
        """Take a lease; return 0 if it is ours, or else for how long it is still another's, in seconds."""
        now = time()
        taken = connection.execute(_TAKE, (thread_id, self._owner, now + self._seconds, now))
        if taken.rowcount:
            if not self._held:
                self._renewed = monotonic()
            self._held.add(thread_id)
            return 0
        until: float = connection.execute(
            "SELECT until FROM stepgraph_leases WHERE thread_id = ?", (thread_id,)
        ).fetchone()[0]
        return max(until - now, 0.001)

    def give_back(self, connection: sqlite3.Connection, thread_id: str) -> None:
        """End a lease, if it is still ours."""
        self._held.discard(thread_id)
        connection.execute("DELETE FROM stepgraph_leases WHERE thread_id = ? AND owner = ?", (thread_id, self._owner))

    def due_in(self) -> float | None:
        """Return in how many seconds the leases must be renewed, `None` where there are none."""
        return max(0.0, self._renewed + self._seconds / 3 - monotonic()) if self._held else None

    def renew(self, connection: sqlite3.Connection) -> None:
        """Move the ends of the leases on."""
        self._renewed = monotonic()
        connection.execute(
            "UPDATE stepgraph_leases SET until = ? WHERE owner = ?", (time() + self._seconds, self._owner)
        )
