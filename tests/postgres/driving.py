"""Threads of checkpoints to put into a saver, and what must come of them."""

from __future__ import annotations

from typing import Any

from stepgraph.checkpoint.base import CHECKPOINT_VERSION, BaseCheckpointSaver, Checkpoint, TaskWrites
from stepgraph.checkpoint.ids import new_checkpoint_id


def config(thread_id: str, checkpoint_id: str | None = None) -> Any:
    place = {"thread_id": thread_id, "checkpoint_ns": ""}
    return {"configurable": place if checkpoint_id is None else {**place, "checkpoint_id": checkpoint_id}}


def checkpoint(n: int) -> Checkpoint:
    return {
        "v": CHECKPOINT_VERSION,
        "id": new_checkpoint_id(),
        "ts": "2026-11-20T12:00:00+00:00",
        "channel_values": {"n": n, "text": "x" * 300},
        "channel_versions": {"n": n, "text": 1},
        "versions_seen": {"node": n},
        "updated_channels": ["n"],
    }


class Counter:
    """A thread that counts up, one checkpoint a number."""

    def __init__(self, saver: BaseCheckpointSaver, thread_id: str) -> None:
        self.saver = saver
        self.thread_id = thread_id
        self.head: str | None = None
        self.n = 0

    def arguments(self, writes: bool = False) -> tuple[tuple[Any, ...], dict[str, Any]]:
        made = checkpoint(self.n + 1)
        versions = {"n": self.n + 1} if self.head else {"n": 1, "text": 1}
        pending = [TaskWrites("task", [("n", self.n)])] if writes and self.head else []
        metadata = {"source": "loop", "step": self.n}
        return (config(self.thread_id, self.head), made, metadata, versions), {"head": self.head, "writes": pending}

    def took(self, saved: Any) -> None:
        self.head = saved["configurable"]["checkpoint_id"]
        self.n += 1

    def step(self, writes: bool = False) -> None:
        args, settings = self.arguments(writes)
        self.took(self.saver.put(*args, **settings))

    async def astep(self, writes: bool = False) -> None:
        args, settings = self.arguments(writes)
        self.took(await self.saver.aput(*args, **settings))


def numbers(saver: BaseCheckpointSaver, thread_id: str) -> list[int]:
    """What a thread holds, the oldest first; each must read whole."""
    found = list(saver.list(config(thread_id)))
    for item in found:
        assert item.checkpoint["channel_values"]["text"] == "x" * 300
    return [item.checkpoint["channel_values"]["n"] for item in reversed(found)]
