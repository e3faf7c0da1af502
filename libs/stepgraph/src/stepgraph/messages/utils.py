"""Where programs look for what is done to messages."""

from stepgraph.messages.base import message_chunk_to_message
from stepgraph.messages.buffer import get_buffer_string
from stepgraph.messages.coerce import convert_to_messages, messages_from_dict
from stepgraph.messages.counting import count_tokens_approximately
from stepgraph.messages.forms import AnyMessage, MessageLikeRepresentation
from stepgraph.messages.openai_form import convert_to_openai_messages
from stepgraph.messages.selecting import filter_messages, merge_message_runs
from stepgraph.messages.trimming import trim_messages

__all__ = [
    "AnyMessage",
    "MessageLikeRepresentation",
    "convert_to_messages",
    "convert_to_openai_messages",
    "count_tokens_approximately",
    "filter_messages",
    "get_buffer_string",
    "merge_message_runs",
    "message_chunk_to_message",
    "messages_from_dict",
    "trim_messages",
]
