"""Orders: the requests of `stepgraph.checkpoint.records` that store or delete, as statements.

Each is a pure function of the request. All but `append` are answered with nothing, so they can wait and be sent with
what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.records.frames import pack_body, pack_manifest, pack_writes
from stepgraph.checkpoint.records.rows import Head, WriteRow
from stepgraph_postgres.work import Statement

__all__ = ["append", "orders_of"]


def orders_of(request: Any) -> Sequence[Statement]:
    """Return the statements that carry out `request`, which is not answered."""
    return _ORDERS[type(request)](request)


# That the id is not there yet is asked by a subquery of its own, so that it is no join, and with `lane + 0`, so that no
# plan which was made for an empty table goes through the whole lane. `seq` is taken in the statement that moves the
# lane, so that it grows in the order of the commits: whoever took a smaller one and finds the lane moved meanwhile
# stores nothing.
_MOVE_LANE: Final = """
WITH next AS MATERIALIZED (SELECT nextval('stepgraph_seq') AS seq),
lane AS (
    UPDATE stepgraph_lanes l SET
        last_seq = next.seq,
        head_seq = CASE WHEN %(moves)s THEN next.seq ELSE l.head_seq END,
        head_id = CASE WHEN %(moves)s THEN %(id)s ELSE l.head_id END
    FROM next
    WHERE l.lane = %(lane)s
        AND l.last_seq IS NOT DISTINCT FROM %(last_seq)s::bigint
        AND l.head_id IS NOT DISTINCT FROM %(head_id)s
        AND (SELECT c.seq FROM stepgraph_checkpoints c WHERE c.id = %(id)s AND c.lane + 0 = %(lane)s) IS NULL
    RETURNING l.lane, next.seq
)"""

_MAKE_LANE: Final = """
WITH next AS MATERIALIZED (SELECT nextval('stepgraph_seq') AS seq),
lane AS (
    INSERT INTO stepgraph_lanes AS l (thread_id, checkpoint_ns, head_seq, head_id, last_seq)
    SELECT
        %(thread_id)s, %(checkpoint_ns)s,
        CASE WHEN %(moves)s THEN next.seq END, CASE WHEN %(moves)s THEN %(id)s END, next.seq
    FROM next
    ON CONFLICT DO NOTHING
    RETURNING l.lane, l.last_seq AS seq
)"""

_STORE_ROW: Final = """,
stored AS (
    INSERT INTO stepgraph_checkpoints
        (seq, lane, id, parent_seq, parent_id, ts, run_id, metadata, body, manifest)
    SELECT
        lane.seq, lane.lane, %(id)s, %(parent_seq)s::bigint, %(parent_id)s, %(ts)s, %(run_id)s,
        %(metadata)s::bytea, %(body)s::bytea, %(manifest)s::bytea
    FROM lane
)"""

_STORE_BLOBS: Final = """,
blobs AS (
    INSERT INTO stepgraph_blobs (seq, channel, prev_seq, data)
    SELECT lane.seq, blob.channel, blob.prev_seq, blob.data
    FROM lane, unnest(%(blob_channels)s::text[], %(blob_prev_seqs)s::bigint[], %(blob_data)b::bytea[])
        AS blob (channel, prev_seq, data)
)"""

_WRITE_COLUMNS: Final = """unnest(
        %(write_checkpoints)s::text[], %(write_tasks)s::text[], %(write_slots)s::smallint[],
        %(write_paths)s::text[], %(write_data)b::bytea[]
    ) AS write (checkpoint_id, task_id, slot, path, writes)
    ON CONFLICT (lane, checkpoint_id, task_id, slot) DO UPDATE SET path = excluded.path, writes = excluded.writes"""

_STORE_WRITES: Final = f""",
writes AS (
    INSERT INTO stepgraph_writes (lane, checkpoint_id, task_id, slot, path, writes)
    SELECT lane.lane, write.* FROM lane, {_WRITE_COLUMNS}
)"""

_STORED: Final = "\nSELECT lane, seq FROM lane"


def append(request: ask.Append, head: Head | None, writes: Sequence[WriteRow]) -> Statement:
    """Return the statement that stores a checkpoint, and pending writes with it, if its lane is as expected.

    It returns lane and `seq`; no row where the lane is in another state, or holds the checkpoint already.

    Args:
        request: The checkpoint.
        head: The state of the lane, `None` where there is none.
        writes: The pending writes.
    """
    row, blobs = request.row, request.blobs
    params: dict[str, Any] = {
        "thread_id": request.thread_id,
        "checkpoint_ns": request.checkpoint_ns,
        "moves": request.head,
        **row._asdict(),
        "body": pack_body(row.body),
        "manifest": None if row.manifest is None else pack_manifest(row.manifest),
    }
    if head is not None:
        params.update(lane=head.lane, last_seq=head.last_seq, head_id=head.id)
    text = (_MAKE_LANE if head is None else _MOVE_LANE) + _STORE_ROW
    if blobs:
        text += _STORE_BLOBS
        params["blob_channels"] = [blob.channel for blob in blobs]
        params["blob_prev_seqs"] = [blob.prev_seq for blob in blobs]
        params["blob_data"] = [blob.data for blob in blobs]
    if writes:
        text += _STORE_WRITES
        params.update(_columns_of(writes))
    return Statement(text + _STORED, params)


_ENSURE_LANE: Final = """
INSERT INTO stepgraph_lanes (thread_id, checkpoint_ns)
SELECT %(thread_id)s, %(checkpoint_ns)s
WHERE NOT EXISTS (
    SELECT FROM stepgraph_lanes WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(checkpoint_ns)s
)
ON CONFLICT DO NOTHING
"""

_PUT_WRITES: Final = f"""
INSERT INTO stepgraph_writes (lane, checkpoint_id, task_id, slot, path, writes)
SELECT lane.lane, write.* FROM (
    SELECT lane FROM stepgraph_lanes WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(checkpoint_ns)s
    FOR KEY SHARE
) AS lane, {_WRITE_COLUMNS}
"""


def _put_writes(request: ask.PutWrites) -> Sequence[Statement]:
    params = {"thread_id": request.thread_id, "checkpoint_ns": request.checkpoint_ns}
    return Statement(_ENSURE_LANE, params), Statement(_PUT_WRITES, {**params, **_columns_of(request.rows)})


def _columns_of(writes: Sequence[WriteRow]) -> dict[str, list[Any]]:
    """Return rows by column; of those with one key the last, for a statement may touch a row only once."""
    rows = {(row.checkpoint_id, row.task_id, row.slot): row for row in writes}.values()
    return {
        "write_checkpoints": [row.checkpoint_id for row in rows],
        "write_tasks": [row.task_id for row in rows],
        "write_slots": [row.slot for row in rows],
        "write_paths": [row.path for row in rows],
        "write_data": [pack_writes(row.writes) for row in rows],
    }


def _drop(request: ask.Drop) -> Sequence[Statement]:
    hidden, rows = list(request.hidden), list(request.rows)
    seqs, channels = [list(column) for column in zip(*request.blobs, strict=True)] or [[], []]
    return (
        Statement(
            "DELETE FROM stepgraph_writes w USING stepgraph_checkpoints c "
            "WHERE c.seq = ANY(%s::bigint[]) AND w.lane = c.lane AND w.checkpoint_id = c.id",
            (hidden + rows,),
        ),
        Statement(
            "UPDATE stepgraph_checkpoints SET remnant = true, metadata = '' WHERE seq = ANY(%s::bigint[])", (hidden,)
        ),
        Statement(
            "DELETE FROM stepgraph_blobs b USING unnest(%s::bigint[], %s::text[]) AS gone (seq, channel) "
            "WHERE b.seq = gone.seq AND b.channel = gone.channel",
            (seqs, channels),
        ),
        Statement("DELETE FROM stepgraph_checkpoints WHERE seq = ANY(%s::bigint[])", (rows,)),
    )


def _set_head(request: ask.SetHead) -> Sequence[Statement]:
    text = "UPDATE stepgraph_lanes SET head_seq = %s, head_id = %s WHERE lane = %s"
    return (Statement(text, (request.seq, request.checkpoint_id, request.lane)),)


def _drop_lane(request: ask.DropLane) -> Sequence[Statement]:
    return (Statement("DELETE FROM stepgraph_lanes WHERE lane = %s", request),)


_ORDERS: Final[dict[type[Any], Callable[[Any], Sequence[Statement]]]] = {
    ask.PutWrites: _put_writes,
    ask.Drop: _drop,
    ask.SetHead: _set_head,
    ask.DropLane: _drop_lane,
}
