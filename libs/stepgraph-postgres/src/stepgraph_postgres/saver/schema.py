"""The tables of the checkpoints.

A lane is a namespace of a thread. `seq` numbers the checkpoints of all lanes; within a lane it grows in the order of
the commits, for it is taken while the lane's row is locked.
"""

from __future__ import annotations

from typing import Final

from stepgraph_postgres.migrations import Migrations

__all__ = ["MIGRATIONS"]

_FIRST: Final = (
    "CREATE SEQUENCE stepgraph_seq",
    # The head moves with every put: there is room for its new versions, so that no index is touched.
    """
    CREATE TABLE stepgraph_lanes (
        lane bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        thread_id text COLLATE "C" NOT NULL,
        checkpoint_ns text COLLATE "C" NOT NULL,
        head_seq bigint,
        head_id text COLLATE "C",
        last_seq bigint,
        UNIQUE (thread_id, checkpoint_ns)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE stepgraph_checkpoints (
        seq bigint PRIMARY KEY,
        lane bigint NOT NULL REFERENCES stepgraph_lanes ON DELETE CASCADE,
        id text COLLATE "C" NOT NULL,
        parent_seq bigint,
        parent_id text COLLATE "C",
        ts text NOT NULL,
        run_id text,
        remnant boolean NOT NULL DEFAULT false,
        metadata bytea NOT NULL,
        body bytea NOT NULL,
        manifest bytea,
        UNIQUE (id, lane)
    )
    """,
    "CREATE INDEX stepgraph_checkpoints_lane ON stepgraph_checkpoints (lane, seq)",
    """
    CREATE TABLE stepgraph_blobs (
        seq bigint NOT NULL REFERENCES stepgraph_checkpoints ON DELETE CASCADE,
        channel text COLLATE "C" NOT NULL,
        prev_seq bigint,
        data bytea NOT NULL,
        PRIMARY KEY (seq, channel)
    )
    """,
    """
    CREATE TABLE stepgraph_writes (
        lane bigint NOT NULL REFERENCES stepgraph_lanes ON DELETE CASCADE,
        checkpoint_id text COLLATE "C" NOT NULL,
        task_id text COLLATE "C" NOT NULL,
        slot smallint NOT NULL,
        path text NOT NULL,
        writes bytea NOT NULL,
        PRIMARY KEY (lane, checkpoint_id, task_id, slot)
    )
    """,
    """
    CREATE TABLE stepgraph_leases (
        thread_id text COLLATE "C" PRIMARY KEY,
        owner text NOT NULL,
        until timestamptz NOT NULL
    )
    """,
)

MIGRATIONS: Final = Migrations("checkpoints", (_FIRST,))
