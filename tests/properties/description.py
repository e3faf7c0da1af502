"""A graph as plain data, and what its nodes compute.

A `Graph` is drawn by `graphs.py`, walked by `model.py` and turned into a real `StateGraph` by `build.py`. Everything a
node does is data, so a failing example prints as something that can be read and typed in again. The three functions at
the end say what the data means for one node; they know nothing of supersteps.

Invariant: a node's answer depends on nothing but its name and the state it is handed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]

START, END = "__start__", "__end__"

# Every key has one kind in every graph, so that a sub-graph and its parent agree on it. `total` is in all of them.
# `stray` is in none.
KINDS = {"total": "sum", "log": "append", "note": "last", "mark": "last", "stray": "last"}


class Boom(Exception):
    """What a `Fail` node raises."""


@dataclass(frozen=True)
class Constant:
    number: int


@dataclass(frozen=True)
class Size:
    """The number under a key, or the length of the list under it; 0 where the key is missing."""

    key: str


@dataclass(frozen=True)
class Digest:
    """A small number that depends on everything the node was handed."""


Value = Constant | Size | Digest


@dataclass(frozen=True)
class Write:
    key: str
    value: Value


@dataclass(frozen=True)
class Dispatch:
    """A `Send`: one more run of `node`, which is handed `argument` instead of the state."""

    node: str
    argument: tuple[Write, ...]


Target = str | Dispatch


@dataclass(frozen=True)
class Choice:
    """Takes the option that the size of `key` points at, the last one when it points past the end.

    With a growing key this counts: `("a",), ("a",), ()` goes round twice and then stops.
    """

    key: str
    options: tuple[tuple[Target, ...], ...]


@dataclass(frozen=True)
class Nothing:
    """Returns None."""


@dataclass(frozen=True)
class Update:
    """Returns a dict."""

    writes: tuple[Write, ...]


@dataclass(frozen=True)
class Jump:
    """Returns a `Command`."""

    writes: tuple[Write, ...]
    goto: Choice


@dataclass(frozen=True)
class Several:
    """Returns a list of dicts and `Command`s."""

    parts: tuple[Update | Jump, ...]


@dataclass(frozen=True)
class Fail:
    """Raises `Boom`."""


@dataclass(frozen=True)
class Node:
    name: str
    action: Nothing | Update | Jump | Several | Fail | Graph
    routes: tuple[Choice, ...] = ()
    defer: bool = False


@dataclass(frozen=True)
class Join:
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Graph:
    keys: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    joins: tuple[Join, ...] = ()
    entry: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Program:
    """A graph, what it is started with, and how many supersteps it may take."""

    graph: Graph
    input: tuple[Write, ...]
    limit: int


def number(value: Value, state: State) -> int:
    match value:
        case Constant(n):
            return n
        case Size(key):
            found = state.get(key, 0)
            return len(found) if isinstance(found, list) else found
        case Digest():
            return zlib.crc32(json.dumps(state, sort_keys=True).encode()) % 97
    raise TypeError(value)


def payload(author: str, writes: tuple[Write, ...], state: State) -> dict[str, Any]:
    """The dict that `author` writes: an `append` key gets a list of one, which names its author."""
    numbers = {write.key: number(write.value, state) for write in writes}
    return {key: [f"{author}{n}"] if KINDS[key] == "append" else n for key, n in numbers.items()}


def chosen(choice: Choice, state: State) -> tuple[Target, ...]:
    return choice.options[min(number(Size(choice.key), state), len(choice.options) - 1)]
