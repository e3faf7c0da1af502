"""Messages: what people, models and tools say to each other."""

from stepgraph.messages.base import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    MessageLike,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    is_message,
)
from stepgraph.messages.coerce import convert_to_messages

__all__ = [
    "AIMessage",
    "AIMessageChunk",
    "BaseMessage",
    "HumanMessage",
    "MessageLike",
    "RemoveMessage",
    "SystemMessage",
    "ToolMessage",
    "convert_to_messages",
    "is_message",
]
