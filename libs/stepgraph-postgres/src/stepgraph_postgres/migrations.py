"""Migrations: the steps that bring the tables of a schema to the version that this package works with.

A step is run once in each database, in order, all missing ones in one transaction, under a lock that lets one process
at a time migrate. The invariant: a step that was released is not edited; what changes later is a step of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stepgraph.errors import NewerCheckpointError
from stepgraph_postgres.work import Batch, Job, Statement, Work

__all__ = ["Migrations"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS stepgraph_schema "
    "(part text PRIMARY KEY, version integer NOT NULL, at timestamptz NOT NULL DEFAULT now())"
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('stepgraph schema', 0))"


@dataclass(frozen=True)
class Migrations:
    """The steps of one part of the schema.

    Attributes:
        part: Its name: the checkpoints and the store migrate apart.
        steps: The statements of each step; the version of a database is the number of steps it has seen.
    """

    part: str
    steps: Sequence[Sequence[str]]

    def job(self) -> Job[int]:
        """Return the job that runs what is missing, and returns how many steps that was.

        The job fails with `NewerCheckpointError` where a newer version made the tables.
        """
        return Job(f"setting up the {self.part} tables", lambda _: self._work())

    def _work(self) -> Work[int]:
        yield Batch([Statement(_LOCK)])
        yield Batch([Statement(_TABLE)])
        (found,) = yield Batch([Statement("SELECT version FROM stepgraph_schema WHERE part = %s", (self.part,))])
        version = found[0][0] if found else 0
        if version > len(self.steps):
            raise NewerCheckpointError(
                f"expected the {self.part} tables at version {len(self.steps)} or older and found {version}: a newer "
                "stepgraph-postgres made them; upgrade this one"
            )
        missing = self.steps[version:]
        note = Statement(
            "INSERT INTO stepgraph_schema (part, version) VALUES (%s, %s) "
            "ON CONFLICT (part) DO UPDATE SET version = excluded.version, at = now()",
            (self.part, len(self.steps)),
        )
        statements = [Statement(text) for step in missing for text in step]
        if missing:
            yield Batch([*statements, note], commits=True)
        return len(missing)
