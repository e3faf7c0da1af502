"""Injecting: what a tool asks for besides the model's arguments, out of the state and the runtime of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgraph.errors import listed, nearest
from stepgraph.prebuilt.request import ToolCallRequest

__all__ = ["injected"]


def injected(request: ToolCallRequest, messages_key: str) -> dict[str, Any]:
    """Return the arguments of a tool call that no model gives.

    Raises:
        ValueError: The state lacks a key that the tool asks for, or the graph has no store.
    """
    found: dict[str, Any] = {}
    tool, runtime = request.tool, request.runtime
    for name, demand in tool.demands.items():
        if demand.kind == "state":
            found[name] = _of_state(request.state, demand.field, tool.name, messages_key)
        elif demand.kind == "tool_runtime":
            found[name] = runtime
        elif demand.kind == "store":
            if runtime.store is None:
                raise ValueError(
                    f"tool {tool.name!r} asks for the store as {name!r}, and the graph has none; compile it with "
                    "store=…"
                )
            found[name] = runtime.store
    return found


def _of_state(state: Any, field: str | None, tool: str, messages_key: str) -> Any:
    if isinstance(state, list):
        if field in (None, messages_key):
            return {messages_key: state} if field is None else state
        raise ValueError(
            f"tool {tool!r} asks for {field!r} of the state, and ToolNode was given a list of messages; give it the "
            "state"
        )
    if field is None:
        return state
    if isinstance(state, Mapping):
        if field not in state:
            raise ValueError(
                f"tool {tool!r} asks for {field!r} of the state{nearest(field, state)}; it has {listed(state)}"
            )
        return state[field]
    if not hasattr(state, field):
        raise ValueError(f"tool {tool!r} asks for {field!r} of the state, which {type(state).__name__} does not have")
    return getattr(state, field)
