"""The tool calls in a state: who has messages, which calls the last answer made, which of them are still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stepgraph.errors import listed

__all__ = ["answered_by", "calls_of", "last_answer", "open_calls"]


def answered_by(state: Any, messages_key: str) -> Sequence[Any]:
    """Return the messages of a state.

    Raises:
        ValueError: It has none.
    """
    if isinstance(state, list):
        messages: Any = state
    elif isinstance(state, Mapping):
        messages = state.get(messages_key)
    else:
        messages = getattr(state, messages_key, None)
    if not messages:
        keys = f"the keys {listed(state)}" if isinstance(state, Mapping) else f"a {type(state).__name__}"
        raise ValueError(f"expected a state with messages under {messages_key!r}, or a list of messages, got {keys}")
    return messages  # type: ignore[no-any-return]


def last_answer(messages: Sequence[Any]) -> Any:
    """Return the last message that a model said, `None` where none did."""
    return next((each for each in reversed(messages) if each.type in ("ai", "AIMessageChunk")), None)


def calls_of(message: Any) -> list[Any]:
    """Return the tool calls of a message, those included whose arguments cannot be read: they want an answer, too."""
    unread = [call for call in getattr(message, "invalid_tool_calls", None) or () if call.get("name")]
    return [*(getattr(message, "tool_calls", None) or ()), *unread]


def open_calls(messages: Sequence[Any]) -> list[Any]:
    """Return the tool calls of the last answer to which no tool has answered yet."""
    answer = last_answer(messages)
    if answer is None:
        return []
    done = {each.tool_call_id for each in messages if each.type == "tool"}
    return [call for call in calls_of(answer) if call["id"] not in done]
