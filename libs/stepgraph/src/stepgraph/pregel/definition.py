"""Definition: what was decided when a graph was built, and what a run asks of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from stepgraph.cache.base import BaseCache
from stepgraph.channels import BaseChannel
from stepgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint
from stepgraph.config import RunnableConfig, check_config
from stepgraph.constants import START
from stepgraph.errors import InvalidGraphError, MigrationError, listed
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.kernel.topology import TASKS, Node, Topology
from stepgraph.pregel.buffer import STREAM_BUFFER
from stepgraph.pregel.by_hand import Keys, entry_to, names_of, problems_of
from stepgraph.pregel.node_builder import NodeBuilder
from stepgraph.types import StreamMode

__all__ = ["Checkpointer", "Definition", "StreamModes"]

StreamModes: TypeAlias = "StreamMode | Sequence[StreamMode]"

Checkpointer: TypeAlias = "BaseCheckpointSaver | bool | None"
"""What keeps a graph's state: see `Pregel`."""


class Definition:
    """A graph as it was put together; see `Pregel`, which can be run, for the arguments."""

    inherits_config = True
    is_compiled_graph = True
    shows_input = False

    def __init__(
        self,
        *,
        nodes: Mapping[str, Node | NodeBuilder],
        channels: Mapping[str, BaseChannel[Any, Any]],
        input_channels: Keys,
        output_channels: Keys,
        stream_channels: Keys | None = None,
        stream_mode: StreamModes = "values",
        name: str = "Pregel",
        config: RunnableConfig | None = None,
        context_schema: type[Any] | None = None,
        store: Any = None,
        checkpointer: Checkpointer = None,
        cache: BaseCache[Any] | None = None,
        interrupt_before: Breakpoints = (),
        interrupt_after: Breakpoints = (),
        debug: bool = False,
        stream_buffer: int = STREAM_BUFFER,
        public: Sequence[str] | None = None,
        entry: Node | None = None,
        command: Node | None = None,
    ) -> None:
        if not (checkpointer is None or isinstance(checkpointer, (bool, BaseCheckpointSaver))):
            raise TypeError(
                "checkpointer must be a saver such as InMemorySaver(), True, False or None, got "
                f"{type(checkpointer).__name__}: {checkpointer!r}"
            )
        if stream_buffer < 1:
            raise ValueError(f"stream_buffer must leave room for at least 1 chunk, got {stream_buffer}")
        self.name = name
        self.channels: dict[str, BaseChannel[Any, Any]] = dict(channels)
        self.nodes: dict[str, Node] = {
            key: node.build(key) if isinstance(node, NodeBuilder) else node for key, node in nodes.items()
        }
        self.input_channels = input_channels
        self.output_channels = output_channels
        self.stream_mode = stream_mode
        self.config: RunnableConfig | None = check_config(config) if config else None
        self.context_schema = context_schema
        self.store: Any = store
        self.checkpointer: Checkpointer = checkpointer
        self.cache: BaseCache[Any] | None = None if cache is None else cache.with_allowed(self.types())
        self.interrupt_before: Breakpoints = interrupt_before
        self.interrupt_after: Breakpoints = interrupt_after
        self._savers: dict[int, tuple[BaseCheckpointSaver, BaseCheckpointSaver]] = {}
        self.debug = debug
        self.stream_buffer = stream_buffer
        self._public = tuple(key for key in self.channels if key != TASKS) if public is None else tuple(public)
        self.stream_channels: Keys = self._public if stream_channels is None else stream_channels
        self.bare_state: bool = isinstance(self.stream_channels, str)
        self.stream_keys: frozenset[str] = frozenset(names_of(self.stream_channels))
        if entry is None:
            problems = problems_of(self.nodes, self.channels, input_channels, output_channels)
            if problems:
                raise InvalidGraphError(name, problems)
            entry = entry_to(input_channels, name)
        self._async_only = _async_only(self.nodes, entry)
        self.topology: Topology = Topology(self.nodes, self.channels, entry, self._public, command)

    # What a run asks.

    def read(self, view: Mapping[str, Any], keys: Keys | None = None) -> Any:
        """Return the values of some channels, of those that streams show by default."""
        if keys is None:
            keys = self.stream_channels
            if len(self.stream_keys) == len(self._public) and not self.bare_state:
                return dict(view)
        if isinstance(keys, str):
            return view.get(keys)
        return {key: view[key] for key in keys if key in view}

    def writes_any(self, changed: Collection[str], keys: Keys | None) -> bool:
        """Return whether one of the channels that a consumer sees is among those that changed."""
        if keys is None:
            return not self.stream_keys.isdisjoint(changed)
        return keys in changed if isinstance(keys, str) else any(key in changed for key in keys)

    def without_surplus(self, input: Any) -> Any:
        """Return the input without keys that this graph does not have: those of the graph above that it ignores."""
        if not isinstance(input, dict) or isinstance(self.input_channels, str):
            return input
        return {key: value for key, value in input.items() if key in self.input_channels}

    def reviving(self, saver: BaseCheckpointSaver) -> BaseCheckpointSaver:
        """Return the saver as one that keeps and revives the types that the graph's schemas name."""
        known = self._savers.get(id(saver))
        if known is None:
            known = self._savers[id(saver)] = (saver, saver.with_allowed(self.types()))
        return known[1]

    def types(self) -> Collection[type[Any]]:
        """Return the types that the graph's schemas name."""
        from stepgraph.serde.allowed import types_in  # noqa: PLC0415 - only graphs that save need it

        return types_in(*(channel.typ for channel in self.channels.values()))

    def saved_name(self, node: str) -> str:
        """Return the name that a node had when what is pending of its tasks may have been saved."""
        return node

    def migrated(self, checkpoint: Checkpoint, *, strict: bool = True) -> Checkpoint:
        """Return a checkpoint with the names that the graph gives channels and nodes now.

        Raises:
            MigrationError: The checkpoint holds channels that the graph does not have.
        """
        values = checkpoint["channel_values"]
        missing = [name for name in values if name not in self.topology.channels and name != START]
        if missing and strict:
            raise MigrationError(
                f"the thread holds channels that graph {self.name!r} does not have, {listed(missing)}; build the graph "
                "with them, or edit the thread's state with the graph that has them",
                keys=missing,
            )
        return checkpoint

    def expected_input(self) -> str:
        """Return what callers are told who gave no input."""
        if isinstance(self.input_channels, str):
            return "pass a value"
        return f"pass a dict with some of the keys {listed(self.input_channels)}"


def _async_only(nodes: Mapping[str, Node], entry: Node) -> list[str]:
    """Return the names of the functions that only a loop can call."""
    actions = [node.action for node in nodes.values()]
    actions += [route.action for node in (entry, *nodes.values()) for route in node.routes]
    return sorted({action.name for action in actions if action.sync is None})
