"""Names are found where programs look for them, and nothing is loaded that nobody asked for."""

import subprocess
import sys
from importlib import import_module

import pytest

from stepgraph import messages

PATHS = {
    "ai": "AIMessage AIMessageChunk InputTokenDetails OutputTokenDetails UsageMetadata add_ai_message_chunks "
    "add_usage subtract_usage",
    "base": "BaseMessage BaseMessageChunk TextAccessor get_msg_title_repr merge_content message_to_dict "
    "messages_to_dict",
    "chat": "ChatMessage ChatMessageChunk",
    "function": "FunctionMessage FunctionMessageChunk",
    "human": "HumanMessage HumanMessageChunk",
    "modifier": "RemoveMessage",
    "notification": "NotificationMetadata add_notification_metadata get_notification_metadata",
    "system": "SystemMessage SystemMessageChunk",
    "tool": "InvalidToolCall ToolCall ToolCallChunk ToolMessage ToolMessageChunk ToolOutputMixin "
    "default_tool_chunk_parser default_tool_parser invalid_tool_call tool_call tool_call_chunk",
    "content": "KNOWN_BLOCK_TYPES Annotation ContentBlock DataContentBlock TextContentBlock create_text_block "
    "is_data_content_block",
    "utils": "AnyMessage MessageLikeRepresentation convert_to_messages convert_to_openai_messages "
    "count_tokens_approximately filter_messages get_buffer_string merge_message_runs message_chunk_to_message "
    "messages_from_dict trim_messages",
    "block_translators.openai": "convert_to_openai_data_block convert_to_openai_image_block",
}


@pytest.mark.parametrize("path", PATHS)
def test_paths(path: str):
    module = import_module(f"stepgraph.messages.{path}")
    assert [name for name in PATHS[path].split() if not hasattr(module, name)] == []


def test_the_door():
    assert [name for name in messages.__all__ if not hasattr(messages, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        messages.nothing  # noqa: B018


def test_messages_alone_load_little():
    code = "import sys, stepgraph.messages as m; m.AIMessageChunk('x') + m.AIMessageChunk('y'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"pydantic", "pydantic_core", "xml", "uuid"} & set(loaded.split())
    asked_for = ("blocks", "buffer", "content", "counting", "openai_form", "selecting", "trimming")
    assert not {f"stepgraph.messages.{name}" for name in asked_for} & set(loaded.split())
