"""Executable: what a run asks of the graph that it executes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from stepgraph.cache.base import BaseCache
from stepgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint
from stepgraph.config import RunnableConfig
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.kernel.topology import Topology

__all__ = ["Executable"]


class Executable(Protocol):
    """A graph, as a run sees it."""

    name: str
    topology: Topology
    config: RunnableConfig | None
    store: Any
    stream_keys: frozenset[str]
    output_channels: str | Sequence[str]
    bare_state: bool
    shows_input: bool
    debug: bool
    checkpointer: BaseCheckpointSaver | bool | None
    cache: BaseCache[Any] | None
    interrupt_before: Breakpoints
    interrupt_after: Breakpoints

    def reviving(self, saver: BaseCheckpointSaver) -> BaseCheckpointSaver:
        """Return the saver as one that keeps and revives the types that the graph's schemas name."""

    def saved_name(self, node: str) -> str:
        """Return the name that a node had when what is pending of its tasks may have been saved."""

    def migrated(self, checkpoint: Checkpoint, *, strict: bool = True) -> Checkpoint:
        """Return a checkpoint with the names that the graph gives channels and nodes now.

        Raises:
            MigrationError: The thread waits for a node that the graph does not have.
        """

    def read(self, view: Mapping[str, Any], keys: str | Sequence[str] | None = None) -> Any:
        """Return the values of some channels, of those that streams show by default."""

    def writes_any(self, changed: Collection[str], keys: str | Sequence[str] | None) -> bool:
        """Return whether one of the channels that a consumer sees is among those that changed."""

    def without_surplus(self, input: Any) -> Any:
        """Return the input without keys that only the graph above has."""
