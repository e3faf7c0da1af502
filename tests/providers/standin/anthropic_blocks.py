"""What Anthropic refuses in a content block."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.providers.standin.endpoint import Refused

ID = re.compile(r"[a-zA-Z0-9_-]+")
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
# What a block of each type must have, and its members' types.
FIELDS: dict[str, dict[str, type]] = {
    "text": {"text": str},
    "image": {"source": dict},
    "document": {"source": dict},
    "tool_use": {"id": str, "name": str, "input": dict},
    "tool_result": {"tool_use_id": str},
    "thinking": {"thinking": str, "signature": str},
    "redacted_thinking": {"data": str},
    "search_result": {"source": str, "title": str, "content": list},
    "server_tool_use": {"id": str, "name": str, "input": dict},
    "web_search_tool_result": {"tool_use_id": str},
}
# What a block may have besides, where the stand-in knows all of it.
MORE = {
    "text": {"type", "text", "cache_control", "citations"},
    "tool_use": {"type", "id", "name", "input", "cache_control", "caller"},
    "tool_result": {"type", "tool_use_id", "content", "is_error", "cache_control"},
    "image": {"type", "source", "cache_control"},
    "thinking": {"type", "thinking", "signature"},
    "redacted_thinking": {"type", "data"},
}
OF_USER = {"text", "image", "document", "tool_result", "search_result"}
OF_ASSISTANT = {"text", "tool_use", "thinking", "redacted_thinking", "server_tool_use", "web_search_tool_result"}
WORDS: dict[type, str] = {str: "string", dict: "dictionary", list: "list"}


def check_block(block: Any, role: str, where: str) -> None:
    """Raise `Refused` for a block that this role may not say, or that is not whole."""
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in FIELDS:
        raise Refused(f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags")
    if kind not in (OF_USER if role == "user" else OF_ASSISTANT):
        raise Refused(f"{where}: `{kind}` blocks are not permitted in messages of role '{role}'")
    for name, wanted in FIELDS[kind].items():
        if name not in block:
            raise Refused(f"{where}.{kind}.{name}: Field required")
        if not isinstance(block[name], wanted):
            raise Refused(f"{where}.{kind}.{name}: Input should be a valid {WORDS[wanted]}")
    for name in block:
        if kind in MORE and name not in MORE[kind]:
            raise Refused(f"{where}.{kind}.{name}: Extra inputs are not permitted")
    _check_inside(block, kind, where)


def _check_inside(block: Mapping[str, Any], kind: str, where: str) -> None:
    if kind == "text" and not block["text"]:
        raise Refused("messages: text content blocks must be non-empty")
    if kind == "text" and not block["text"].strip():
        raise Refused("messages: text content blocks must contain non-whitespace text")
    if kind == "image":
        _check_image(block["source"], f"{where}.image.source")
    if kind == "tool_use" and not ID.fullmatch(block["id"]):
        raise Refused(f"{where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    if kind == "tool_result" and isinstance(block.get("content"), list):
        for at, part in enumerate(block["content"]):
            check_block(part, "user", f"{where}.tool_result.content.{at}")


def _check_image(source: Mapping[str, Any], where: str) -> None:
    kind = source.get("type")
    if kind == "url" and str(source.get("url", "")).startswith(("https://", "http://")):
        return
    if kind == "file" and source.get("file_id"):
        return
    if kind != "base64":
        raise Refused(f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags")
    if source.get("media_type") not in IMAGES:
        raise Refused(f"{where}.base64.media_type: Input should be {', '.join(map(repr, IMAGES))}")
    try:
        whole = bool(base64.b64decode(source.get("data", ""), validate=True))
    except (ValueError, TypeError):
        whole = False
    if not whole:
        raise Refused(f"{where}.base64: invalid base64 data")


def cached_blocks(body: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return, for every block with `cache_control`, all that stands before it and itself."""
    before: list[Any] = []
    found = []
    for block in _blocks(body):
        before.append({name: value for name, value in block.items() if name != "cache_control"})
        if block.get("cache_control"):
            found.append(tuple(before))
    return found


def _blocks(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from body.get("tools") or ()
    contents = [body.get("system"), *(message["content"] for message in body["messages"])]
    for content in contents:
        if isinstance(content, str):
            yield {"type": "text", "text": content}
        elif content:
            yield from content
