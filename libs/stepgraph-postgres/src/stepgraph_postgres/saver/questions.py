"""Questions: the requests of `stepgraph.checkpoint.records` that are answered with rows, as statements.

Each is a pure function of the request: what to send, and how to make the answer of the rows that come back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.records.frames import unpack_body, unpack_manifest, unpack_writes
from stepgraph.checkpoint.records.rows import STRIDE, BlobRow, CheckpointRow, Head, WriteRow
from stepgraph_postgres.work import Rows, Statement

__all__ = ["Question", "head_of", "question_of"]


class Question(NamedTuple):
    """What answers a request.

    Attributes:
        statements: What to send, together.
        answer: Makes the answer of the rows of each statement.
    """

    statements: Sequence[Statement]
    answer: Callable[[list[Rows]], Any]


def question_of(request: Any) -> Question | None:
    """Return what answers `request`, `None` where it is not a question."""
    make = _QUESTIONS.get(type(request))
    return None if make is None else make(request)


def head_of(rows: list[Rows]) -> Head | None:
    """Return the lane that a `Find` looked in, as far as it is known, from the rows of its statements."""
    return Head(*rows[0][0][9:13]) if rows[0] else None


_ROW: Final = "c.seq, c.id, c.parent_seq, c.parent_id, c.ts, c.run_id, c.metadata, c.body, c.manifest"

# One statement, which is one snapshot: the lane, the rows back to a manifest, and beside the first the pending writes,
# by column. A plan is kept, and may have been made for empty tables: rows are compared as pairs so that only the index
# on lane and `seq` can serve, and an id is looked up with `lane + 0` so that only the index on ids can.
_FIND: Final = f"""
WITH target AS MATERIALIZED (
    SELECT l.lane, l.head_seq, l.head_id, l.last_seq, c.seq, w.*, (
        SELECT true FROM stepgraph_checkpoints p
        WHERE p.seq = c.parent_seq AND p.id = c.parent_id AND p.lane = c.lane AND NOT p.remnant
    ) AS has_parent, (
        SELECT m.seq FROM stepgraph_checkpoints m
        WHERE (m.lane, m.seq) <= (c.lane, c.seq) AND m.lane = c.lane
            AND (m.manifest IS NOT NULL OR m.parent_seq IS NULL)
        ORDER BY m.lane DESC, m.seq DESC LIMIT 1
    ) AS first_seq
    FROM stepgraph_lanes l JOIN stepgraph_checkpoints c ON {{which}}
    CROSS JOIN LATERAL (
        SELECT array_agg(w.task_id), array_agg(w.slot), array_agg(w.path), array_agg(w.writes)
        FROM stepgraph_writes w WHERE w.lane = c.lane AND w.checkpoint_id = c.id
    ) w (tasks, slots, paths, writes)
    WHERE l.thread_id = %(thread_id)s AND l.checkpoint_ns = %(checkpoint_ns)s
)
SELECT {_ROW}, t.lane, t.head_seq, t.head_id, t.last_seq, f.has_parent, f.tasks, f.slots, f.paths, f.writes
FROM target t CROSS JOIN LATERAL (
    SELECT * FROM stepgraph_checkpoints c
    WHERE (c.lane, c.seq) <= (t.lane, t.seq) AND c.lane = t.lane AND c.seq >= coalesce(t.first_seq, 0)
    ORDER BY c.lane DESC, c.seq DESC LIMIT {STRIDE}
) c
LEFT JOIN target f ON f.seq = c.seq
ORDER BY c.seq DESC
"""
_FIND_HEAD: Final = _FIND.format(which="c.lane = l.lane AND c.seq = l.head_seq")
_FIND_ID: Final = _FIND.format(which="c.id = %(id)s AND c.lane + 0 = l.lane AND NOT c.remnant")


def _find(request: ask.Find) -> Question:
    params = {
        "thread_id": request.thread_id,
        "checkpoint_ns": request.checkpoint_ns,
        "id": request.checkpoint_id,
    }
    return Question([Statement(_FIND_HEAD if request.checkpoint_id is None else _FIND_ID, params)], _found)


def _found(rows: list[Rows]) -> ask.Found | None:
    if not rows[0]:
        return None
    found = [_row(columns) for columns in rows[0]]
    has_parent, *writes = rows[0][0][13:]
    if not has_parent:
        found[0] = found[0]._replace(parent_id=None)
    tasks = zip(*(column or () for column in writes), strict=True)
    return ask.Found(found, [_write((found[0].id, *columns)) for columns in tasks])


_FETCH_ROWS: Final = f"SELECT {_ROW} FROM stepgraph_checkpoints c WHERE c.seq = ANY(%s::bigint[])"

# The chains are followed by their keys, so that one which several blobs share is followed and sent once; laterally, so
# that each step is a look into the index.
_FETCH_BLOBS: Final = """
WITH RECURSIVE chain (seq, channel, prev_seq) AS (
    SELECT b.seq, b.channel, b.prev_seq
    FROM unnest(%s::bigint[], %s::text[]) AS wanted (seq, channel) CROSS JOIN LATERAL (
        SELECT b.seq, b.channel, b.prev_seq FROM stepgraph_blobs b
        WHERE b.seq = wanted.seq AND b.channel = wanted.channel OFFSET 0
    ) b
UNION
    SELECT b.seq, b.channel, b.prev_seq
    FROM chain CROSS JOIN LATERAL (
        SELECT b.seq, b.channel, b.prev_seq FROM stepgraph_blobs b
        WHERE b.seq = chain.prev_seq AND b.channel = chain.channel AND b.seq < chain.seq OFFSET 0
    ) b
)
SELECT chain.seq, chain.channel, chain.prev_seq, found.data, found.id
FROM chain CROSS JOIN LATERAL (
    SELECT b.data, c.id FROM stepgraph_blobs b JOIN stepgraph_checkpoints c ON c.seq = b.seq
    WHERE b.seq = chain.seq AND b.channel = chain.channel OFFSET 0
) found
"""


def _fetch(request: ask.Fetch) -> Question:
    statements: list[Statement] = []
    if request.rows:
        statements.append(Statement(_FETCH_ROWS, (list(request.rows),)))
    if request.blobs:
        statements.append(Statement(_FETCH_BLOBS, [list(column) for column in zip(*request.blobs, strict=True)]))

    def answer(rows: list[Rows]) -> ask.Fetched:
        return _fetched(rows[0] if request.rows else [], rows[-1] if request.blobs else [])

    return Question(statements, answer)


def _fetched(rows: Rows, blobs: Rows) -> ask.Fetched:
    return ask.Fetched(
        {columns[0]: _row(columns) for columns in rows},
        {(seq, channel): BlobRow(channel, prev_seq, data, id) for seq, channel, prev_seq, data, id in blobs},
    )


_LISTED: Final = "c.seq, l.thread_id, l.checkpoint_ns, c.id, c.metadata"

_PAGE_OF_ALL: Final = f"""
SELECT {_LISTED} FROM stepgraph_checkpoints c JOIN stepgraph_lanes l ON l.lane = c.lane
WHERE NOT c.remnant {{where}}
ORDER BY c.seq DESC LIMIT %(limit)s
"""

# Of a thread, each lane is read in the order of its index, and no further than the page could need.
_PAGE_OF_THREAD: Final = f"""
SELECT {_LISTED} FROM stepgraph_lanes l CROSS JOIN LATERAL (
    SELECT c.seq, c.id, c.metadata FROM stepgraph_checkpoints c
    WHERE c.lane = l.lane AND NOT c.remnant {{where}}
    ORDER BY c.seq DESC LIMIT %(limit)s
) c
WHERE l.thread_id = %(thread_id)s {{lanes}}
ORDER BY c.seq DESC LIMIT %(limit)s
"""


def _page(request: ask.Page) -> Question:
    where = "" if request.below is None else "AND c.seq < %(below)s "
    where += "" if request.checkpoint_id is None else "AND c.id = %(checkpoint_id)s "
    lanes = "" if request.checkpoint_ns is None else "AND l.checkpoint_ns = %(checkpoint_ns)s"
    if request.thread_id is None:
        text = _PAGE_OF_ALL.format(where=where + lanes)
    else:
        text = _PAGE_OF_THREAD.format(where=where, lanes=lanes)
    return Question([Statement(text, request._asdict())], lambda rows: [ask.Listed(*columns) for columns in rows[0]])


def _locate(request: ask.Locate) -> Question:
    where = "" if request.thread_id is None else " AND l.thread_id = %(thread_id)s"
    where += "" if request.checkpoint_ns is None else " AND l.checkpoint_ns = %(checkpoint_ns)s"
    text = (
        "SELECT c.seq FROM stepgraph_checkpoints c JOIN stepgraph_lanes l ON l.lane = c.lane "
        f"WHERE c.id = %(checkpoint_id)s{where} ORDER BY c.seq LIMIT 1"
    )
    return Question([Statement(text, request._asdict())], _first)


def _find_head(request: ask.FindHead) -> Question:
    text = (
        "SELECT lane, head_seq, head_id, last_seq FROM stepgraph_lanes "
        "WHERE thread_id = %s AND checkpoint_ns = %s FOR UPDATE"
    )
    return Question([Statement(text, request)], lambda rows: Head(*rows[0][0]) if rows[0] else None)


def _position(request: ask.Position) -> Question:
    text = "SELECT seq FROM stepgraph_checkpoints WHERE lane + 0 = %s AND id = %s AND NOT remnant"
    return Question([Statement(text, request)], _first)


def _lanes(request: ask.Lanes) -> Question:
    where = "" if request.thread_id is None else " WHERE thread_id = %(thread_id)s"
    text = f"SELECT lane, thread_id, checkpoint_ns FROM stepgraph_lanes{where} ORDER BY lane"
    return Question([Statement(text, request._asdict())], lambda rows: [ask.Lane(*columns) for columns in rows[0]])


def _outline(request: ask.Outline) -> Question:
    text = (
        "SELECT seq, id, parent_seq, ts, run_id, remnant, manifest IS NOT NULL "
        "FROM stepgraph_checkpoints WHERE lane = %s ORDER BY seq"
    )
    return Question([Statement(text, request)], lambda rows: [ask.OutlineRow(*columns) for columns in rows[0]])


def _links(request: ask.Links) -> Question:
    text = (
        "SELECT b.seq, b.channel, b.prev_seq FROM stepgraph_checkpoints c JOIN stepgraph_blobs b ON b.seq = c.seq "
        "WHERE c.lane = %s"
    )
    return Question([Statement(text, request)], lambda rows: rows[0])


def _writes_of(request: ask.WritesOf) -> Question:
    text = "SELECT checkpoint_id, task_id, slot, path, writes FROM stepgraph_writes WHERE lane = %s"
    return Question([Statement(text, request)], lambda rows: [_write(columns) for columns in rows[0]])


def _write_at(request: ask.WriteAt) -> Question:
    text = (
        "SELECT w.checkpoint_id, w.task_id, w.slot, w.path, w.writes FROM stepgraph_writes w JOIN stepgraph_lanes l"
        " USING (lane) WHERE l.thread_id = %s AND l.checkpoint_ns = %s AND w.checkpoint_id = %s AND w.task_id = %s"
        " AND w.slot = %s"
    )
    return Question([Statement(text, request)], lambda rows: _write(rows[0][0]) if rows[0] else None)


def _first(rows: list[Rows]) -> Any:
    return rows[0][0][0] if rows[0] else None


def _row(columns: Sequence[Any]) -> CheckpointRow:
    seq, id, parent_seq, parent_id, ts, run_id, metadata, body, manifest, *_ = columns
    unpacked = None if manifest is None else unpack_manifest(manifest)
    return CheckpointRow(seq, id, parent_seq, parent_id, ts, run_id, metadata, unpack_body(body), unpacked)


def _write(columns: Sequence[Any]) -> WriteRow:
    checkpoint_id, task_id, slot, path, writes = columns
    return WriteRow(checkpoint_id, task_id, slot, path, unpack_writes(writes))


_QUESTIONS: Final[dict[type[Any], Callable[[Any], Question]]] = {
    ask.Find: _find,
    ask.Fetch: _fetch,
    ask.Page: _page,
    ask.Locate: _locate,
    ask.FindHead: _find_head,
    ask.Position: _position,
    ask.Lanes: _lanes,
    ask.Outline: _outline,
    ask.Links: _links,
    ask.WritesOf: _writes_of,
    ask.WriteAt: _write_at,
}
