"""Blocks: a piece of a message's content as the API takes it, whatever form it has.

Blocks of the API's own pass through, without what a stream or another API has put on them; images, files and texts in
the form that all providers share, or in OpenAI's, are written anew. What the API would refuse for being empty is left
out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

__all__ = ["block_of", "call_block", "call_id", "texts_in"]

_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_IN_URL: Final = re.compile(r"data:(?P<media_type>[^;,]+);base64,(?P<data>.+)", re.DOTALL)

_KEPT: Final[dict[str, tuple[str, ...]]] = {
    "text": ("type", "text", "cache_control", "citations"),
    "thinking": ("type", "thinking", "signature", "cache_control"),
    "redacted_thinking": ("type", "data", "cache_control"),
    "server_tool_use": ("type", "id", "name", "input", "server_name", "cache_control"),
    "mcp_tool_use": ("type", "id", "name", "input", "server_name", "cache_control"),
    "tool_search_tool_result": ("type", "tool_use_id", "content", "cache_control"),
}
"""What the API takes back of its blocks; it may have said more."""

_RESULT: Final = ("type", "tool_use_id", "content", "is_error", "cache_control", "retrieved_at")
_DESCRIBED: Final = ("cache_control", "citations", "title", "context")
"""What may be said of an image or a document besides."""

_UNSENT: Final = ("function_call", "tool_call", "tool_call_chunk", "invalid_tool_call", "input_json_delta")
"""Calls in the forms of others: what is called stands in the message's `tool_calls`."""


def call_id(id: str | None) -> str | None:
    """Return the id of a call as the API takes it: those of other providers may have signs that it refuses."""
    if not id or _ID.fullmatch(id):
        return id
    return f"toolu_{hashlib.sha256(id.encode()).hexdigest()[:24]}"


