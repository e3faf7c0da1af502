"""Tokens: how many there are in texts and messages, by tiktoken where it is installed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from stepgraph.messages import convert_to_messages
from stepgraph_openai.payload import as_dicts

__all__ = ["count_messages", "tokens_of"]

_AROUND: Final = 3
"""Tokens that each message, and the answer, begins with."""

_NEWER: Final = ("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "o1", "o3", "o4")
"""Models, by the start of their names, that read texts in the newer way."""


def tokens_of(text: str, model: str) -> list[int] | None:
    """Return the tokens of a text as a model reads it, `None` without tiktoken, or where it cannot fetch its tables."""
    try:
        tiktoken: Any = import_module("tiktoken")
    except ImportError:
        return None
    try:
        encoding = _encoding(tiktoken, model)
    except OSError:  # it has asked the network for them
        return None
    found: list[int] = encoding.encode(text, disallowed_special=())
    return found


def _encoding(tiktoken: Any, model: str) -> Any:
    try:
        return tiktoken.encoding_for_model(model)
    except KeyError:
        return tiktoken.get_encoding("o200k_base" if model.lower().startswith(_NEWER) else "cl100k_base")


def count_messages(model: Any, messages: Sequence[Any], tools: Sequence[Any] | None) -> int:
    """Return how many tokens messages, and the schemas of tools, have; roughly without tiktoken."""
    total = _AROUND
    for message in as_dicts(convert_to_messages(list(messages)), model.model_name):
        total += _AROUND + model.get_num_tokens(message["role"])
        if message.get("name"):
            total += 1 + model.get_num_tokens(message["name"])
        if "tool_call_id" in message:
            total += _AROUND
        total += sum(model.get_num_tokens(text) for text in _texts(message))
    if tools:
        from stepgraph.tools import convert_to_openai_tool  # noqa: PLC0415 - where there are tools

        total += sum(model.get_num_tokens(json.dumps(convert_to_openai_tool(tool))) for tool in tools)
    return total


def _texts(message: dict[str, Any]) -> list[str]:
    content = message.get("content") or ""
    blocks = [content] if isinstance(content, str) else content
    texts = [each if isinstance(each, str) else each.get("text") or "" for each in blocks]
    for call in message.get("tool_calls") or ():
        texts += [call["function"]["name"] or "", call["function"]["arguments"] or ""]
    return texts
