"""Payload: messages as OpenAI's chat completions take them. Nothing here waits, and nothing here is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from mimetypes import guess_extension
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.messages.ended import has_blocks
from stepgraph.messages.likeness import kind_of

__all__ = ["arguments_of", "as_block", "as_dict", "as_dicts"]

_ROLES: Final = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "function"}
"""Kinds of messages, and what OpenAI calls them."""

_LEFT_OUT: Final = frozenset(
    {
        *("tool_use", "thinking", "redacted_thinking", "reasoning", "reasoning_content", "function_call"),
        *("code_interpreter_call", "tool_call", "tool_call_chunk", "invalid_tool_call", "input_json_delta"),
        *("server_tool_call", "server_tool_call_chunk", "server_tool_result", "non_standard"),
        *("web_search_call", "file_search_call", "computer_call", "custom_tool_call", "mcp_call", "mcp_list_tools"),
        *("mcp_approval_request", "tool_search_call", "tool_search_output", "compaction", "shell_call"),
    }
)
"""Blocks of a model's answer that are said elsewhere in the request, or are nobody's but their provider's."""

_REASONING: Final = re.compile(r"^o\d")
"""Models that call their instructions those of the developer."""


def as_dicts(messages: Sequence[Any], model: str) -> list[dict[str, Any]]:
    """Return messages as a model takes them; messages of others, with the same attributes, may be among them.

    Raises:
        ValueError: A message is of a kind, or has a block, that cannot be sent.
    """
    found = [as_dict(message) for message in messages]
    if _REASONING.match(model):
        for each in found:
            if each["role"] == "system":
                each["role"] = "developer"
    return found


def as_dict(message: Any) -> dict[str, Any]:
    """Return a message as OpenAI takes it; see `as_dicts`."""
    kind = kind_of(message)
    role = message.role if kind == "chat" else _ROLES.get(kind)
    if role is None:
        raise ValueError(f"a message of type {message.type!r} cannot be sent to OpenAI; send {listed(_ROLES)}")
    if role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": _content(message.content, role)}
    extras = getattr(message, "additional_kwargs", None) or {}
    content = _said(message.content) if kind == "ai" and has_blocks(message) else _content(message.content, role)
    found: dict[str, Any] = {"role": role, "content": content}
    name = getattr(message, "name", None) or extras.get("name")
    if name is not None:
        found["name"] = name
    if role == "system":
        found["role"] = extras.get("__openai_role__", "system")
    elif kind == "ai":
        _answer(message, extras, found)
    return found


def _answer(message: Any, extras: Mapping[str, Any], found: dict[str, Any]) -> None:
    """Add what only a model says: calls, sound, a refusal."""
    wanted = [*(getattr(message, "tool_calls", None) or ()), *(getattr(message, "invalid_tool_calls", None) or ())]
    calls = [_call(each) for each in wanted]
    if calls:
        found["tool_calls"] = calls
    elif extras.get("tool_calls"):
        found["tool_calls"] = [
            {key: value for key, value in each.items() if key in ("id", "type", "function")}
            for each in extras["tool_calls"]
        ]
    elif extras.get("function_call"):
        found["function_call"] = extras["function_call"]
    audio = extras.get("audio") or _spoken(message.content)
    if audio:
        found["audio"] = {"id": audio["id"]} if "id" in audio else audio
    if not found["content"]:
        if extras.get("refusal"):
            found["refusal"] = extras["refusal"]
        said = found.keys() & {"tool_calls", "function_call", "audio", "refusal"}
        found["content"] = None if said else ""


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": arguments_of(call)}
    return {"type": "function", "id": call["id"], "function": function}


def arguments_of(call: Mapping[str, Any]) -> str:
    """Return the arguments of a call as OpenAI takes them: those that cannot be read are text as they are."""
    args = call["args"]
    return args if isinstance(args, str) else json.dumps(args or {}, ensure_ascii=False)


def _spoken(content: Any) -> dict[str, Any] | None:
    blocks = content if isinstance(content, list) else ()
    return next((each for each in blocks if isinstance(each, dict) and each.get("type") == "audio"), None)


# Content.


