"""ChatMessage: what somebody says whose role has no class of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from stepgraph.messages.base import BaseMessage, BaseMessageChunk

__all__ = ["ChatMessage", "ChatMessageChunk"]


@dataclass(init=False, repr=False)
class ChatMessage(BaseMessage):
    """What somebody says whose role has no class of its own.

    Attributes:
        role: The role.
    """

    type: str = field(default="chat", init=False, repr=False, compare=False)

    role: str = field(kw_only=True)

    def __init__(self, content: Any = None, content_blocks: Any = None, *, role: str, **given: Any) -> None:
        super().__init__(content, content_blocks, **given)
        self.role = role


@dataclass(init=False, repr=False)
class ChatMessageChunk(ChatMessage, BaseMessageChunk):
    """A part of what somebody says; parts of one role add up with `+`."""

    type: str = field(default="ChatMessageChunk", init=False, repr=False, compare=False)
    _agree: ClassVar[tuple[str, ...]] = ("role",)
