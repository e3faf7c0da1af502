"""Executable: what a run asks of the graph that it executes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from stepgraph.config import RunnableConfig
from stepgraph.kernel.topology import Topology

__all__ = ["Executable"]


class Executable(Protocol):
    """A graph, as a run sees it."""

    name: str
    topology: Topology
    config: RunnableConfig | None
    store: Any
    stream_keys: frozenset[str]
    bare_state: bool
    shows_input: bool

    def read(self, view: Mapping[str, Any], keys: str | Sequence[str] | None = None) -> Any:
        """Return the values of some channels, of those that streams show by default."""

    def writes_any(self, changed: Collection[str], keys: str | Sequence[str] | None) -> bool:
        """Return whether one of the channels that a consumer sees is among those that changed."""

    def without_surplus(self, input: Any) -> Any:
        """Return the input without keys that only the graph above has."""
