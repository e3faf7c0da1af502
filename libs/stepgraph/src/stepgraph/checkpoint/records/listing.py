"""Listing: how far an iteration over checkpoints has come, so that nothing need be held between two pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stepgraph.checkpoint.base import place_of
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.requests import Find, Listed, Locate, Page
from stepgraph.config import RunnableConfig
from stepgraph.serde.base import Serializer

__all__ = ["Listing"]

_PAGE: Final = 64


class Listing:
    """An iteration from the newest checkpoint down.

    Args:
        config: Which thread, namespace and checkpoint, as for `BaseCheckpointSaver.list`.
        filter: What the metadata must hold.
        before: Only checkpoints that were saved before that one.
        limit: How many at the most.

    Attributes:
        locate: What must be asked first, and the answer given to `start`; `None` where that is not needed.
    """

    def __init__(
        self,
        config: RunnableConfig | None,
        filter: Mapping[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> None:
        self._thread: str | None = None
        self._namespace: str | None = None
        self._id: str | None = None
        if config is not None:
            self._thread, self._namespace, self._id = place_of(config)
            if config["configurable"].get("checkpoint_ns") is None:
                self._namespace = None
        self._filter = filter
        self._left = limit
        self._below: int | None = None
        self._done = limit is not None and limit <= 0
        bound = ((before or {}).get("configurable") or {}).get("checkpoint_id")
        self.locate: Locate | None = None if bound is None else Locate(self._thread, self._namespace, bound)

    def start(self, seq: int | None) -> None:
        """Begin below the checkpoint that was located; below none, where it is not there."""
        self._below = seq
        self._done = self._done or seq is None

    def page(self) -> Page | None:
        """Return what to ask for next, `None` at the end."""
        if self._done:
            return None
        size = _PAGE if self._left is None or self._filter else min(_PAGE, self._left)
        return Page(self._thread, self._namespace, self._id, self._below, size)

    def take(self, page: Page, rows: Sequence[Listed]) -> None:
        """Go on below the rows that were answered."""
        self._done = len(rows) < page.limit
        if rows:
            self._below = rows[-1].seq

    def wants(self, row: Listed, serde: Serializer) -> Find | None:
        """Return what to read for a row, `None` where the filter leaves it out."""
        if self._filter:
            metadata = Codec(serde, row.thread_id, row.checkpoint_ns, row.checkpoint_id).load_metadata(row.metadata)
            absent = object()
            if any(metadata.get(key, absent) != value for key, value in self._filter.items()):
                return None
        return Find(row.thread_id, row.checkpoint_ns, row.checkpoint_id)

    def counts(self) -> bool:
        """Count a checkpoint that is to be yielded; return whether it still may."""
        if self._left is None:
            return True
        self._left -= 1
        self._done = self._done or self._left <= 0
        return self._left >= 0

    @property
    def more(self) -> bool:
        """Whether there may be another page."""
        return not self._done
