"""Type variables of graphs, for code of the user's own that is generic in them."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypeVar

__all__ = ["ContextT", "InputT", "NodeInputT", "OutputT", "StateT"]

StateT = TypeVar("StateT", default=Any)
"""The state of a graph."""

ContextT = TypeVar("ContextT", default=None)
"""The type of what callers pass as `context=`."""

InputT = TypeVar("InputT", default=StateT)
"""What a graph takes."""

OutputT = TypeVar("OutputT", default=StateT)
"""What a graph returns."""

NodeInputT = TypeVar("NodeInputT", default=Any)
"""What a node takes."""