def _content(content: Any, role: str) -> Any:
    if isinstance(content, str):
        return content
    if not isinstance(content, (list, tuple)):
        return json.dumps(content, ensure_ascii=False, default=str)
    blocks = [{"type": "text", "text": each} if isinstance(each, str) else each for each in content]
    if role == "assistant":
        blocks = [each for each in blocks if each.get("type") not in ("audio", "image_generation_call")]
    return [as_block(each) for each in blocks if each.get("type") not in _LEFT_OUT]


def _said(blocks: Sequence[Mapping[str, Any]]) -> Any:
    """Return what a model said, of blocks of the form that all providers share: text where it is one text."""
    inside = [each.get("value") or each for each in blocks]
    parts = [as_block(each) for each in inside if each.get("type") == "text"]
    parts += [{"type": "refusal", "refusal": each["refusal"]} for each in inside if each.get("type") == "refusal"]
    return parts[0]["text"] if len(parts) == 1 and parts[0].keys() == {"type", "text"} else parts


def as_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block as OpenAI words it; what is not known is sent as it is."""
    kind = block.get("type")
    if kind == "text" and "text" in block:
        return _marked(block, {"type": "text", "text": block["text"]})
    if kind == "image_url" and isinstance(block.get("image_url"), str):
        return {"type": "image_url", "image_url": {"url": block["image_url"]}}
    word = _WORDS.get(kind or "")
    if word is None or (kind in block and kind != "text"):
        return dict(block)
    return _marked(block, word(block))


def _marked(block: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Keep the mark that says up to where a prompt shall be cached."""
    for place in (block, block.get("extras") or {}):
        if "prompt_cache_breakpoint" in place:
            return {**found, "prompt_cache_breakpoint": place["prompt_cache_breakpoint"]}
    return found


def _image(block: Mapping[str, Any]) -> dict[str, Any]:
    url = _url(block) or _as_url(block, "an image", "image/png, for example")
    image = {"url": url}
    detail = _aside(block, "detail")
    return {"type": "image_url", "image_url": {**image, "detail": detail} if detail else image}


def _audio(block: Mapping[str, Any]) -> dict[str, Any]:
    data, kind = _data(block), _mime(block)
    if not data or not kind:
        raise ValueError(f"audio for OpenAI needs base64 and mime_type, got a block with the keys {listed(block)}")
    return {"type": "input_audio", "input_audio": {"data": data, "format": kind.rpartition("/")[2]}}


def _file(block: Mapping[str, Any]) -> dict[str, Any]:
    if block.get("source_type") == "text" or block.get("type") == "text-plain":
        return {"type": "text", "text": block.get("text") or block.get("url") or ""}
    known = block.get("file_id") or (block.get("id") if block.get("source_type") == "id" else None)
    if known:
        return {"type": "file", "file": {"file_id": known}}
    if _url(block):
        raise ValueError("OpenAI's chat completions take no file by its address; read it and give base64 and mime_type")
    name = _aside(block, "filename") or _aside(block, "name") or f"file{guess_extension(_mime(block) or '') or ''}"
    data = _as_url(block, "a file", "application/pdf, for example")
    return {"type": "file", "file": {"file_data": data, "filename": name}}


_WORDS: Final = {"image": _image, "audio": _audio, "file": _file, "text-plain": _file, "document": _file}
"""Blocks of stepgraph, LangChain and Anthropic that OpenAI has other words for."""


def _source(block: Mapping[str, Any]) -> Mapping[str, Any]:
    source = block.get("source")
    return source if isinstance(source, Mapping) else {}


def _url(block: Mapping[str, Any]) -> Any:
    return block.get("url") or _source(block).get("url")


def _data(block: Mapping[str, Any]) -> Any:
    return block.get("base64") or block.get("data") or _source(block).get("data")


def _mime(block: Mapping[str, Any]) -> Any:
    return block.get("mime_type") or _source(block).get("media_type")


def _as_url(block: Mapping[str, Any], what: str, example: str) -> str:
    data, kind = _data(block), _mime(block)
    if not data or not kind:
        raise ValueError(
            f"{what} for OpenAI needs an address (url), or base64 and mime_type ({example}); "
            f"got a block with the keys {listed(block)}"
        )
    return f"data:{kind};base64,{data}"


def _aside(block: Mapping[str, Any], name: str) -> Any:
    """Return what is said beside a block, in any of the places where it is said."""
    places = (block, block.get("extras") or {}, block.get("metadata") or {})
    return next((place[name] for place in places if place.get(name)), None)
