"""Attempts: what becomes of a job when the database fails under it.

The decision is pure: the databases report what failed and when, and are told to try again or handed the error to
raise. The invariant: a job that may have been committed is started again only if it says that this does no harm.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
import psycopg_pool

from stepgraph.errors import SaverError
from stepgraph_postgres.work import Job

__all__ = ["MOST_ATTEMPTS", "Attempts", "is_lost", "is_passing"]

MOST_ATTEMPTS: Final = 5

_PASSING: Final = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "57P05"})
"""Serialization failure, deadlock; shutdown, crash, still starting, idle session ended."""


class Attempts:
    """How often a job was tried and what is known of its earlier attempts."""

    def __init__(self, job: Job[Any]) -> None:
        self._job = job
        self._count = 0
        self.committing: bool = False
        """Set by the database while it sends statements that end a transaction."""
        self.maybe_committed: bool = False

    def failed(self, error: psycopg.Error) -> None:
        """Take note of a failed attempt; return if the job may be tried again.

        Raises:
            SaverError: It may not.
        """
        self._count += 1
        in_doubt = self.committing and not self._job.reading and is_in_doubt(error)
        self.maybe_committed = self.maybe_committed or in_doubt
        self.committing = False
        if not is_passing(error) or self._count >= MOST_ATTEMPTS or (in_doubt and not self._job.repeatable):
            raise SaverError(f"{self._job.name} failed: {_explained(error)}{self._outcome()}") from error

    def _outcome(self) -> str:
        if self._job.reading:
            return ""
        if self.maybe_committed:
            return "; the connection broke while it was being committed, so read it back to see whether it was"
        return "; nothing was saved"


def is_lost(error: psycopg.Error) -> bool:
    """Tell whether the connection is gone, rather than a statement refused."""
    if isinstance(error, (psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, psycopg_pool.TooManyRequests)):
        return False
    if error.sqlstate is not None:
        return error.sqlstate.startswith("57P")
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))


def is_passing(error: psycopg.Error) -> bool:
    """Tell whether the same may succeed a moment later."""
    return is_lost(error) or error.sqlstate in _PASSING


def is_in_doubt(error: psycopg.Error) -> bool:
    """Tell whether a commit that ended with `error` may have taken place; one that the server refused has not."""
    return is_lost(error)


def _explained(error: psycopg.Error) -> str:
    said = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {said[0] if said else 'no message'}"
    if isinstance(error, psycopg_pool.PoolClosed):
        return f"{text}; the pool is closed: open it, or use the saver or store inside its `with` block"
    if isinstance(error, psycopg_pool.PoolTimeout):
        return f"{text}; is the server up, and is `max_size` of the pool large enough?"
    if error.sqlstate in ("42P01", "3F000", "42703"):
        return f"{text}; call `setup()` once to create or update the tables"
    return text
