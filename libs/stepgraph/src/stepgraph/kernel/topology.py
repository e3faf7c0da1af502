"""Topology: a compiled graph as immutable data, the only thing that the kernel knows of what users wrote.

Nothing here is called `User`: an `Action` is opaque to the kernel, which hands it to the driver and gets its result
back. Everything that can be looked up instead of searched is looked up (`triggers`, `deferred`), so that a superstep
never walks all nodes or all channels.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

from stepgraph.channels.base import MISSING, BaseChannel, ChannelRule, rule_of
from stepgraph.channels.binop import BinaryOperatorAggregate
from stepgraph.channels.named_barrier_value import NamedBarrierValue
from stepgraph.types import CachePolicy, Command, RetryPolicy, Send

__all__ = ["PULL", "PUSH", "TASKS", "Action", "ChannelSpec", "Node", "Reader", "Route", "Topology", "Write"]

PULL: Final = "__pregel_pull"
"""First item of the path of a task that a channel triggered."""

PUSH: Final = "__pregel_push"
"""First item of the path of a task that a `Send` made."""

TASKS: Final = "__pregel_tasks"
"""The channel that holds the `Send`s for the next superstep."""

Write: TypeAlias = tuple[str, Any]
"""A channel's name and a value for it."""


@dataclass(frozen=True, slots=True)
class Action:
    """A user's function, classified once: its colours, and what it wants to be given.

    Attributes:
        name: What messages call it.
        sync: How a thread calls it, `None` where it is async only.
        awaitable: How a loop calls it, `None` where it is sync only.
        inject: Pairs of a parameter's name and the attribute of the task's scope that fills it.
        is_graph: Whether it is a compiled graph itself, so that no code of the user's stands around its run.
    """

    name: str
    sync: Callable[..., Any] | None
    awaitable: Callable[..., Awaitable[Any]] | None
    inject: tuple[tuple[str, str], ...] = ()
    is_graph: bool = False


class Reader(Protocol):
    """Makes the input of a task."""

    def read(self, view: Mapping[str, Any], step: int, stop: int) -> Any:
        """Read the channels' values."""

    def take(self, view: dict[str, Any], step: int, stop: int) -> Any:
        """Read values that nobody else uses; they need not be copied."""

    def accept(self, argument: Any) -> Any:
        """Take the argument of a `Send` in place of the channels."""


@dataclass(frozen=True, slots=True)
class Route:
    """A conditional edge: a function of the state, and the writes that its answer stands for."""

    action: Action
    reader: Reader
    writer: Callable[[Any], list[Write]]


