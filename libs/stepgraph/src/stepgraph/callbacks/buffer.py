"""What chat messages look like as text, for handlers that only know models which complete text.

It looks as `stepgraph.messages.get_buffer_string` writes it, which stands above; here any object that is like a message
will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

__all__ = ["buffer_string"]

_SPEAKERS: Final = {"human": "Human", "ai": "AI", "system": "System", "tool": "Tool", "function": "Function"}


def buffer_string(messages: Sequence[Any]) -> str:
    """Return messages as text, one a line, each with who says it, and what a model wants called."""
    return "\n".join(map(_line, messages))


def _line(message: Any) -> str:
    kind = message.type.removesuffix("MessageChunk")
    kind = kind if kind == message.type else kind.lower()
    speaker = message.role if kind == "chat" else _SPEAKERS.get(kind, kind)
    calls: Any = ""
    if kind == "ai":
        calls = getattr(message, "tool_calls", None) or getattr(message, "additional_kwargs", {}).get(
            "function_call", ""
        )
    return f"{speaker}: {getattr(message, 'text', message.content)}{calls or ''}"
