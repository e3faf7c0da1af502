"""compile: a builder's specs into the nodes and channels of a `Pregel`. The builder stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from stepgraph.channels import (
    BaseChannel,
    EphemeralValue,
    LastValueAfterFinish,
    NamedBarrierValue,
    NamedBarrierValueAfterFinish,
    Topic,
)
from stepgraph.constants import END, START, TAG_HIDDEN
from stepgraph.graph.parts import BranchSpec, GraphParts, StateNodeSpec
from stepgraph.graph.schema import ROOT, Schema
from stepgraph.graph.writes import Targets, edge_to, route_writer, state_writer
from stepgraph.kernel.topology import TASKS, Action, Node, Route, Write
from stepgraph.pregel.reader import StateReader
from stepgraph.types import Send

__all__ = ["Blueprint"]


class Blueprint:
    """Derives what a run needs from a builder.

    Args:
        parts: The graph as it was described.
        unknown_keys: What becomes of keys in updates that no schema declares.
    """

    def __init__(self, parts: GraphParts, unknown_keys: Literal["error", "ignore"]) -> None:
        self._parts = parts
        self._strict = unknown_keys == "error"
        self._targets = Targets(frozenset(parts.nodes))
        self._keys = tuple(parts.channels)
        self._edges: dict[str, list[Write]] = {}
        self._joins: dict[str, list[str]] = {}
        for source, target in sorted(parts.edges):
            if target != END:
                self._edges.setdefault(source, []).append((edge_to(target), None))
        for sources, target in sorted(parts.waiting_edges):
            if target != END:
                self._joins.setdefault(target, []).append(_join(sources, target))
                for source in sources:
                    self._edges.setdefault(source, []).append((_join(sources, target), source))

    def nodes(self) -> dict[str, Node]:
        """Return the nodes by name."""
        return {name: self._node(name, spec) for name, spec in self._parts.nodes.items()}

    def entry(self) -> Node:
        """Return the node that takes the input in and follows the edges from START."""
        schema = self._parts.schemas[self._parts.input_schema]
        origin = "the input"
        writer = state_writer(
            origin, schema.channels, self._parts.managed, self._edges.get(START, ()), self._targets, strict=self._strict
        )
        return Node(
            START,
            Action(START, None, None),
            (),
            StateReader(None),
            writer,
            routes=self._routes(START),
            hidden=True,
        )

    def command(self) -> Node:
        """Return the node in whose name a `Command` is written to a thread that goes on."""
        writer = state_writer("the command", self._keys, self._parts.managed, (), self._targets, strict=self._strict)
        return Node("__command__", Action("__command__", None, None), (), StateReader(None), writer, hidden=True)

    def channels(self) -> dict[str, BaseChannel[Any, Any]]:
        """Return the state's channels, and those of edges, joins and sends."""
        channels: dict[str, BaseChannel[Any, Any]] = dict(self._parts.channels)
        for name, spec in self._parts.nodes.items():
            key = edge_to(name)
            channels[key] = LastValueAfterFinish(Any, key) if spec.defer else EphemeralValue(Any, guard=False, key=key)
        for sources, target in self._parts.waiting_edges:
            if target != END:
                deferred = self._parts.nodes[target].defer
                barrier = NamedBarrierValueAfterFinish if deferred else NamedBarrierValue
                key = _join(sources, target)
                channels[key] = barrier(str, sources, key)
        channels[TASKS] = Topic(Send, key=TASKS)
        return channels

    def _node(self, name: str, spec: StateNodeSpec) -> Node:
        policies = self._parts.defaults.retry_policy if spec.retry_policy is None else spec.retry_policy
        return Node(
            name,
            spec.action,
            (edge_to(name), *self._joins.get(name, ())),
            self._reader(spec.input_schema),
            state_writer(
                f"node {name!r}",
                self._keys,
                self._parts.managed,
                self._edges.get(name, ()),
                self._targets,
                strict=self._strict,
                may_have_surplus=spec.is_graph,
            ),
            routes=self._routes(name),
            retry=policies,
            cache=spec.cache_policy or self._parts.defaults.cache_policy,
            metadata=dict(spec.metadata),
            hidden=TAG_HIDDEN in spec.metadata.get("tags", ()),
        )

    def _reader(self, schema_class: Any) -> StateReader:
        schema: Schema = self._parts.schemas[schema_class]
        if set(schema.channels) == {ROOT}:
            return StateReader(ROOT)
        keys: Sequence[str] | None = tuple(schema.channels)
        if set(schema.channels) == set(self._keys):
            keys = None
        return StateReader(keys, tuple(schema.managed.items()), schema.build)

    def _routes(self, source: str) -> tuple[Route, ...]:
        branches: Mapping[str, BranchSpec] = self._parts.branches.get(source, {})
        return tuple(
            Route(
                branch.action,
                self._reader(branch.input_schema or self._parts.state_schema),
                route_writer(f"router {name!r} of {source!r}", branch.ends, self._targets),
            )
            for name, branch in branches.items()
        )


def _join(sources: Sequence[str], target: str) -> str:
    names = (source.replace("+", "\\+") for source in sources)  # a name may hold the separator itself
    return f"join:{'+'.join(names)}:{target}"
