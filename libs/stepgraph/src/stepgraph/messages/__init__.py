"""Messages: what people, models and tools say to each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stepgraph.messages.ai import AIMessage, AIMessageChunk, InputTokenDetails, OutputTokenDetails, UsageMetadata
from stepgraph.messages.base import (
    BaseMessage,
    BaseMessageChunk,
    merge_content,
    message_chunk_to_message,
    message_to_dict,
    messages_to_dict,
)
from stepgraph.messages.chat import ChatMessage, ChatMessageChunk
from stepgraph.messages.coerce import convert_to_messages, messages_from_dict
from stepgraph.messages.forms import AnyMessage, MessageLikeRepresentation
from stepgraph.messages.function import FunctionMessage, FunctionMessageChunk
from stepgraph.messages.human import HumanMessage, HumanMessageChunk
from stepgraph.messages.likeness import LC_AUTO_PREFIX, LC_ID_PREFIX, MessageLike, ensure_id, is_message
from stepgraph.messages.remove import RemoveMessage
from stepgraph.messages.system import SystemMessage, SystemMessageChunk
from stepgraph.messages.tool import ToolMessage, ToolMessageChunk
from stepgraph.messages.tool_calls import InvalidToolCall, ToolCall, ToolCallChunk

if TYPE_CHECKING:
    from stepgraph.messages.block_translators.openai import convert_to_openai_data_block, convert_to_openai_image_block
    from stepgraph.messages.block_types import (
        Annotation,
        AudioContentBlock,
        Citation,
        ContentBlock,
        DataContentBlock,
        FileContentBlock,
        ImageContentBlock,
        NonStandardAnnotation,
        NonStandardContentBlock,
        PlainTextContentBlock,
        ReasoningContentBlock,
        ServerToolCall,
        ServerToolCallChunk,
        ServerToolResult,
        TextContentBlock,
        VideoContentBlock,
    )
    from stepgraph.messages.buffer import get_buffer_string
    from stepgraph.messages.content import is_data_content_block
    from stepgraph.messages.counting import count_tokens_approximately
    from stepgraph.messages.notification import (
        NotificationMetadata,
        add_notification_metadata,
        get_notification_metadata,
    )
    from stepgraph.messages.openai_form import convert_to_openai_messages
    from stepgraph.messages.selecting import filter_messages, merge_message_runs
    from stepgraph.messages.trimming import trim_messages

__all__ = [
    "LC_AUTO_PREFIX",
    "LC_ID_PREFIX",
    "AIMessage",
    "AIMessageChunk",
    "Annotation",
    "AnyMessage",
    "AudioContentBlock",
    "BaseMessage",
    "BaseMessageChunk",
    "ChatMessage",
    "ChatMessageChunk",
    "Citation",
    "ContentBlock",
    "DataContentBlock",
    "FileContentBlock",
    "FunctionMessage",
    "FunctionMessageChunk",
    "HumanMessage",
    "HumanMessageChunk",
    "ImageContentBlock",
    "InputTokenDetails",
    "InvalidToolCall",
    "MessageLike",
    "MessageLikeRepresentation",
    "NonStandardAnnotation",
    "NonStandardContentBlock",
    "NotificationMetadata",
    "OutputTokenDetails",
    "PlainTextContentBlock",
    "ReasoningContentBlock",
    "RemoveMessage",
    "ServerToolCall",
    "ServerToolCallChunk",
    "ServerToolResult",
    "SystemMessage",
    "SystemMessageChunk",
    "TextContentBlock",
    "ToolCall",
    "ToolCallChunk",
    "ToolMessage",
    "ToolMessageChunk",
    "UsageMetadata",
    "VideoContentBlock",
    "add_notification_metadata",
    "convert_to_messages",
    "convert_to_openai_data_block",
    "convert_to_openai_image_block",
    "convert_to_openai_messages",
    "count_tokens_approximately",
    "ensure_id",
    "filter_messages",
    "get_buffer_string",
    "get_notification_metadata",
    "is_data_content_block",
    "is_message",
    "merge_content",
    "merge_message_runs",
    "message_chunk_to_message",
    "message_to_dict",
    "messages_from_dict",
    "messages_to_dict",
    "trim_messages",
]

_PLACES: Final = {
    "Annotation": "block_types",
    "AudioContentBlock": "block_types",
    "Citation": "block_types",
    "ContentBlock": "block_types",
    "DataContentBlock": "block_types",
    "FileContentBlock": "block_types",
    "ImageContentBlock": "block_types",
    "NonStandardAnnotation": "block_types",
    "NonStandardContentBlock": "block_types",
    "NotificationMetadata": "notification",
    "PlainTextContentBlock": "block_types",
    "ReasoningContentBlock": "block_types",
    "ServerToolCall": "block_types",
    "ServerToolCallChunk": "block_types",
    "ServerToolResult": "block_types",
    "TextContentBlock": "block_types",
    "VideoContentBlock": "block_types",
    "add_notification_metadata": "notification",
    "convert_to_openai_data_block": "block_translators.openai",
    "convert_to_openai_image_block": "block_translators.openai",
    "convert_to_openai_messages": "openai_form",
    "count_tokens_approximately": "counting",
    "filter_messages": "selecting",
    "get_buffer_string": "buffer",
    "get_notification_metadata": "notification",
    "is_data_content_block": "content",
    "merge_message_runs": "selecting",
    "trim_messages": "trimming",
}
"""The module of each name, which is imported when somebody asks for it: a graph has no use for them."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"stepgraph.messages.{_PLACES[name]}"), name)
    return found
