"""migration: a thread that an older graph saved, read by a newer one.

What a finished thread holds under names that are gone is left out. A thread that waits must find what it waits for:
a node or a key that is missing is an error that says what it needs, unless `compile(renamed=…)` says what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from stepgraph.checkpoint.base import Checkpoint
from stepgraph.constants import START
from stepgraph.errors import MigrationError, listed
from stepgraph.graph.writes import edge_to
from stepgraph.kernel.topology import TASKS, Topology
from stepgraph.types import Send

__all__ = ["migrated"]


class _Graph(Protocol):
    name: str
    topology: Topology


def migrated(graph: _Graph, renamed: Mapping[str, str | None], checkpoint: Checkpoint, *, strict: bool) -> Checkpoint:
    """Return a checkpoint with the names of today.

    Args:
        graph: The graph of today.
        renamed: New names by old ones, of nodes and keys; `None` for what was removed on purpose.
        checkpoint: What was saved.
        strict: Whether what cannot be placed is an error.

    Raises:
        MigrationError: The thread waits, and a node or a key of it is missing.
    """
    if renamed:
        checkpoint = _renamed(renamed, checkpoint)
    if strict:
        _check(graph, checkpoint["channel_values"])
    return checkpoint


def _renamed(renamed: Mapping[str, str | None], checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint with everything under its new name, and without what was removed."""
    named: Checkpoint = {**checkpoint}
    values = _by_new_name(renamed, checkpoint["channel_values"])
    for name, value in values.items():
        if name.startswith(_JOIN) and isinstance(value, (set, frozenset)):
            values[name] = type(value)(renamed.get(source) or source for source in value)
    if TASKS in values:
        values[TASKS] = [
            Send(target, send.arg)
            for send in values[TASKS]
            if (target := renamed.get(send.node, send.node)) is not None
        ]
    named["channel_values"] = values
    named["channel_versions"] = _by_new_name(renamed, checkpoint["channel_versions"])
    named["versions_seen"] = {renamed.get(name) or name: tick for name, tick in checkpoint["versions_seen"].items()}
    return named


def _by_new_name(renamed: Mapping[str, str | None], channels: Mapping[str, Any]) -> dict[str, Any]:
    found = {_channel(name, renamed): value for name, value in channels.items()}
    return {name: value for name, value in found.items() if name is not None}


_JOIN = "join:"
_EDGE = edge_to("")


def _channel(name: str, renamed: Mapping[str, str | None]) -> str | None:
    """Return the name of a channel today, `None` where it was removed."""
    if not renamed:
        return name
    if name.startswith(_EDGE):
        node = renamed.get(name[len(_EDGE) :], name[len(_EDGE) :])
        return None if node is None else edge_to(node)
    if name.startswith(_JOIN):
        return re.sub(r"[^:+]+", lambda match: renamed.get(match[0]) or match[0], name)
    return renamed.get(name, name)


def _check(graph: _Graph, values: Mapping[str, Any]) -> None:
    topology = graph.topology
    nodes = [name[len(_EDGE) :] for name in values if name.startswith(_EDGE) and name not in topology.channels]
    nodes += [send.node for send in values.get(TASKS, ()) if send.node not in topology.nodes]
    joins = [name for name in values if name.startswith(_JOIN) and name not in topology.channels]
    waits = bool(nodes) or any(
        name in values and name in topology.channels and not topology.channels[name].public
        for name in topology.triggers
    )
    keys = [
        name
        for name in values
        if name not in topology.channels and name != START and not name.startswith(_EDGE) and name not in joins
    ]
    if nodes or (waits and keys):
        wanted = [*(f"node {name!r}" for name in dict.fromkeys(nodes)), *(f"key {name!r}" for name in keys)]
        raise MigrationError(
            f"the thread waits and needs {', '.join(wanted)}, which graph {graph.name!r} does not have; its nodes are "
            f"{listed(topology.nodes)}, its keys {listed(topology.public)}. Bring them back, or compile with "
            "renamed={'old name': 'new name'}, or None as the new name of what is gone on purpose",
            nodes,
            keys,
        )
