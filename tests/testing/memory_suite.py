"""The suite for the saver in memory, with the hooks that look into it."""

import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.testing import WrappedSaver
from stepgraph.testing.conformance import SaverConformance


def innermost(saver: BaseCheckpointSaver) -> Any:
    while isinstance(saver, WrappedSaver):
        saver = saver.saver
    return saver


def lanes(saver: BaseCheckpointSaver) -> list[Any]:
    return list(innermost(saver)._tables._lanes.values())


class MemorySuite(SaverConformance):
    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        yield InMemorySaver(**settings)

    @asynccontextmanager
    async def another(self, saver: BaseCheckpointSaver) -> AsyncIterator[BaseCheckpointSaver]:
        second = InMemorySaver(serde=saver.serde)
        second._tables, second._lock = innermost(saver)._tables, innermost(saver)._lock
        yield second

    async def raw_bytes(self, saver: BaseCheckpointSaver) -> bytes:
        return pickle.dumps([(lane.rows, lane.blobs, lane.writes) for lane in lanes(saver)])

    async def damage(self, saver: BaseCheckpointSaver, thread_id: str) -> None:
        (lane,) = (lane for lane in lanes(saver) if lane.thread_id == thread_id)
        seq = max(lane.rows)
        row = lane.rows[seq]
        cut = {name: value[:-3] for name, value in row._asdict().items() if isinstance(value, bytes)}
        assert cut, "a row holds bytes"
        lane.rows[seq] = row._replace(**cut)
