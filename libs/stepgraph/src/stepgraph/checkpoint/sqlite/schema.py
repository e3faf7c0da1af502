"""The tables of the SQLite savers, and how those of an older version become those of this one."""

from __future__ import annotations

import sqlite3
from typing import Final

from stepgraph.errors import NewerCheckpointError

__all__ = ["SCHEMA_VERSION", "migrate", "version_of"]

SCHEMA_VERSION: Final = 1

_FIRST: Final = """
CREATE TABLE stepgraph_lanes (
    lane INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL,
    checkpoint_ns TEXT NOT NULL,
    head_seq INTEGER,
    head_id TEXT,
    last_seq INTEGER,
    UNIQUE (thread_id, checkpoint_ns)
);
CREATE TABLE stepgraph_checkpoints (
    seq INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    id TEXT NOT NULL,
    parent_seq INTEGER,
    parent_id TEXT,
    ts TEXT NOT NULL,
    run_id TEXT,
    remnant INTEGER NOT NULL DEFAULT 0,
    metadata BLOB NOT NULL,
    body BLOB NOT NULL,
    manifest BLOB
);
CREATE UNIQUE INDEX stepgraph_checkpoints_id ON stepgraph_checkpoints (lane, id);
CREATE INDEX stepgraph_checkpoints_lane ON stepgraph_checkpoints (lane);
CREATE TABLE stepgraph_blobs (
    seq INTEGER NOT NULL,
    channel TEXT NOT NULL,
    prev_seq INTEGER,
    data BLOB NOT NULL,
    UNIQUE (seq, channel)
);
CREATE TABLE stepgraph_writes (
    lane INTEGER NOT NULL,
    checkpoint_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    path TEXT NOT NULL,
    writes BLOB NOT NULL,
    UNIQUE (lane, checkpoint_id, task_id, slot)
);
CREATE TABLE stepgraph_leases (
    thread_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE stepgraph_schema (version INTEGER NOT NULL);
INSERT INTO stepgraph_schema VALUES (1);
"""

_MIGRATIONS: Final[tuple[str, ...]] = (_FIRST,)
"""By position: the statements that lead from that version to the next; 0 is an empty database."""


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the tables, 0 where there are none.

    Raises:
        NewerCheckpointError: A newer version made them.
    """
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'stepgraph_schema'")
    if found.fetchone() is None:
        return 0
    version: int = connection.execute("SELECT max(version) FROM stepgraph_schema").fetchone()[0] or 0
    if version > SCHEMA_VERSION:
        raise NewerCheckpointError(
            f"the database has tables of version {version}, and this version of the engine knows up to "
            f"{SCHEMA_VERSION}; upgrade stepgraph"
        )
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Make the tables those of this version, in one transaction; does nothing where they are."""
    if version_of(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version_of(connection), SCHEMA_VERSION):  # again: another process may have been faster
            for statement in _MIGRATIONS[step].split(";"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("UPDATE stepgraph_schema SET version = ?", (step + 1,))
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
