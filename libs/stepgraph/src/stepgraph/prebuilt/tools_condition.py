"""tools_condition: where a graph goes after its model has spoken."""

from __future__ import annotations

from typing import Any, Literal

from stepgraph.prebuilt.tool_calls import answered_by, calls_of

__all__ = ["tools_condition"]


def tools_condition(state: Any, messages_key: str = "messages") -> Literal["tools", "__end__"]:
    """Return `"tools"` if the last message calls tools, else the end; for `add_conditional_edges`.

    Args:
        state: A dict or an object that has messages, or a list of messages.
        messages_key: Where the state has them.

    Raises:
        ValueError: There are no messages.
    """
    messages = answered_by(state, messages_key)
    return "tools" if calls_of(messages[-1]) else "__end__"
