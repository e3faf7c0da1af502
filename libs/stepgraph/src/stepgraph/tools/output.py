"""Output: what a tool returned, as its caller gets it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from stepgraph.messages import ToolMessage
from stepgraph.types import Command

__all__ = ["answer", "content_and_artifact"]

_BLOCKS: Final = frozenset(
    {"custom_tool_call_output", "document", "file", "image", "image_url", "json", "search_result", "text"}
)
"""The types of blocks that the content of a tool's message may have."""

_ANSWERS: Final = (ToolMessage, Command)


def answer(
    content: Any, artifact: Any, tool_call_id: str | None, name: str, status: Literal["success", "error"]
) -> Any:
    """Return what the caller gets: the answer to a tool call as a message, any other as it is.

    Messages and commands that the tool made itself are handed on, and so are lists of these.
    """
    if tool_call_id is None:
        return content
    if not isinstance(content, str):
        if _is_answer(content):
            return content
        if isinstance(content, list) and content and all(_is_answer(each) for each in content):
            return content
        content = _as_content(content)
    return ToolMessage(content, artifact=artifact, tool_call_id=tool_call_id, name=name, status=status)


def content_and_artifact(response: Any, name: str) -> tuple[Any, Any]:
    """Take apart what a tool with both returned.

    Raises:
        ValueError: It is not a pair.
    """
    if isinstance(response, tuple) and len(response) == 2:
        return response
    came = f"a tuple of {len(response)}" if isinstance(response, tuple) else type(response).__name__
    raise ValueError(
        f"tool {name!r} has response_format='content_and_artifact', so it must return a tuple (content, artifact), got "
        f"{came}; return both, or leave response_format out"
    )


def _is_answer(value: Any) -> bool:
    """Return whether a tool made its answer itself; those of other packages have a base that says so."""
    return isinstance(value, _ANSWERS) or any(cls.__name__ == "ToolOutputMixin" for cls in type(value).__mro__)


def _as_content(value: Any) -> Any:
    """Return content for a message: blocks as they are, anything else as JSON, or as it is shown."""
    is_list = isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray))
    if is_list and all(_is_block(each) for each in value):
        return list(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except Exception:  # whatever JSON does not know is shown
        return str(value)


def _is_block(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Mapping) and value.get("type") in _BLOCKS)
