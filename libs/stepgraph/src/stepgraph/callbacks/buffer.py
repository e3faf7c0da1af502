"""Chat messages as text, a line each, for handlers that only know models which complete text.

`stepgraph.messages.get_buffer_string`, which stands above, writes the same lines, with other words for who speaks where
it is told to, and refuses what nobody says. Here any object that is like a message will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

__all__ = ["buffer_string", "calls_of", "line_of"]

_SPEAKERS: Final = {"human": "Human", "ai": "AI", "system": "System", "tool": "Tool", "function": "Function"}


def buffer_string(messages: Sequence[Any]) -> str:
    """Return messages as text, one a line, each with who says it, and what a model wants called."""
    return "\n".join(line_of(message, _speaker(message)) for message in messages)


def line_of(message: Any, speaker: str) -> str:
    """Return a message as a line: who says it, its text, and what a model wants called."""
    return f"{speaker}: {getattr(message, 'text', message.content)}{calls_of(message) or ''}"


def calls_of(message: Any) -> Any:
    """Return the tool calls of a model's message, or the call of a function in the older form; of others nothing."""
    if message.type not in ("ai", "AIMessageChunk"):
        return None
    return getattr(message, "tool_calls", None) or getattr(message, "additional_kwargs", {}).get("function_call")


def _speaker(message: Any) -> str:
    kind = message.type.removesuffix("MessageChunk")
    kind = kind if kind == message.type else kind.lower()
    return str(message.role if kind == "chat" else _SPEAKERS.get(kind, kind))
