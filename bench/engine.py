"""Engine: a graph library under its import root. The rows build their graphs from what is here, once for all."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from typing_extensions import TypedDict

__all__ = ["PEER", "Engine", "is_installed", "load", "state_class"]

PEER = "langgraph"
"""The import root of the engine that stepgraph is compared with."""


@dataclass(frozen=True)
class Engine:
    """The names that the rows need, which are the same in every engine of this kind.

    Attributes:
        root: The package that they were imported from.
        StateGraph: The builder.
        MessagesState: The state of a chat.
        Send: A task with an input of its own.
        START: Where edges begin.
        END: Where they end.
    """

    root: str
    StateGraph: Any
    MessagesState: Any
    Send: Any
    START: str
    END: str


def is_installed(root: str) -> bool:
    """Return whether there is such a package, without importing it."""
    return find_spec(root) is not None


def load(root: str) -> Engine:
    """Import an engine."""
    graph = importlib.import_module(f"{root}.graph")
    types = importlib.import_module(f"{root}.types")
    return Engine(root, graph.StateGraph, graph.MessagesState, types.Send, graph.START, graph.END)


def state_class(keys: Mapping[str, Any]) -> Any:
    """Return a state schema with these keys and annotations."""
    return TypedDict("State", dict(keys))  # type: ignore[operator]
