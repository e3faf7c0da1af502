"""Forms: the types of what is a message, and of what stands for one."""

from __future__ import annotations

from typing import Any, TypeAlias

from stepgraph.messages.ai import AIMessage, AIMessageChunk
from stepgraph.messages.base import BaseMessage
from stepgraph.messages.chat import ChatMessage, ChatMessageChunk
from stepgraph.messages.function import FunctionMessage, FunctionMessageChunk
from stepgraph.messages.human import HumanMessage, HumanMessageChunk
from stepgraph.messages.system import SystemMessage, SystemMessageChunk
from stepgraph.messages.tool import ToolMessage, ToolMessageChunk

__all__ = ["AnyMessage", "MessageLikeRepresentation"]

AnyMessage: TypeAlias = (
    AIMessage
    | HumanMessage
    | ChatMessage
    | SystemMessage
    | FunctionMessage
    | ToolMessage
    | AIMessageChunk
    | HumanMessageChunk
    | ChatMessageChunk
    | SystemMessageChunk
    | FunctionMessageChunk
    | ToolMessageChunk
)
"""Any message, whole or a part of one."""

MessageLikeRepresentation: TypeAlias = BaseMessage | list[str] | tuple[str, Any] | str | dict[str, Any]
"""A message, or one of its short forms; see `convert_to_messages`."""
