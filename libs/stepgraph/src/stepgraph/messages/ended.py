"""Ended: blocks of the one form as they are once no more of the message is to come.

While it was streamed there were fragments of calls among them. The invariant: a call among the blocks is the call that
the message has under the same id; one that cannot be read is an invalid call there and here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stepgraph.messages.tool_calls import parsed

__all__ = ["ended_blocks", "has_blocks"]


def has_blocks(message: Any) -> bool:
    """Return whether the content of a message, maybe one of others, is blocks of the one form, as the message says."""
    about = getattr(message, "response_metadata", None) or {}
    return about.get("output_version") == "v1" and isinstance(message.content, list)


def ended_blocks(content: Sequence[Any], calls: Sequence[Any], invalid: Sequence[Any]) -> list[Any]:
    """Return blocks whose fragments of calls are calls; what is only the rest of a call stays what it is.

    Args:
        content: The blocks.
        calls: The calls of the message.
        invalid: Those that cannot be read.
    """
    known = {call["id"]: call for call in (*invalid, *calls) if call["id"]}
    whole = {block.get("id") for block in content if _kind(block) == "tool_call"} - {None}
    told_once = (block for block in content if _kind(block) != "tool_call_chunk" or block.get("id") not in whole)
    return [_whole(block, known) if isinstance(block, dict) else block for block in told_once]


def _kind(block: Any) -> Any:
    return block.get("type") if isinstance(block, dict) else None


def _whole(block: dict[str, Any], known: Mapping[str, Any]) -> Any:
    kind = block.get("type")
    is_rest = not block.get("id") and not block.get("name")
    if kind == "tool_call_chunk" and not is_rest:
        call = known.get(block.get("id") or "") or _read(block)
        return {**call, "extras": block["extras"]} if "extras" in block else dict(call)
    args = block.get("args") or "{}"
    if kind in ("server_tool_call", "server_tool_call_chunk") and isinstance(args, str) and not is_rest:
        try:
            found = json.loads(args)
        except ValueError:
            return block
        if isinstance(found, dict):
            return {**block, "type": "server_tool_call", "args": found}
    return block


def _read(block: Any) -> Any:
    calls, invalid = parsed([block])
    return (calls or invalid)[0]
