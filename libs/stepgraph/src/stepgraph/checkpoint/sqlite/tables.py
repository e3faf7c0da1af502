"""SqliteTables: the answers to requests from the tables of one connection.

It neither begins nor ends transactions, and knows nothing of threads; whoever holds the connection does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.records.frames import (
    pack_body,
    pack_manifest,
    pack_writes,
    unpack_body,
    unpack_manifest,
    unpack_writes,
)
from stepgraph.checkpoint.records.rows import STRIDE, BlobRow, CheckpointRow, Head, WriteRow

__all__ = ["SqliteTables"]

_ROW: Final = "c.seq, c.id, c.parent_seq, c.parent_id, c.ts, c.run_id, c.metadata, c.body, c.manifest"

_NO_BOUND: Final = 2**63 - 1

_AT_ONCE: Final = 400
"""How many parameters go into one statement; SQLite takes 999 at least."""


class SqliteTables:
    """The rows of one connection.

    Args:
        connection: The connection.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.begin_anew()
        self._answers: dict[type[Any], Callable[[Any], Any]] = {
            ask.Find: self._find,
            ask.Fetch: self._fetch,
            ask.Page: self._page,
            ask.Locate: self._locate,
            ask.FindHead: self._find_head,
            ask.Position: self._position,
            ask.Append: self._append,
            ask.PutWrites: self._put_writes,
            ask.WriteAt: self._write_at,
            ask.Lanes: self._lanes,
            ask.Outline: self._outline,
            ask.Links: self._links,
            ask.WritesOf: self._writes_of,
            ask.Drop: self._drop,
            ask.SetHead: self._set_head,
            ask.DropLane: self._drop_lane,
        }

    def answer(self, request: ask.Request) -> Any:
        """Answer a request."""
        return self._answers[type(request)](request)

    def begin_anew(self) -> None:
        """Drop a query that an error has left half read; it would hold the connection to what it saw for ever."""
        cursor = self._connection.cursor()
        cursor.row_factory = None  # whatever the owner of a borrowed connection has set
        self._execute = cursor.execute

    # Reading.

    def _find(self, request: ask.Find) -> ask.Found | None:
        thread_id, checkpoint_ns, checkpoint_id = request
        head = self._find_head(ask.FindHead(thread_id, checkpoint_ns))
        if head is None:
            return None
        seq = head.seq if checkpoint_id is None else self._position(ask.Position(head.lane, checkpoint_id))
        if seq is None:
            return None
        found = self._execute(
            f"SELECT {_ROW} FROM stepgraph_checkpoints c WHERE lane = ? AND seq <= ? ORDER BY seq DESC LIMIT ?",
            (head.lane, seq, STRIDE),
        )
        rows: list[CheckpointRow] = []
        for columns in found:
            rows.append(_row(columns))
            if rows[-1].ends_chain:
                break  # the next query ends this one
        if not rows:
            return None
        first = rows[0]
        if first.parent_id is not None:
            parent_seq = self._position(ask.Position(head.lane, first.parent_id))
            if parent_seq is None or parent_seq != first.parent_seq:
                rows[0] = first._replace(parent_id=None)
        return ask.Found(rows, self._writes("lane = ? AND checkpoint_id = ?", (head.lane, first.id)))

    def _fetch(self, request: ask.Fetch) -> ask.Fetched:
        rows: dict[int, CheckpointRow] = {}
        for some in _portions(request.rows):
            found = self._execute(f"SELECT {_ROW} FROM stepgraph_checkpoints c WHERE seq IN ({_marks(some)})", some)
            rows.update((columns[0], _row(columns)) for columns in found.fetchall())
        blobs: dict[tuple[int, str], BlobRow] = {}
        for seq, channel in request.blobs:
            if (seq, channel) not in blobs:
                self._follow(seq, channel, blobs, bases=request.bases)
        return ask.Fetched(rows, blobs)

    def _follow(self, seq: int, channel: str, blobs: dict[tuple[int, str], BlobRow], *, bases: bool) -> None:
        """Add a blob, and perhaps those that it is a delta on."""
        found = self._execute(
            "WITH RECURSIVE chain (seq, prev_seq, data) AS ("
            " SELECT seq, prev_seq, data FROM stepgraph_blobs WHERE seq = ?1 AND channel = ?2"
            " UNION ALL"
            " SELECT b.seq, b.prev_seq, b.data FROM chain JOIN stepgraph_blobs b"
            " ON ?3 AND b.seq = chain.prev_seq AND b.channel = ?2 AND b.seq < chain.seq)"
            "SELECT chain.seq, chain.prev_seq, chain.data, c.id FROM chain JOIN stepgraph_checkpoints c USING (seq)",
            (seq, channel, bases),
        )
        for at, prev_seq, data, checkpoint_id in found.fetchall():
            blobs[at, channel] = BlobRow(channel, prev_seq, data, checkpoint_id)

    def _page(self, request: ask.Page) -> list[ask.Listed]:
        """Of a thread, merge its lanes, each read in the order of its index; of all threads, go through all rows."""
        listed: list[ask.Listed] = []
        if request.thread_id is None:
            namespace = request.checkpoint_ns
            condition, parameters = ("", ()) if namespace is None else ("l.checkpoint_ns = ? AND", (namespace,))
            listed = self._listed(condition, parameters, request)
        else:
            for lane in self._lanes(ask.Lanes(request.thread_id)):
                if request.checkpoint_ns in (None, lane.checkpoint_ns):
                    listed += self._listed("c.lane = ? AND", (lane.lane,), request)
        return sorted(listed, reverse=True)[: request.limit]

    def _listed(self, condition: str, parameters: Sequence[Any], request: ask.Page) -> list[ask.Listed]:
        below = _NO_BOUND if request.below is None else request.below
        if request.checkpoint_id is not None:
            condition, parameters = f"{condition} c.id = ? AND", (*parameters, request.checkpoint_id)
        found = self._execute(
            "SELECT c.seq, l.thread_id, l.checkpoint_ns, c.id, c.metadata"
            " FROM stepgraph_checkpoints c CROSS JOIN stepgraph_lanes l USING (lane)"
            f" WHERE {condition} c.remnant = 0 AND c.seq < ? ORDER BY c.seq DESC LIMIT ?",
            (*parameters, below, request.limit),
        )
        return [ask.Listed(*columns) for columns in found.fetchall()]

    def _locate(self, request: ask.Locate) -> int | None:
        conditions, parameters = _scope(request.thread_id, request.checkpoint_ns)
        return self._one(
            "SELECT c.seq FROM stepgraph_checkpoints c JOIN stepgraph_lanes l USING (lane)"
            f" WHERE {' AND '.join(['c.id = ?', *conditions])} ORDER BY c.seq LIMIT 1",
            (request.checkpoint_id, *parameters),
        )

    def _writes(self, condition: str, parameters: tuple[Any, ...]) -> list[WriteRow]:
        found = self._execute(
            f"SELECT checkpoint_id, task_id, slot, path, writes FROM stepgraph_writes WHERE {condition}", parameters
        )
        return [
            WriteRow(checkpoint_id, task_id, slot, path, unpack_writes(writes))
            for checkpoint_id, task_id, slot, path, writes in found.fetchall()
        ]

    # Storing.

    def _find_head(self, request: ask.FindHead) -> Head | None:
        columns = self._execute(
            "SELECT lane, head_seq, head_id, last_seq FROM stepgraph_lanes WHERE thread_id = ? AND checkpoint_ns = ?",
            request,
        ).fetchone()
        return None if columns is None else Head(*columns)

    def _position(self, request: ask.Position) -> int | None:
        return self._one("SELECT seq FROM stepgraph_checkpoints WHERE lane = ? AND id = ? AND remnant = 0", request)

    def _append(self, request: ask.Append) -> int | None:
        lane = request.lane or self._lane(request.thread_id, request.checkpoint_ns)
        row = request.row
        inserted = self._execute(
            "INSERT INTO stepgraph_checkpoints"
            " (lane, id, parent_seq, parent_id, ts, run_id, metadata, body, manifest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                lane,
                row.id,
                row.parent_seq,
                row.parent_id,
                row.ts,
                row.run_id,
                row.metadata,
                pack_body(row.body),
                None if row.manifest is None else pack_manifest(row.manifest),
            ),
        )
        if inserted.rowcount == 0:
            return None
        seq = inserted.lastrowid
        assert seq is not None
        for blob in request.blobs:
            self._execute(
                "INSERT INTO stepgraph_blobs (seq, channel, prev_seq, data) VALUES (?, ?, ?, ?)",
                (seq, blob.channel, blob.prev_seq, blob.data),
            )
        if request.head:
            self._execute(
                "UPDATE stepgraph_lanes SET head_seq = ?1, head_id = ?2, last_seq = ?1 WHERE lane = ?3",
                (seq, row.id, lane),
            )
        else:
            self._execute("UPDATE stepgraph_lanes SET last_seq = ? WHERE lane = ?", (seq, lane))
        return seq

    def _put_writes(self, request: ask.PutWrites) -> None:
        lane = self._lane(request.thread_id, request.checkpoint_ns)
        for row in request.rows:
            self._execute(
                "INSERT INTO stepgraph_writes (lane, checkpoint_id, task_id, slot, path, writes)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (lane, checkpoint_id, task_id, slot)"
                " DO UPDATE SET path = excluded.path, writes = excluded.writes",
                (lane, row.checkpoint_id, row.task_id, row.slot, row.path, pack_writes(row.writes)),
            )

    def _write_at(self, request: ask.WriteAt) -> WriteRow | None:
        lane = "(SELECT lane FROM stepgraph_lanes WHERE thread_id = ? AND checkpoint_ns = ?)"
        found = self._writes(f"lane = {lane} AND checkpoint_id = ? AND task_id = ? AND slot = ?", request)
        return found[0] if found else None

    def _lane(self, thread_id: str, checkpoint_ns: str) -> int:
        find = "SELECT lane FROM stepgraph_lanes WHERE thread_id = ? AND checkpoint_ns = ?"
        lane = self._one(find, (thread_id, checkpoint_ns))
        if lane is None:
            lane = self._execute(
                "INSERT INTO stepgraph_lanes (thread_id, checkpoint_ns) VALUES (?, ?)", (thread_id, checkpoint_ns)
            ).lastrowid
            assert lane is not None
        return lane

    # Maintenance.

    def _lanes(self, request: ask.Lanes) -> list[ask.Lane]:
        conditions, parameters = _scope(request.thread_id, None)
        found = self._execute(
            f"SELECT lane, thread_id, checkpoint_ns FROM stepgraph_lanes l WHERE {' AND '.join(['1', *conditions])}",
            parameters,
        )
        return [ask.Lane(*columns) for columns in found.fetchall()]

    def _outline(self, request: ask.Outline) -> list[ask.OutlineRow]:
        found = self._execute(
            "SELECT seq, id, parent_seq, ts, run_id, remnant, manifest IS NOT NULL"
            " FROM stepgraph_checkpoints WHERE lane = ? ORDER BY seq",
            request,
        )
        return [
            ask.OutlineRow(seq, id, parent_seq, ts, run_id, bool(remnant), bool(manifest))
            for seq, id, parent_seq, ts, run_id, remnant, manifest in found.fetchall()
        ]

    def _links(self, request: ask.Links) -> list[tuple[int, str, int | None]]:
        return self._execute(
            "SELECT b.seq, b.channel, b.prev_seq FROM stepgraph_checkpoints c JOIN stepgraph_blobs b USING (seq)"
            " WHERE c.lane = ?",
            request,
        ).fetchall()

    def _writes_of(self, request: ask.WritesOf) -> list[WriteRow]:
        return self._writes("lane = ?", (request.lane,))

    def _drop(self, request: ask.Drop) -> None:
        for seq in (*request.hidden, *request.rows):
            self._execute(
                "DELETE FROM stepgraph_writes WHERE (lane, checkpoint_id) IN"
                " (SELECT lane, id FROM stepgraph_checkpoints WHERE seq = ?)",
                (seq,),
            )
        for some in _portions(request.hidden):
            self._execute(
                f"UPDATE stepgraph_checkpoints SET remnant = 1, metadata = x'' WHERE seq IN ({_marks(some)})", some
            )
        for some in _portions(request.rows):
            self._execute(f"DELETE FROM stepgraph_checkpoints WHERE seq IN ({_marks(some)})", some)
        for key in request.blobs:
            self._execute("DELETE FROM stepgraph_blobs WHERE seq = ? AND channel = ?", key)

    def _set_head(self, request: ask.SetHead) -> None:
        self._execute(
            "UPDATE stepgraph_lanes SET head_seq = ?, head_id = ? WHERE lane = ?",
            (request.seq, request.checkpoint_id, request.lane),
        )

    def _drop_lane(self, request: ask.DropLane) -> None:
        self._execute(
            "DELETE FROM stepgraph_blobs WHERE seq IN (SELECT seq FROM stepgraph_checkpoints WHERE lane = ?)", request
        )
        for table in ("checkpoints", "writes", "lanes"):
            self._execute(f"DELETE FROM stepgraph_{table} WHERE lane = ?", request)

    def _one(self, statement: str, parameters: Sequence[Any]) -> int | None:
        columns = self._execute(statement, parameters).fetchone()
        return None if columns is None else columns[0]


def _row(columns: Sequence[Any]) -> CheckpointRow:
    seq, id, parent_seq, parent_id, ts, run_id, metadata, body, manifest = columns
    carried = None if manifest is None else unpack_manifest(manifest)
    return CheckpointRow(seq, id, parent_seq, parent_id, ts, run_id, metadata, unpack_body(body), carried)


def _scope(thread_id: str | None, checkpoint_ns: str | None) -> tuple[list[str], list[Any]]:
    """Return the conditions on a lane `l` and their parameters."""
    wanted = [("l.thread_id = ?", thread_id), ("l.checkpoint_ns = ?", checkpoint_ns)]
    return [text for text, value in wanted if value is not None], [value for _, value in wanted if value is not None]


def _portions(values: Iterable[int]) -> Iterator[list[int]]:
    everything = list(values)
    for start in range(0, len(everything), _AT_ONCE):
        yield everything[start : start + _AT_ONCE]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
