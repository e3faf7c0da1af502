"""What chat messages look like as text, for handlers that only know models which complete text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

__all__ = ["buffer_string"]

_SPEAKERS: Final = {"human": "Human", "ai": "AI", "AIMessageChunk": "AI", "system": "System", "tool": "Tool"}


def buffer_string(messages: Sequence[Any]) -> str:
    """Return messages as text, one a line, each with who says it."""
    lines = ((_SPEAKERS.get(each.type, each.type), getattr(each, "text", each.content)) for each in messages)
    return "\n".join(f"{speaker}: {text}" for speaker, text in lines)
