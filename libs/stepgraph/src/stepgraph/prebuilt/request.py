"""ToolCallRequest: one tool call on its way to its tool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from stepgraph.messages import ToolCall, ToolMessage
from stepgraph.types import Command

__all__ = ["AsyncToolCallWrapper", "ToolCallRequest", "ToolCallWithContext", "ToolCallWrapper"]


@dataclass(frozen=True)
class ToolCallRequest:
    """A tool call, with what it is made in.

    Attributes:
        tool_call: The call.
        tool: The tool, `None` if there is none of that name.
        state: The state of the graph.
        runtime: What the tool may ask for.
    """

    tool_call: ToolCall
    tool: Any
    state: Any
    runtime: Any

    def override(self, **changes: Any) -> ToolCallRequest:
        """Return a request with other values."""
        return replace(self, **changes)


class ToolCallWithContext(TypedDict):
    """One call for a task of its own: what an agent sends to its tools.

    Attributes:
        tool_call: The call.
        state: The state that it was made in.
    """

    tool_call: ToolCall
    __type: Literal["tool_call_with_context"]
    state: Any


ToolCallWrapper: TypeAlias = Callable[
    [ToolCallRequest, Callable[[ToolCallRequest], ToolMessage | Command[Any]]], ToolMessage | Command[Any]
]
"""Stands around each call of a tool: takes the request, and what executes one."""

AsyncToolCallWrapper: TypeAlias = Callable[
    [ToolCallRequest, Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]],
    Awaitable[ToolMessage | Command[Any]],
]
"""The same for async code."""
