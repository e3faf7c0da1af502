"""What a `StateGraph` collects while it is built: nodes and conditional edges, as plain data."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from stepgraph.channels import BaseChannel
from stepgraph.graph.schema import Schema, has_fields
from stepgraph.kernel.topology import Action
from stepgraph.managed.base import ManagedValue
from stepgraph.pregel.action import action_of
from stepgraph.signatures import resolved_hints
from stepgraph.types import CachePolicy, Command, RetryPolicy

__all__ = ["BranchSpec", "GraphParts", "NodeDefaults", "StateNodeSpec", "destinations_in", "first_annotation"]


@dataclass(frozen=True)
class NodeDefaults:
    """What nodes get that do not say otherwise."""

    retry_policy: tuple[RetryPolicy, ...] = ()
    cache_policy: CachePolicy | None = None


@dataclass(eq=False)
class GraphParts:
    """Everything that a builder was told.

    Attributes:
        state_schema: The state's class.
        input_schema: The class of what callers give.
        output_schema: The class of what callers get.
        context_schema: The class of the context.
        nodes: Nodes by name.
        edges: Pairs of source and target.
        waiting_edges: Pairs of the sources that are waited for and the target.
        branches: Conditional edges by source and name.
        channels: The channels of all schemas by key.
        managed: The computed keys of all schemas.
        schemas: Every class that was read.
        defaults: What nodes get that do not say otherwise.
    """

    state_schema: Any
    input_schema: Any
    output_schema: Any
    context_schema: Any = None
    nodes: dict[str, StateNodeSpec] = field(default_factory=dict)
    edges: set[tuple[str, str]] = field(default_factory=set)
    waiting_edges: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    branches: dict[str, dict[str, BranchSpec]] = field(default_factory=dict)
    channels: dict[str, BaseChannel[Any, Any]] = field(default_factory=dict)
    managed: dict[str, type[ManagedValue]] = field(default_factory=dict)
    schemas: dict[Any, Schema] = field(default_factory=dict)
    defaults: NodeDefaults = field(default_factory=NodeDefaults)


@dataclass(frozen=True)
class StateNodeSpec:
    """A node as it was added.

    Attributes:
        runnable: What the user gave.
        action: The same, classified.
        metadata: For streams, tracers and drawings.
        input_schema: The part of the state that it reads.
        retry_policy: Its own policies; `None` takes the graph's.
        cache_policy: Its own policy; `None` takes the graph's.
        ends: Nodes that its `Command`s may lead to, with a label each; known from its return hint or `destinations`.
        defer: Whether it waits until nothing else is left to run.
        is_graph: Whether it is a compiled graph, whose surplus keys are dropped.
    """

    runnable: Any
    action: Action
    metadata: Mapping[str, Any] = field(default_factory=dict)
    input_schema: Any = None
    retry_policy: tuple[RetryPolicy, ...] | None = None
    cache_policy: CachePolicy | None = None
    ends: Mapping[str, str] = field(default_factory=dict)
    defer: bool = False
    is_graph: bool = False


@dataclass(frozen=True)
class BranchSpec:
    """A conditional edge as it was added.

    Attributes:
        path: The router as the user gave it.
        action: The same, classified.
        ends: Nodes by what the router returns; `None` where it may lead anywhere.
        input_schema: The part of the state that it reads, `None` for all of it.
    """

    path: Any
    action: Action
    ends: Mapping[Hashable, str] | None
    input_schema: Any = None

    @classmethod
    def of(cls, path: Any, path_map: Mapping[Hashable, str] | Sequence[str] | None, name: str) -> BranchSpec:
        """Read a router; without a `path_map` its return hint `Literal[…]` is one."""
        ends: dict[Hashable, str] | None = None
        if isinstance(path_map, Mapping):
            for answer, target in path_map.items():
                if not isinstance(target, str):
                    raise TypeError(
                        f"the path map of router {name!r} maps {answer!r} to {target!r}; it maps to one node each, and "
                        "a router that returns a list leads to several"
                    )
            ends = dict(path_map)
        elif path_map is not None:
            ends = {name: name for name in path_map}
        else:
            returned = resolved_hints(path).get("return")
            if get_origin(returned) is Literal:
                ends = {name: name for name in get_args(returned)}
        return cls(path, action_of(path, name=name), ends or None, first_annotation(path))


def first_annotation(target: Any) -> Any:
    """Return the annotation of a function's first parameter where it is a class with fields, else `None`."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # builtins may have no signature
        return None
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    annotation = resolved_hints(target).get(positional[0]) if positional else None
    return annotation if has_fields(annotation) else None


def destinations_in(hint: Any) -> dict[str, str]:
    """Return the nodes that a return hint such as `Command[Literal["a", "b"]]` names, itself or inside a union."""
    if get_origin(hint) is Command:
        (inner,) = get_args(hint)
        return {name: name for name in get_args(inner)} if get_origin(inner) is Literal else {}
    found: dict[str, str] = {}
    for part in () if get_origin(hint) is Literal else get_args(hint):
        found.update(destinations_in(part))
    return found
