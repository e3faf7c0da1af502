"""Calls: what a saver over rows does, step by step and without waiting; see `stepgraph.checkpoint.steps`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Literal

from stepgraph.checkpoint.base import (
    STATUS,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    OnConflict,
    Retention,
    TaskWrites,
    config_of,
    place_of,
    retention_of,
)
from stepgraph.checkpoint.lineages import Lineages
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.copying import copy_thread
from stepgraph.checkpoint.records.listing import Listing
from stepgraph.checkpoint.records.pending import put_unless_done, rows_of
from stepgraph.checkpoint.records.plan import plan_put
from stepgraph.checkpoint.records.reading import Reading, read, read_lineage
from stepgraph.checkpoint.records.remembered import Remembered
from stepgraph.checkpoint.records.requests import Find, Lane, Lanes, Listed, Procedure, PutWrites, Request
from stepgraph.checkpoint.records.rows import CheckpointRow, WriteRow
from stepgraph.checkpoint.records.storing import StaleLineageError
from stepgraph.checkpoint.records.sweeping import Limits, delete_runs, delete_thread, sweep
from stepgraph.checkpoint.steps import Call, Land, LandPut, Look
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer

__all__ = ["Records", "limits_of"]


class Records:
    """The calls of one saver.

    Args:
        serde: Encodes values.
        on_conflict: What happens when a put names a head that is not the head.
        lineages: What is remembered; shared by savers of the same rows.
    """

    __slots__ = ("_lineages", "_on_conflict", "_remembered", "_serde")

    def __init__(self, serde: Serializer, on_conflict: OnConflict, lineages: Lineages) -> None:
        self._serde: Serializer = serde
        self._on_conflict: OnConflict = on_conflict
        self._lineages: Lineages = lineages
        self._remembered: Remembered = Remembered()

    def with_serde(self, serde: Serializer) -> Records:
        """Return the same calls with another serializer."""
        return Records(serde, self._on_conflict, self._lineages)

    def get(self, config: RunnableConfig) -> Call[CheckpointTuple | None]:
        """See `BaseCheckpointSaver.get_tuple`."""
        find = Find(*place_of(config))
        reading: Reading | None = yield Look(partial(read, find))
        if reading is None:
            return None
        self._lineages.put(find.thread_id, find.checkpoint_ns, reading.lineage)
        return reading.decoded(self._serde, self._remembered)

    def start(self, listing: Listing) -> Call[None]:
        """Find out where an iteration begins."""
        if listing.locate is not None:
            listing.start((yield Look(partial(_ask, listing.locate))))

    def page(self, listing: Listing) -> Call[list[Find]]:
        """Return what an iteration goes over next; nothing at its end, or where the filter lets nothing through."""
        page = listing.page()
        if page is None:
            return []
        rows: list[Listed] = yield Look(partial(_ask, page))
        listing.take(page, rows)
        return [find for row in rows if (find := listing.wants(row, self._serde)) is not None]

    def item(self, find: Find) -> Call[CheckpointTuple | None]:
        """Return a checkpoint of a page, `None` where it was deleted meanwhile."""
        reading: Reading | None = yield Look(partial(read, find))
        return None if reading is None else reading.decoded(self._serde)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: Mapping[str, int],
        head: str | None,
        deltas: Mapping[str, Delta] | None,
        writes: Sequence[TaskWrites],
    ) -> Call[RunnableConfig]:
        """See `BaseCheckpointSaver.put`."""
        thread_id, checkpoint_ns, parent_id = place_of(config)
        codec = Codec(self._serde, thread_id, checkpoint_ns, checkpoint["id"])
        rows = self._write_rows(thread_id, checkpoint_ns, parent_id, writes)
        lineage = None
        if parent_id is not None:
            lineage = self._lineages.get(thread_id, checkpoint_ns, parent_id)
            if lineage is None:
                lineage = yield Look(partial(read_lineage, Find(thread_id, checkpoint_ns, parent_id)))
        while True:
            plan = plan_put(codec, checkpoint, metadata, new_versions, deltas, lineage)
            try:
                stored: tuple[CheckpointRow, int] | None = yield LandPut(
                    thread_id, checkpoint_ns, plan, head, self._on_conflict, rows
                )
                break
            except StaleLineageError:
                lineage = None
        if stored is not None:
            self._lineages.put(thread_id, checkpoint_ns, plan.lineage_of(*stored))
        return config_of(thread_id, checkpoint_ns, checkpoint["id"])

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> Call[None]:
        """See `BaseCheckpointSaver.put_writes`."""
        thread_id, checkpoint_ns, checkpoint_id = place_of(config)
        rows = self._write_rows(thread_id, checkpoint_ns, checkpoint_id, [TaskWrites(task_id, writes, task_path)])
        if not rows or checkpoint_id is None:
            return
        request = PutWrites(thread_id, checkpoint_ns, rows)
        if dict(writes).get(STATUS) in ("done", "failed", "interrupted"):
            codec = Codec(self._serde, thread_id, checkpoint_ns, checkpoint_id)
            yield Land(partial(put_unless_done, codec, request, checkpoint_id, task_id))
        else:
            yield Land(partial(_ask, request))

    def delete_thread(self, thread_id: str) -> Call[int]:
        """See `BaseCheckpointSaver.delete_thread`."""
        count: int = yield Land(partial(delete_thread, thread_id), frees=True)
        self._lineages.forget(thread_id)
        return count

    def copy_thread(self, source: str, target: str) -> Call[None]:
        """See `BaseCheckpointSaver.copy_thread`."""
        yield Land(partial(copy_thread, self._serde, source, target))

    def delete_for_runs(self, run_ids: Sequence[str]) -> Call[int]:
        """See `BaseCheckpointSaver.delete_for_runs`."""
        lanes: list[Lane] = yield Look(partial(_ask, Lanes(None)))
        wanted = frozenset(str(run_id) for run_id in run_ids)
        count = 0
        for lane in lanes:
            count += yield Land(partial(delete_runs, lane, wanted), frees=True)
            self._lineages.forget(lane.thread_id)
        return count

    def prune(
        self,
        thread_ids: Sequence[str] | None,
        strategy: Literal["keep_latest", "delete"],
        keep_last: int | None,
        max_age: timedelta | float | None,
    ) -> Call[int]:
        """See `BaseCheckpointSaver.prune`."""
        if strategy not in ("keep_latest", "delete"):
            raise ValueError(f"strategy must be 'keep_latest' or 'delete', got {strategy!r}")
        limits = limits_of(retention_of(keep_last, max_age))
        if limits == Limits(None, None):
            limits = Limits(0, None)
        lanes: list[Lane] = []
        for thread_id in [None] if thread_ids is None else thread_ids:
            lanes += yield Look(partial(_ask, Lanes(thread_id)))
        count = 0
        if strategy == "delete":
            for thread_id in dict.fromkeys(lane.thread_id for lane in lanes):
                count += yield from self.delete_thread(thread_id)
            return count
        for lane in lanes:
            count += yield Land(partial(sweep, lane, limits), frees=True)
        return count

    def _write_rows(
        self, thread_id: str, checkpoint_ns: str, checkpoint_id: str | None, writes: Sequence[TaskWrites]
    ) -> list[WriteRow]:
        if not writes:
            return []
        if checkpoint_id is None:
            raise ValueError(
                "pending writes follow a checkpoint: expected its id as configurable['checkpoint_id'], got none"
            )
        codec = Codec(self._serde, thread_id, checkpoint_ns, checkpoint_id)
        return rows_of(codec, checkpoint_id, writes)


def limits_of(retention: Retention) -> Limits:
    """Return what may stay now."""
    age = retention.max_age
    return Limits(retention.keep_last, None if age is None else datetime.now(timezone.utc) - age)


def _ask(request: Request) -> Procedure[Any]:
    """Ask one thing."""
    return (yield request)
