"""A saver in one colour, and threads of checkpoints to put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stepgraph.checkpoint.base import (
    ANY_HEAD,
    CHECKPOINT_VERSION,
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointTuple,
    Delta,
    TaskWrites,
)
from stepgraph.checkpoint.ids import new_checkpoint_id

Config = dict[str, Any]


def config(thread_id: str, checkpoint_id: str | None = None, ns: str | None = "") -> Config:
    place: dict[str, Any] = {"thread_id": thread_id}
    if ns is not None:
        place["checkpoint_ns"] = ns
    if checkpoint_id is not None:
        place["checkpoint_id"] = checkpoint_id
    return {"configurable": place}


def checkpoint(
    values: Mapping[str, Any], versions: Mapping[str, int], seen: Mapping[str, int] | None = None, **fields: Any
) -> Checkpoint:
    made: Any = {
        "v": CHECKPOINT_VERSION,
        "id": new_checkpoint_id(),
        "ts": "2026-11-20T12:00:00+00:00",
        "channel_values": dict(values),
        "channel_versions": dict(versions),
        "versions_seen": dict(seen or {}),
        "updated_channels": None,
    }
    made.update(fields)
    return made  # type: ignore[no-any-return]


class Door:
    """A saver in one colour."""

    def __init__(self, saver: BaseCheckpointSaver, *, is_async: bool) -> None:
        self.saver: Any = saver
        self.is_async = is_async

    async def call(self, name: str, *args: Any, **settings: Any) -> Any:
        if self.is_async:
            return await getattr(self.saver, "a" + name)(*args, **settings)
        return getattr(self.saver, name)(*args, **settings)

    async def get(self, where: Any) -> CheckpointTuple | None:
        return await self.call("get_tuple", where)  # type: ignore[no-any-return]

    async def values(self, where: Any) -> dict[str, Any]:
        found = await self.get(where)
        assert found is not None, where
        return found.checkpoint["channel_values"]

    async def list(self, where: Any, **settings: Any) -> list[CheckpointTuple]:
        if self.is_async:
            return [item async for item in self.saver.alist(where, **settings)]
        return list(self.saver.list(where, **settings))

    async def ids(self, where: Any, **settings: Any) -> Sequence[str]:
        return [item.checkpoint["id"] for item in await self.list(where, **settings)]


class Line:
    """A thread that is written step by step, as a run writes it, and what each of its checkpoints must read as."""

    def __init__(self, door: Door, thread_id: str, ns: str = "") -> None:
        self.door = door
        self.thread_id = thread_id
        self.ns = ns
        self.head: str | None = None
        self.values: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.tick = 0
        self.past: dict[str, dict[str, Any]] = {}

    async def step(
        self,
        changes: Mapping[str, Any],
        *,
        gone: Sequence[str] = (),
        ran: Sequence[str] = (),
        deltas: Mapping[str, Delta] | None = None,
        head: str | None = ANY_HEAD,
        metadata: Mapping[str, Any] | None = None,
        writes: Sequence[TaskWrites] = (),
        **fields: Any,
    ) -> str:
        self.tick += 1
        fresh = dict.fromkeys([*changes, *gone], self.tick)
        values = {name: value for name, value in {**self.values, **changes}.items() if name not in gone}
        versions = {**self.versions, **fresh}
        seen = {**self.seen, **dict.fromkeys(ran, self.tick)}
        made = checkpoint(values, versions, seen, **fields)
        saved = await self.door.call(
            "put",
            config(self.thread_id, self.head, self.ns),
            made,
            {"source": "loop", "step": self.tick, **(metadata or {})},
            fresh,
            head=head,
            deltas=deltas,
            writes=writes,
        )
        assert saved == config(self.thread_id, made["id"], self.ns)
        self.head, self.values, self.versions, self.seen = made["id"], values, versions, seen
        self.past[made["id"]] = {
            "channel_values": values,
            "channel_versions": versions,
            "versions_seen": seen,
            "metadata": {"source": "loop", "step": self.tick, **(metadata or {})},
        }
        return made["id"]

    async def append(self, channel: str, *items: Any, **settings: Any) -> str:
        """Append items to a list, with a delta."""
        before = self.values.get(channel, [])
        deltas = {channel: Delta(kept=len(before), added=list(items))} if channel in self.values else None
        return await self.step({channel: [*before, *items]}, deltas=deltas, **settings)

    def at(self, checkpoint_id: str | None = None) -> Config:
        return config(self.thread_id, checkpoint_id, self.ns)

    def go_back_to(self, checkpoint_id: str) -> None:
        """Go on from an earlier checkpoint."""
        past = self.past[checkpoint_id]
        self.head = checkpoint_id
        self.values, self.versions, self.seen = (
            past["channel_values"],
            past["channel_versions"],
            past["versions_seen"],
        )

    async def check(self, ids: Sequence[str] | None = None) -> None:
        """Check that checkpoints read as they were put."""
        for checkpoint_id in self.past if ids is None else ids:
            found = await self.door.get(self.at(checkpoint_id))
            assert found is not None, checkpoint_id
            read = {
                name: found.checkpoint.get(name) for name in ("channel_values", "channel_versions", "versions_seen")
            }
            assert {**read, "metadata": found.metadata} == self.past[checkpoint_id]
