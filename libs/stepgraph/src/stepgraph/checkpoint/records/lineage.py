"""Lineage: all that must be known of a checkpoint to store the next one, without any of its values.

A lineage is not changed; `follow` makes the next one. The rows since the last manifest, fewer than `STRIDE`, are kept
beside what the manifest holds, so that following costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import Self

from stepgraph.checkpoint.records.rows import STRIDE, Body, CheckpointRow, Entry, Manifest, Trace

__all__ = ["Lineage"]


class Lineage:
    """What a checkpoint stands on.

    Attributes:
        id: The checkpoint.
        seq: Its row.
        seen: When each node last ran.
        age: How many rows before it stands the manifest; 0 where it carries one, or needs none.
    """

    __slots__ = ("_base", "_recent", "age", "id", "seen", "seq")

    def __init__(
        self,
        id: str,
        seq: int,
        base: Mapping[str, Trace],
        recent: tuple[tuple[int, Body], ...],
        seen: Mapping[str, Any],
        age: int,
    ) -> None:
        self.id: str = id
        self.seq: int = seq
        self.seen: Mapping[str, Any] = seen
        self.age: int = age
        self._base = base
        self._recent = recent

    @classmethod
    def of(cls, rows: list[CheckpointRow]) -> Self:
        """Return the lineage of `rows[0]`; the others are its ancestors up to a manifest, the nearest first."""
        base: dict[str, Trace] = {}
        seen: dict[str, Any] = {}
        manifest = rows[-1].manifest
        if manifest is not None:
            base, seen = dict(manifest.traces), dict(manifest.seen)
        for row in reversed(rows):
            seen.update(row.body.seen)
            for node in row.body.unseen:
                seen.pop(node, None)
        recent = tuple((row.seq, row.body) for row in reversed(rows))
        return cls(rows[0].id, rows[0].seq, base, recent, seen, len(rows) - 1)

    @classmethod
    def root(cls, row: CheckpointRow, seq: int, seen: Mapping[str, Any]) -> Self:
        """Return the lineage of a checkpoint that stands for itself; see `follow`."""
        return cls(row.id, seq, {}, ((seq, row.body),), seen, 0)

    def follow(self, row: CheckpointRow, seq: int, seen: Mapping[str, Any]) -> Lineage:
        """Return the lineage of a checkpoint that follows this one.

        Args:
            row: Its row.
            seq: The row's place.
            seen: When each node last ran, in a dict that nobody changes.
        """
        last = (seq, row.body)
        if row.manifest is not None:
            return Lineage(row.id, seq, row.manifest.traces, (last,), seen, 0)
        return Lineage(row.id, seq, self._base, (*self._recent, last), seen, self.age + 1)

    @property
    def full(self) -> bool:
        """Whether the next checkpoint must carry a manifest."""
        return self.age >= STRIDE - 1

    def trace(self, channel: str) -> Trace | None:
        """Return where a channel last changed."""
        for seq, body in reversed(self._recent):
            entry = body.entries.get(channel)
            if entry is not None:
                return _trace(seq, entry)
        return self._base.get(channel)

    def traces(self) -> dict[str, Trace]:
        """Return where each channel last changed."""
        recent: dict[str, Trace] = {}
        for seq, body in reversed(self._recent):
            for channel, entry in body.entries.items():
                if channel not in recent:
                    recent[channel] = _trace(seq, entry)
        return {**self._base, **recent}

    def manifest(self, body: Body) -> Manifest:
        """Return the manifest of a checkpoint that follows this one with `body`."""
        traces = self.traces()
        for channel in body.entries:
            traces.pop(channel, None)
        seen = {**self.seen, **body.seen}
        for node in body.unseen:
            seen.pop(node, None)
        return Manifest(traces, seen)


def _trace(seq: int, entry: Entry) -> Trace:
    return Trace(seq, entry.version, entry.data is not None or entry.chain is not None, entry.chain)
