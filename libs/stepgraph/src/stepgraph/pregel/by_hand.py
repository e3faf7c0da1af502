"""What a `Pregel` that was put together by hand needs: a check that its parts fit, and a way in for its input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from stepgraph.channels import BaseChannel
from stepgraph.errors import EmptyInputError, InvalidUpdateError, listed, nearest
from stepgraph.kernel.topology import Action, Node, Write
from stepgraph.pregel.reader import StateReader

__all__ = ["Keys", "entry_to", "names_of", "problems_of"]

Keys: TypeAlias = "str | Sequence[str]"
"""One channel, for its bare value, or several, for a dict."""


def names_of(keys: Keys) -> Sequence[str]:
    """Return the names of channels."""
    return (keys,) if isinstance(keys, str) else keys


def problems_of(
    nodes: Mapping[str, Node],
    channels: Mapping[str, BaseChannel[Any, Any]],
    input_channels: Keys,
    output_channels: Keys,
) -> list[str]:
    """Return a sentence for each thing that does not fit together."""

    def unknown(names: Sequence[str], what: str) -> Iterator[str]:
        for name in dict.fromkeys(names):
            if name not in channels:
                yield (
                    f"{what} channel {name!r}, which does not exist{nearest(name, channels)}; channels are "
                    f"{listed(sorted(channels))}"
                )

    problems: list[str] = []
    for name, node in nodes.items():
        read = getattr(node.reader, "keys", None) or ()
        problems += unknown([*node.triggers, *names_of(read)], f"node {name!r} reads")
    problems += unknown(names_of(input_channels), "the input goes to")
    problems += unknown(names_of(output_channels), "the output comes from")
    triggers = {trigger for node in nodes.values() for trigger in node.triggers}
    if triggers.isdisjoint(names_of(input_channels)):
        wanted = listed(names_of(input_channels))
        problems.append(f"no node subscribes to an input channel, {wanted}, so nothing would ever run")
    return problems


def entry_to(channels: Keys, graph: str) -> Node:
    """Return the node that writes the input of a graph to its input channels."""
    writer = _bare_writer(channels) if isinstance(channels, str) else _dict_writer(tuple(channels), graph)
    return Node("__input__", Action("__input__", None, None), (), StateReader(None), writer, hidden=True)


def _bare_writer(channel: str) -> Callable[[Any], list[Write]]:
    return lambda value: [(channel, value)]


def _dict_writer(known: tuple[str, ...], graph: str) -> Callable[[Any], list[Write]]:
    def writes(value: Any) -> list[Write]:
        if not isinstance(value, Mapping):
            raise InvalidUpdateError(
                f"the input of graph {graph!r} must be a dict with some of the keys {listed(known)}, got "
                f"{type(value).__name__}: {value!r}"
            )
        for key in value:
            if key not in known:
                raise InvalidUpdateError(
                    f"the input of graph {graph!r} has an unknown key {key!r}{nearest(key, known)}; it takes "
                    f"{listed(known)}"
                )
        if not value:
            raise EmptyInputError(f"the input of graph {graph!r} is empty; it takes {listed(known)}")
        return list(value.items())

    return writes
