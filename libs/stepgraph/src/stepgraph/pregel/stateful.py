"""Stateful: the doors through which users read and edit what a graph's threads hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from stepgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple, config_of, place_of
from stepgraph.config import RunnableConfig, merge_configs
from stepgraph.errors import InvalidUpdateError
from stepgraph.pregel import async_driver, sync_driver
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.definition import Definition
from stepgraph.pregel.run import Run
from stepgraph.pregel.settings import Settings
from stepgraph.pregel.snapshots import Loading, snapshot
from stepgraph.pregel.subgraphs import at
from stepgraph.types import StateSnapshot, StateUpdate

__all__ = ["Stateful"]


class Stateful(Definition):
    """Reads and edits threads. Every method has an async twin."""

    def get_state(self, config: RunnableConfig | Mapping[str, Any], *, subgraphs: bool = False) -> StateSnapshot:
        """Return what a thread holds.

        Args:
            config: In `configurable`, `thread_id`; `checkpoint_id` for another checkpoint than the head, and
                `checkpoint_ns` for the state of a sub-graph.
            subgraphs: Whether `tasks[i].state` holds the states of sub-graphs, not just where to find them.

        Returns:
            The state; an empty one where the thread holds nothing.

        Raises:
            ValueError: The graph has no checkpointer, or `checkpoint_ns` leads to no sub-graph.
            MissingThreadError: `config` names no thread.
        """
        graph, saver, place, addressed = self._place(config)
        loading = snapshot(graph, saver.get_tuple(place), config, head=not addressed, subgraphs=subgraphs)
        return _load(loading, saver)

    async def aget_state(self, config: RunnableConfig | Mapping[str, Any], *, subgraphs: bool = False) -> StateSnapshot:
        """See `get_state`."""
        graph, saver, place, addressed = self._place(config)
        found = await saver.aget_tuple(place)
        return await _aload(snapshot(graph, found, config, head=not addressed, subgraphs=subgraphs), saver)

    def get_state_history(
        self,
        config: RunnableConfig | Mapping[str, Any],
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[StateSnapshot]:
        """Yield what a thread held after each superstep, the newest first.

        Args:
            config: In `configurable`, `thread_id`, and `checkpoint_ns` for a sub-graph.
            filter: What the metadata must hold.
            before: The config of a checkpoint: only those that were saved before it.
            limit: How many at the most.
        """
        graph, saver, place, _ = self._place(config)
        for found in saver.list(place, filter=filter, before=before, limit=limit):
            yield _load(snapshot(graph, found, config, head=False), saver)

    async def aget_state_history(
        self,
        config: RunnableConfig | Mapping[str, Any],
        *,
        filter: Mapping[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[StateSnapshot]:
        """See `get_state_history`."""
        graph, saver, place, _ = self._place(config)
        async for found in saver.alist(place, filter=filter, before=before, limit=limit):
            yield await _aload(snapshot(graph, found, config, head=False), saver)

    def update_state(
        self,
        config: RunnableConfig | Mapping[str, Any],
        values: Any,
        as_node: str | None = None,
        task_id: str | None = None,
    ) -> RunnableConfig:
        """Write to a thread from outside, as if a node had returned `values`.

        Args:
            config: In `configurable`, `thread_id`; `checkpoint_id` to fork from an older checkpoint.
            values: What to write: what the node might have returned. `None` writes nothing.
            as_node: In whose name: its edges and routers decide what comes next. The node that ran last by default;
                `END` drops what would run next, `"__input__"` makes `values` a new input, `"__copy__"` copies the
                checkpoint.
            task_id: Kept for programs that give it; the node decides.

        Returns:
            The config of the new checkpoint.

        Raises:
            InvalidUpdateError: The values do not fit, the node does not exist, or several nodes ran last.
            ThreadConflictError: A run has saved to the thread meanwhile.
        """
        return self.bulk_update_state(config, [[StateUpdate(values, as_node, task_id)]])

    async def aupdate_state(
        self,
        config: RunnableConfig | Mapping[str, Any],
        values: Any,
        as_node: str | None = None,
        task_id: str | None = None,
    ) -> RunnableConfig:
        """See `update_state`."""
        return await self.abulk_update_state(config, [[StateUpdate(values, as_node, task_id)]])

    def bulk_update_state(
        self, config: RunnableConfig | Mapping[str, Any], supersteps: Sequence[Sequence[StateUpdate]]
    ) -> RunnableConfig:
        """Write several supersteps to a thread; see `update_state`.

        Args:
            config: In `configurable`, `thread_id`.
            supersteps: The updates of each superstep; where there are several, each must say `as_node`.

        Returns:
            The config of the last new checkpoint.

        Raises:
            ValueError: There is nothing to write.
        """
        graph, place = self._edited(config, supersteps)
        for updates in supersteps:
            run = _edit(graph, place, updates)
            for _ in sync_driver.drive(run, Buffer()):
                pass
            place = _after(run)
        return place

    async def abulk_update_state(
        self, config: RunnableConfig | Mapping[str, Any], supersteps: Sequence[Sequence[StateUpdate]]
    ) -> RunnableConfig:
        """See `bulk_update_state`."""
        graph, place = self._edited(config, supersteps)
        for updates in supersteps:
            run = _edit(graph, place, updates)
            async for _ in async_driver.drive(run, Buffer()):
                pass
            place = _after(run)
        return place

    def _place(self, config: Mapping[str, Any]) -> tuple[Any, BaseCheckpointSaver, RunnableConfig, bool]:
        """Return whose state `config` asks for, where it is kept, its place, and whether an id was given."""
        thread_id, namespace, checkpoint_id = place_of(merge_configs(self.config, config))
        saver = self._saver()
        graph = at(self, namespace)
        place = config_of(thread_id, namespace, checkpoint_id)
        return graph, graph.reviving(saver), place, checkpoint_id is not None

    def _saver(self) -> BaseCheckpointSaver:
        if self.checkpointer is True:
            raise RuntimeError(f"graph {self.name!r} uses the checkpointer of the graph above it; ask that one")
        if not isinstance(self.checkpointer, BaseCheckpointSaver):
            raise ValueError(
                f"graph {self.name!r} has no checkpointer, so it keeps no state; compile it with "
                "checkpointer=InMemorySaver(), or one that lasts"
            )
        return self.checkpointer

    def _edited(
        self, config: Mapping[str, Any], supersteps: Sequence[Sequence[StateUpdate]]
    ) -> tuple[Any, RunnableConfig]:
        saver = self._saver()
        if not supersteps or not all(supersteps):
            raise ValueError(f"there must be a superstep with an update in it, got {supersteps!r}")
        full = merge_configs(self.config, config)
        graph = at(self, place_of(full)[1])
        if graph is not self:
            graph = graph.with_config()
            graph.checkpointer = saver
        return graph, full


def _edit(graph: Any, place: RunnableConfig, updates: Sequence[StateUpdate]) -> Run:
    settings = Settings(durability="sync", source="update", edits=tuple(updates))
    return Run(graph, None, place, None, (), settings)


def _after(run: Run) -> RunnableConfig:
    assert run.journal is not None
    if run.paused:
        raise InvalidUpdateError(
            f"the router that follows the update of graph {run.graph.name!r} asks {run.interrupts[0].value!r}, which "
            "nobody can answer here, so nothing was written; name another node as_node, or pass "
            "Command(update=…, goto=…)"
        )
    return run.journal.config


def _load(loading: Loading, saver: BaseCheckpointSaver) -> StateSnapshot:
    found: CheckpointTuple | None = None
    try:
        wanted = next(loading)
        while True:
            found = saver.get_tuple(wanted)
            wanted = loading.send(found)
    except StopIteration as end:
        result: StateSnapshot = end.value
        return result


async def _aload(loading: Loading, saver: BaseCheckpointSaver) -> StateSnapshot:
    found: CheckpointTuple | None = None
    try:
        wanted = next(loading)
        while True:
            found = await saver.aget_tuple(wanted)
            wanted = loading.send(found)
    except StopIteration as end:
        result: StateSnapshot = end.value
        return result
