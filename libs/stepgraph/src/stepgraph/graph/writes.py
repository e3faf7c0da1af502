"""Writes: turns what a node or a router returned into writes to channels, and refuses what has no place to go."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stepgraph.constants import END
from stepgraph.errors import ErrorCode, InvalidUpdateError, ParentCommand, listed, nearest
from stepgraph.graph.schema import ROOT, fields_of_instance
from stepgraph.kernel.topology import TASKS, Write
from stepgraph.types import Command, Send

__all__ = ["Targets", "edge_to", "route_writer", "state_writer"]


def edge_to(node: str) -> str:
    """Return the channel that triggers `node`."""
    return f"branch:to:{node}"


@dataclass(frozen=True)
class Targets:
    """Where a graph's edges, routers and commands may lead."""

    nodes: frozenset[str]

    def write(self, target: Any, origin: str) -> list[Write]:
        """Return the write that leads to a node, or makes a task of a `Send`; `END` needs none.

        Raises:
            InvalidUpdateError: There is no such node.
        """
        if isinstance(target, Send):
            self._check(target.node, f"{origin}, with Send,")
            return [(TASKS, target)]
        if target == END:
            return []
        self._check(target, origin)
        return [(edge_to(target), None)]

    def _check(self, name: Any, origin: str) -> None:
        if not isinstance(name, str) or name not in self.nodes:
            raise InvalidUpdateError(
                f"{origin} leads to {name!r}, which is not a node{nearest(name, self.nodes)}; nodes are "
                f"{listed(sorted(self.nodes))} and END"
            )


class _Updates:
    """Reads updates of one place: a node, or the caller of the graph."""

    def __init__(
        self,
        origin: str,
        keys: frozenset[str],
        managed: Iterable[str],
        targets: Targets,
        *,
        strict: bool,
        may_have_surplus: bool,
    ) -> None:
        self._may_have_surplus = may_have_surplus
        self._origin = origin
        self._keys = keys
        self._managed = frozenset(managed)
        self._targets = targets
        self._strict = strict
        self._root = keys == {ROOT}

    def plain(self, update: Any, *, commanded: bool = False) -> list[Write]:
        """Return the writes of an update, by itself or in a command."""
        if update is None:
            return []
        if self._root:
            return [(ROOT, update)]
        pairs = self._pairs(update)
        for key, _ in pairs:
            if key not in self._keys:
                break
        else:
            return pairs
        if self._strict and (commanded or not self._may_have_surplus):
            raise self._unknown(key)
        return [(key, value) for key, value in pairs if key in self._keys]

    def command(self, command: Command[Any]) -> list[Write]:
        """Return the writes of a command to this graph."""
        update = command.update
        if isinstance(update, (list, tuple)) and not hasattr(update, "_fields") and not self._root:
            writes = [write for pair in update for write in self.plain(self._pair(pair), commanded=True)]
        else:
            writes = self.plain(update, commanded=True)
        goto = command.goto
        for target in goto if isinstance(goto, (list, tuple)) else (goto,):
            writes += self._targets.write(target, f"{self._origin}, with Command(goto=…),")
        return writes

    def any(self, output: Any) -> list[Write]:
        """Return the writes of whatever a node may return.

        Raises:
            ParentCommand: There are commands to the graph above, which end this one.
        """
        if isinstance(output, (Command, Send)):
            parts: Sequence[Any] = (output,)
        elif isinstance(output, (list, tuple)) and any(isinstance(part, (Command, Send)) for part in output):
            parts = output
        else:
            return self.plain(output)
        above = [part for part in parts if isinstance(part, Command) and part.graph == Command.PARENT]
        if above:
            raise ParentCommand(above)
        writes: list[Write] = []
        for part in parts:
            if isinstance(part, Send):
                writes += self._targets.write(part, self._origin)
            elif not isinstance(part, Command):
                writes += self.plain(part)
            elif part.graph is None:
                writes += self.command(part)
            else:
                raise InvalidUpdateError(
                    f"{self._origin} returned Command(graph={part.graph!r}); use None for this graph or "
                    "Command.PARENT for the one above"
                )
        return writes

    def _pair(self, pair: Any) -> dict[str, Any]:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], str):
            raise InvalidUpdateError(
                f"{self._origin} gave a Command whose update is a list with {pair!r} in it; it must hold pairs of a "
                "key and a value"
            )
        return {pair[0]: pair[1]}

    def _pairs(self, update: Any) -> list[Write]:
        if isinstance(update, Mapping):
            return list(update.items())
        fields = fields_of_instance(update)
        if fields is None:
            raise InvalidUpdateError(
                f"{self._origin} must give a dict with some of the keys {listed(sorted(self._keys))}, a Command, or "
                f"None, got {type(update).__name__}: {update!r} "
                f"({ErrorCode.INVALID_GRAPH_NODE_RETURN_VALUE.value})"
            )
        return list(fields.items())

    def _unknown(self, key: Any) -> InvalidUpdateError:
        if key in self._managed:
            return InvalidUpdateError(f"{self._origin} wrote {key!r}, which the engine computes; leave it out")
        return InvalidUpdateError(
            f"{self._origin} wrote an unknown key {key!r}{nearest(key, self._keys)}; known are "
            f"{listed(sorted(self._keys))}; declare it in the state, or compile with unknown_keys='ignore'"
        )


def state_writer(
    origin: str,
    keys: Iterable[str],
    managed: Iterable[str],
    static: Sequence[Write],
    targets: Targets,
    *,
    strict: bool,
    may_have_surplus: bool = False,
) -> Callable[[Any], list[Write]]:
    """Return the writer of a node, or of the input.

    Args:
        origin: What messages call the place, such as `"node 'plan'"`.
        keys: The keys that it may write.
        managed: Keys that nobody may write.
        static: The writes of the edges that leave it.
        targets: Where commands may lead.
        strict: Whether unknown keys are errors; they are dropped otherwise.
        may_have_surplus: Whether they are dropped all the same: a sub-graph returns keys of its own.
    """
    known = frozenset(keys)
    updates = _Updates(origin, known, managed, targets, strict=strict, may_have_surplus=may_have_surplus)
    edges = list(static)
    keyed = known != {ROOT}

    def writes(output: Any) -> list[Write]:
        if keyed and type(output) is dict and output.keys() <= known:
            return [*output.items(), *edges]
        if output is None:
            return edges.copy()
        return updates.any(output) + edges

    return writes


def route_writer(origin: str, path_map: Mapping[Any, str] | None, targets: Targets) -> Callable[[Any], list[Write]]:
    """Return the writer of a conditional edge: its router's answer into writes.

    Args:
        origin: What messages call the router.
        path_map: Nodes by what the router returns, `None` where it returns nodes.
        targets: Where it may lead.
    """

    def writes(answer: Any) -> list[Write]:
        found: list[Write] = []
        for item in answer if isinstance(answer, (list, tuple)) else (answer,):
            if isinstance(item, Send) or path_map is None:
                found += targets.write(item, origin)
            elif isinstance(item, Hashable) and item in path_map:
                found += targets.write(path_map[item], origin)
            else:
                raise InvalidUpdateError(
                    f"{origin} returned {item!r}, which its path map does not have{nearest(item, map(str, path_map))}; "
                    f"it maps {listed(path_map)}"
                )
        return found

    return writes
