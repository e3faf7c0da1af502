"""Leases: which saver has which thread, among all the processes that use a database.

A lease is a row with an owner and an end, by the server's clock. While it is held it is renewed; when its owner is
gone, the end comes, and the next one takes it. A lease keeps runs from doing work twice; that none is lost does not
depend on it, for each put names the head that it follows.
"""

from __future__ import annotations

import os
from typing import Final

from stepgraph_postgres.work import Batch, Job, Statement, Work

__all__ = ["Leases"]

_TAKE: Final = """
INSERT INTO stepgraph_leases AS l (thread_id, owner, until)
VALUES (%(thread_id)s, %(owner)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (thread_id) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE l.owner = excluded.owner OR l.until <= clock_timestamp()
RETURNING thread_id
"""

_RENEW: Final = """
UPDATE stepgraph_leases SET until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE thread_id = %(thread_id)s AND owner = %(owner)s
"""

_GIVE_BACK: Final = "DELETE FROM stepgraph_leases WHERE thread_id = %(thread_id)s AND owner = %(owner)s"


class Leases:
    """The leases of one saver.

    Args:
        seconds: For how long a lease is good when it is not renewed.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._owner = f"{os.getpid()}-{os.urandom(8).hex()}"

    @property
    def period(self) -> float:
        """After how many seconds to renew a lease."""
        return self._seconds / 3

    def take(self, thread_id: str) -> Job[bool]:
        """Return the job that takes a lease, and tells whether it is ours."""
        return self._job(f"taking the lease of thread {thread_id!r}", _TAKE, thread_id)

    def renew(self, thread_id: str) -> Job[bool]:
        """Return the job that moves the end of a lease on."""
        return self._job(f"renewing the lease of thread {thread_id!r}", _RENEW, thread_id)

    def give_back(self, thread_id: str) -> Job[bool]:
        """Return the job that ends a lease, if it is still ours."""
        return self._job(f"giving back the lease of thread {thread_id!r}", _GIVE_BACK, thread_id)

    def _job(self, name: str, text: str, thread_id: str) -> Job[bool]:
        params = {"thread_id": thread_id, "owner": self._owner, "seconds": self._seconds}

        def work(_: bool) -> Work[bool]:
            (rows,) = yield Batch([Statement(text, params)], commits=True)
            return bool(rows)

        return Job(name, work)
