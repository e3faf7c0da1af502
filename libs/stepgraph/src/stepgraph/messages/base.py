"""Messages: what people, models and tools say to each other, as plain mutable objects that cost little to build.

Anything else with `type`, `content` and `id` is a message too: the engine looks at those attributes, never at a class.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

__all__ = [
    "AIMessage",
    "AIMessageChunk",
    "BaseMessage",
    "Content",
    "HumanMessage",
    "MessageLike",
    "RemoveMessage",
    "SystemMessage",
    "ToolMessage",
    "is_message",
    "with_id",
]

Content: TypeAlias = "str | list[str | dict[str, Any]]"


@runtime_checkable
class MessageLike(Protocol):
    """What the engine asks of a message."""

    type: str
    content: Any
    id: str | None


@dataclass
class BaseMessage:
    """A message.

    Attributes:
        content: Text, or a list of content blocks.
        id: Tells messages apart; a later one with the same id replaces the earlier.
        name: Who speaks, where a role has several speakers.
        additional_kwargs: What a provider said besides.
        response_metadata: How the message was made.
    """

    type: ClassVar[str] = "base"

    content: Content
    id: str | None = field(default=None, kw_only=True)
    name: str | None = field(default=None, kw_only=True)
    additional_kwargs: dict[str, Any] = field(default_factory=dict, kw_only=True)
    response_metadata: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def text(self) -> str:
        """The text of the content, its other blocks left out."""
        if isinstance(self.content, str):
            return self.content
        return "".join(block if isinstance(block, str) else str(block.get("text", "")) for block in self.content)


@dataclass
class HumanMessage(BaseMessage):
    """What a person says."""

    type: ClassVar[str] = "human"


@dataclass
class SystemMessage(BaseMessage):
    """What a model is told about its task."""

    type: ClassVar[str] = "system"


@dataclass
class AIMessage(BaseMessage):
    """What a model says.

    Attributes:
        tool_calls: The tools that it wants called, each with `name`, `args` and `id`.
    """

    type: ClassVar[str] = "ai"

    tool_calls: list[dict[str, Any]] = field(default_factory=list, kw_only=True)


@dataclass
class AIMessageChunk(AIMessage):
    """A part of what a model says; parts add up with `+`."""

    type: ClassVar[str] = "AIMessageChunk"

    def as_message(self) -> AIMessage:
        """Return the whole message that this chunk, or a sum of chunks, stands for."""
        return AIMessage(**{each.name: getattr(self, each.name) for each in fields(self)})

    def __add__(self, other: AIMessageChunk) -> AIMessageChunk:
        if not isinstance(other, AIMessageChunk):
            return NotImplemented
        return AIMessageChunk(
            _joined(self.content, other.content),
            id=self.id or other.id,
            name=self.name or other.name,
            additional_kwargs={**self.additional_kwargs, **other.additional_kwargs},
            response_metadata={**self.response_metadata, **other.response_metadata},
            tool_calls=[*self.tool_calls, *other.tool_calls],
        )


@dataclass
class ToolMessage(BaseMessage):
    """What a tool answered.

    Attributes:
        tool_call_id: The id of the call that it answers.
        artifact: A result for the program, which models do not see.
        status: Whether the call succeeded.
    """

    type: ClassVar[str] = "tool"

    tool_call_id: str = field(kw_only=True)
    artifact: Any = field(default=None, kw_only=True)
    status: Literal["success", "error"] = field(default="success", kw_only=True)


@dataclass(init=False)
class RemoveMessage(BaseMessage):
    """Removes the message with its id from a list that `add_messages` keeps."""

    type: ClassVar[str] = "remove"

    def __init__(self, id: str, **kwargs: Any) -> None:
        if "content" in kwargs:
            raise ValueError("RemoveMessage has no content; it takes the id of the message to remove")
        super().__init__("", id=id, **kwargs)


def is_message(candidate: object) -> bool:
    """Return whether something is a message: it has `type`, `content` and `id`."""
    return (
        hasattr(candidate, "content") and hasattr(candidate, "id") and isinstance(getattr(candidate, "type", None), str)
    )


def with_id(message: Any) -> str:
    """Return the id of a message, giving it one where it has none and can take one."""
    if message.id is None:
        identity = os.urandom(16).hex()
        try:
            message.id = identity
        except Exception:  # a frozen message of somebody else's stays as it is
            return identity
    return str(message.id)


def _joined(left: Content, right: Content) -> Content:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    parts: list[str | dict[str, Any]] = []
    for content in (left, right):
        if isinstance(content, list):
            parts += content
        elif content:
            parts.append(content)
    return parts