def call_block(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call of a tool, or one that cannot be read, as a block."""
    return {"type": "tool_use", "id": call_id(call.get("id")), "name": call.get("name"), "input": _input(call, "args")}


def block_of(block: Any, calls: Mapping[Any, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a block as the API takes it, or nothing where it is not to be sent.

    Args:
        block: Text or a block.
        calls: The message's calls by id, which count, and not what the content says of them.

    Raises:
        ValueError: It has a form that the API has nothing for.
    """
    if isinstance(block, str):
        block = {"type": "text", "text": block}
    if not isinstance(block, Mapping) or "type" not in block:
        raise ValueError(f"a content block must be text, or a dict with a key 'type', got {block!r:.200}")
    if block["type"] == "non_standard" and isinstance(block.get("value"), Mapping):
        block = block["value"]
    kind = block["type"]
    if kind in _UNSENT:
        return
    if kind == "text":
        if block.get("text", "").strip():
            yield _text(block)
    elif kind == "reasoning":
        yield from _thought(block)
    elif kind == "tool_use":
        yield _called(block, calls)
    elif kind == "tool_result":
        yield _result(block)
    elif kind in ("image_url", "image", "file", "text-plain", "audio", "video") and "source" not in block:
        yield _data(block)
    else:
        yield _as_it_is(block)


def texts_in(content: str | Sequence[Any]) -> list[dict[str, Any]]:
    """Return the blocks of content that may have none but texts: that of system prompts.

    Raises:
        ValueError: There is something else.
    """
    found: list[dict[str, Any]] = []
    for block in [content] if isinstance(content, str) else content:
        for each in block_of(block, {}):
            if each["type"] != "text":
                raise ValueError(f"a system message to Anthropic's API holds text blocks, got one of {each['type']!r}")
            found.append(each)
    return found


def _as_it_is(block: Mapping[str, Any]) -> dict[str, Any]:
    kind = block["type"]
    kept = _KEPT.get(kind)
    if kept is None and kind.endswith("_tool_result") and kind != "advisor_tool_result":
        kept = _RESULT
    taken = {key: value for key, value in block.items() if key != "index" and (kept is None or key in kept)}
    if "tool_use_id" in taken:
        taken["tool_use_id"] = call_id(taken["tool_use_id"])
    if kind == "thinking":
        taken.setdefault("thinking", "")
    if kind in ("server_tool_use", "mcp_tool_use"):
        taken["input"] = _input(block, "input")
    return taken


def _text(block: Mapping[str, Any]) -> dict[str, Any]:
    taken = {key: block[key] for key in _KEPT["text"] if block.get(key) is not None}
    if "citations" in taken:
        taken["citations"] = [
            {key: value for key, value in each.items() if not (key == "file_id" and value is None)}
            for each in taken["citations"]
        ]
    return taken


def _thought(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a thought in the form that all providers share; without a signature it is another provider's."""
    signature = (block.get("extras") or {}).get("signature") or block.get("signature")
    if signature:
        yield {"type": "thinking", "thinking": block.get("reasoning") or "", "signature": signature}


def _called(block: Mapping[str, Any], calls: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    call = calls.get(block.get("id"))
    caller = block.get("caller")
    if call is None or caller:
        call = {"id": block.get("id"), "name": block.get("name"), "args": _input(block, "input")}
    more = {key: block[key] for key in ("cache_control", "caller", "toolset_name") if block.get(key)}
    return {**call_block(call), **more}


def _result(block: Mapping[str, Any]) -> dict[str, Any]:
    taken = {key: value for key, value in block.items() if key != "index"}
    taken["tool_use_id"] = call_id(block.get("tool_use_id"))
    content = block.get("content")
    if isinstance(content, list):
        taken["content"] = [each for part in content for each in block_of(part, {})]
    return taken


def _input(block: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the arguments of a call, those of a stream too, and none where they cannot be read."""
    given = block.get(name)
    if isinstance(given, Mapping) and (given or "partial_json" not in block):
        return dict(given)
    text = given if isinstance(given, str) else block.get("partial_json")
    try:
        read = json.loads(text or "{}")
    except (ValueError, TypeError):
        return {}
    return read if isinstance(read, dict) else {}


def _data(block: Mapping[str, Any]) -> dict[str, Any]:
    kind = block["type"]
    if kind == "image_url":
        given = block["image_url"]
        written: dict[str, Any] = {
            "type": "image",
            "source": _of_url(given if isinstance(given, str) else given["url"]),
        }
    elif kind in ("image", "file", "text-plain"):
        written = {"type": "image" if kind == "image" else "document", "source": _source(block)}
    else:
        raise ValueError(f"Anthropic's API takes texts, images and documents, got a content block of type {kind!r}")
    for source in (block.get("metadata") or {}, block.get("extras") or {}, block):
        written.update({key: source[key] for key in _DESCRIBED if key in source})
    return written


def _source(block: Mapping[str, Any]) -> dict[str, Any]:
    kind, usual = block["type"], "application/pdf"
    if kind == "text-plain" or block.get("source_type") == "text":
        return {"type": "text", "media_type": block.get("mime_type") or "text/plain", "data": block["text"]}
    inner = block.get("file")
    if isinstance(inner, Mapping):  # OpenAI's form
        inside = inner.get("file_data")
        return _of_url(inside) if inside else {"type": "file", "file_id": inner["file_id"]}
    if "url" in block:
        return _of_url(block["url"])
    data = block.get("base64") or (block.get("data") if block.get("source_type") == "base64" else None)
    if data is not None:
        media_type = block.get("mime_type") or (usual if kind == "file" else None)
        if media_type is None:
            raise ValueError("an image block with base64 data needs its 'mime_type', such as 'image/png'")
        return {"type": "base64", "media_type": media_type, "data": data}
    id = block.get("file_id") or (block.get("id") if block.get("source_type") == "id" else None)
    if id is not None:
        return {"type": "file", "file_id": id}
    raise ValueError(
        f"a content block of type {kind!r} needs one of 'url', 'base64' and 'file_id', got {sorted(block)}"
    )


def _of_url(url: str) -> dict[str, Any]:
    if found := _IN_URL.fullmatch(url):
        return {"type": "base64", **found.groupdict()}
    if url.startswith(("http://", "https://")):
        return {"type": "url", "url": url}
    raise ValueError(
        "the url of an image or file must begin with http:// or https://, or hold it: data:image/png;base64,…; "
        f"got {url!r:.60}"
    )