@dataclass(frozen=True, slots=True)
class Node:
    """What a task runs.

    Attributes:
        name: The node's name.
        action: The function of the node.
        triggers: The channels that make it run.
        reader: Makes its input.
        writer: Turns what it returned into writes; raises `InvalidUpdateError` or `ParentCommand`.
        routes: Conditional edges, in the order in which they were added.
        retry: The policies of which the first that matches an error decides.
        cache: When what it wrote is good for an equal input, `None` for never.
        metadata: For streams and tracers.
        tags: For streams and tracers.
        hidden: Whether streams of tasks and updates leave it out.
        path: The path of its tasks when a channel triggers it.
    """

    name: str
    action: Action
    triggers: tuple[str, ...]
    reader: Reader
    writer: Callable[[Any], list[Write]]
    routes: tuple[Route, ...] = ()
    retry: tuple[RetryPolicy, ...] = ()
    cache: CachePolicy | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    hidden: bool = False
    path: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", (PULL, self.name))


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A channel of a topology.

    Attributes:
        name: The channel's name.
        channel: The channel as it was declared.
        rule: Its rule.
        public: Whether nodes may read it as state; the others only trigger.
        plain: Whether what is stored is what is read.
        spends: Whether running the tasks that it triggered changes it.
        transient: Whether a superstep without a write clears it.
        clears: Whether such a superstep simply empties it.
    """

    name: str
    channel: BaseChannel[Any, Any]
    rule: ChannelRule
    public: bool
    plain: bool
    spends: bool
    transient: bool
    clears: bool

    @classmethod
    def of(cls, name: str, channel: BaseChannel[Any, Any], *, public: bool) -> ChannelSpec:
        """Classify `channel` once, so that no superstep asks again."""
        rule = rule_of(channel)
        own = rule is channel
        return cls(
            name=name,
            channel=channel,
            rule=rule,
            public=public,
            plain=own and type(channel).read is BaseChannel.read,
            spends=not own or type(channel).spend is not BaseChannel.spend,
            transient=rule.transient,
            clears=own and rule.transient and type(channel).settle is BaseChannel.settle,
        )


_KEEP: Final = BaseChannel.keep
_INITIAL: Final = BinaryOperatorAggregate.initial
_SHAREABLE: Final = (int, float, complex, str, bytes, bool, tuple, frozenset, type(None))


class Topology:
    """Nodes, channels and the indexes over them; immutable once built.

    Args:
        nodes: The nodes by name.
        channels: Every channel by name.
        entry: The node that takes the input of a run in; it is not one of `nodes`.
        public: The names that make up the state, all by default; the others only trigger.
        command: The node in whose name a `Command` from outside is written, the entry by default.

    Attributes:
        public: The names that make up the state, in their order.
        triggers: The names of the nodes that each channel triggers.
        derived: The channels whose readable value is not the stored one.
        spending: The channels that running the tasks they triggered changes.
        deferred: The channels that are seen only once nothing else is left to run.
        joins: The channels that wait for several named writers.
        unsaved: The channels that checkpoints do not keep.
    """

    __slots__ = (
        "_constants",
        "_converted",
        "_factories",
        "channels",
        "command",
        "deferred",
        "derived",
        "entry",
        "joins",
        "nodes",
        "public",
        "spending",
        "triggers",
        "unsaved",
    )

    def __init__(
        self,
        nodes: Mapping[str, Node],
        channels: Mapping[str, BaseChannel[Any, Any]],
        entry: Node,
        public: Sequence[str] | None = None,
        command: Node | None = None,
    ) -> None:
        self.public: tuple[str, ...] = tuple(channels if public is None else public)
        shown = set(self.public)
        self.nodes: dict[str, Node] = dict(nodes)
        self.entry: Node = entry
        self.command: Node = entry if command is None else command
        self.channels: dict[str, ChannelSpec] = {
            name: ChannelSpec.of(name, channel, public=name in shown) for name, channel in channels.items()
        }
        self.derived: frozenset[str] = frozenset(name for name, spec in self.channels.items() if not spec.plain)
        self.spending: frozenset[str] = frozenset(name for name, spec in self.channels.items() if spec.spends)
        self.deferred: tuple[str, ...] = tuple(name for name, spec in self.channels.items() if spec.rule.deferred)
        self.joins: tuple[str, ...] = tuple(
            name for name, channel in channels.items() if isinstance(channel, NamedBarrierValue)
        )
        self.triggers: dict[str, list[str]] = _index(self.nodes)
        self.unsaved: frozenset[str] = frozenset(name for name, spec in self.channels.items() if not spec.rule.saved)
        self._converted = tuple(name for name, spec in self.channels.items() if type(spec.rule).keep is not _KEEP)
        self._constants, self._factories = _initial_values(self.channels)

    def initial(self) -> dict[str, Any]:
        """Return what the channels hold before the first write; mutable values are built anew."""
        stored = self._constants.copy()
        for name, build in self._factories:
            stored[name] = build()
        return stored

    def savable(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a checkpoint keeps of the channels' stored values."""
        values = dict(stored)
        for name in self.unsaved:
            values.pop(name, None)
        for name in self._converted:
            if name in values:
                values[name] = self.channels[name].rule.keep(values[name])
                if values[name] is MISSING:
                    del values[name]
        if self.unsaved and TASKS in values:
            values[TASKS] = [self._stripped(send) for send in values[TASKS]]
        return values

    def savable_input(self, given: Any) -> Any:
        """Return what a checkpoint keeps of an input that is still to be taken in."""
        if not self.unsaved:
            return given
        if isinstance(given, Command):
            return replace(given, update=self.savable_input(given.update))
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in given.items() if key not in self.unsaved}

    def revived(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the stored values that a checkpoint kept; what no channel of this graph holds is left out."""
        known = {name: value for name, value in values.items() if name in self.channels}
        for name in self._converted:
            if name in known:
                known[name] = self.channels[name].rule.revive(known[name])
        return known

    def saved_writes(self, writes: Sequence[Write]) -> list[Write]:
        """Return the writes that a checkpoint keeps of a task."""
        if not self.unsaved:
            return list(writes)
        return [
            (name, self._stripped(value) if name == TASKS else value)
            for name, value in writes
            if name not in self.unsaved
        ]

    def _stripped(self, send: Send) -> Send:
        """Return a `Send` without what no checkpoint keeps."""
        if not isinstance(send.arg, dict) or self.unsaved.isdisjoint(send.arg):
            return send
        return Send(send.node, {key: value for key, value in send.arg.items() if key not in self.unsaved})


def _index(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """Return the names of the nodes that each channel triggers."""
    triggers: dict[str, list[str]] = {}
    for node in nodes.values():
        for channel in node.triggers:
            triggers.setdefault(channel, []).append(node.name)
    return triggers


def _initial_values(
    channels: Mapping[str, ChannelSpec],
) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Split the channels' first values into those that runs can share and those that each run builds."""
    constants: dict[str, Any] = {}
    factories: list[tuple[str, Callable[[], Any]]] = []
    for name, spec in channels.items():
        value = spec.rule.initial()
        if value is MISSING:
            continue
        if isinstance(value, _SHAREABLE):
            constants[name] = value
        elif isinstance(spec.rule, BinaryOperatorAggregate) and type(spec.rule).initial is _INITIAL:
            factories.append((name, spec.rule.factory))  # saves a call per key and run
        else:
            factories.append((name, spec.rule.initial))
    return constants, factories
