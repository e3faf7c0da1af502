"""Answers: a whole message of the API, as the JSON that it is, read as `AIMessage`.

It has no id yet, for it gets that of its run; the API's is in `response_metadata`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from stepgraph.messages import AIMessage
from stepgraph.messages.tool_calls import parsed, tool_call, tool_call_chunk
from stepgraph_anthropic.usage import usage_of

__all__ = ["PROVIDER", "message_of", "without_nothing"]

PROVIDER: Final = "anthropic"

_SAID_ELSEWHERE: Final = ("content", "role", "type")


def message_of(answer: Mapping[str, Any]) -> AIMessage:
    """Return an answer that came whole. What is only text is text; else the content is the blocks of the API."""
    said = {key: value for key, value in answer.items() if key not in _SAID_ELSEWHERE}
    blocks = [without_nothing(block) for block in answer.get("content") or ()]
    content: Any = blocks
    if not blocks:
        content = ""
    elif len(blocks) == 1 and blocks[0].get("type") == "text" and not blocks[0].get("citations"):
        content = blocks[0]["text"]
    message = AIMessage(
        content,
        response_metadata={"model_provider": PROVIDER, **said, "model_name": said.get("model")},
        usage_metadata=usage_of(said.get("usage") or {}),
    )
    for block in blocks:
        if block.get("type") == "tool_use":
            _add_call(message, block)
    return message


def without_nothing(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of an answer without what it says to be nothing, which the API would not take back."""
    return {key: value for key, value in part.items() if value is not None}


def _add_call(message: AIMessage, block: dict[str, Any]) -> None:
    args = block.get("input")
    if isinstance(args, dict):
        message.tool_calls.append(tool_call(name=block["name"], args=args, id=block["id"]))
        return
    text = args if isinstance(args, str) else json.dumps(args)
    calls, invalid = parsed([tool_call_chunk(name=block["name"], args=text, id=block["id"])])
    message.tool_calls += calls
    message.invalid_tool_calls += invalid
