"""Items: messages as OpenAI's Responses API takes them. Nothing here waits, and nothing here is asked.

A conversation is a list of items: what was said, what the model thought, what it called and what came of that. An
answer of the API has them as the blocks of its content, and they go back as they came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.messages.ended import has_blocks
from stepgraph.messages.likeness import kind_of
from stepgraph_openai.payload import arguments_of, as_block
from stepgraph_openai.responses.forms import in_their_form, is_of_others, of_others

__all__ = ["as_items"]

_ROLES: Final = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}

_OWN: Final = frozenset(
    {
        *("apply_patch_call", "apply_patch_call_output", "code_interpreter_call", "compaction", "computer_call"),
        *("custom_tool_call", "file_search_call", "function_call", "local_shell_call", "local_shell_call_output"),
        *("mcp_approval_request", "mcp_call", "mcp_list_tools", "program", "program_output", "shell_call"),
        *("shell_call_output", "tool_search_call", "tool_search_output", "web_search_call"),
    }
)
"""Blocks of an answer that are items as they are; those of other providers are left out."""

_OF_USERS: Final = frozenset(
    {
        *("additional_tools", "apply_patch_call_output", "configuration_update", "mcp_approval_response"),
        *("computer_call_output", "item_reference", "tool_search_output"),
    }
)
"""Blocks of what others say that are items of their own."""

_GIVEN: Final = (
    *("text", "image", "image_url", "file", "text-plain", "document"),
    *("input_text", "input_image", "input_file"),
)
"""Blocks of what a tool gave that are sent as parts."""


def as_items(messages: Sequence[Any], *, is_stored: bool = True) -> list[dict[str, Any]]:
    """Return messages as items; messages of others, with the same attributes, may be among them.

    Args:
        messages: The messages.
        is_stored: Whether OpenAI stores what it answers, so that items may be named by their ids.

    Raises:
        ValueError: A message is of a kind, or has a block, that cannot be sent.
    """
    items: list[dict[str, Any]] = []
    for message in messages:
        kind = kind_of(message)
        role = message.role if kind == "chat" else _ROLES.get(kind)
        if role is None:
            raise ValueError(
                f"a message of type {message.type!r} cannot be sent to OpenAI's Responses API; send {listed(_ROLES)}"
            )
        if role == "tool":
            items.append(_result(message, items))
        elif role == "assistant":
            items += _answer(message, is_stored)
        else:
            extras = getattr(message, "additional_kwargs", None) or {}
            named = extras.get("__openai_role__") if role == "system" else None
            items += _said(message.content, named or role)
    return items


# What others say.


def _said(content: Any, role: str) -> Iterator[dict[str, Any]]:
    if isinstance(content, str):
        yield {"type": "message", "role": role, "content": content}
        return
    blocks = [_opened(each) for each in content]
    yield from (dict(each) for each in blocks if each.get("type") in _OF_USERS)
    parts = [_part(each) for each in blocks if each.get("type") not in _OF_USERS]
    if parts:
        yield {"type": "message", "role": role, "content": parts}


def _opened(block: Any) -> Any:
    """Return a block as it is inside, where it is wrapped as one that has no standard form."""
    if isinstance(block, str):
        return {"type": "text", "text": block}
    is_wrapped = block.get("type") == "non_standard" and isinstance(block.get("value"), Mapping)
    return block["value"] if is_wrapped else block


def _part(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a message; what is not known is sent as it is."""
    kind = block.get("type")
    if kind == "image" and block.get("file_id"):
        return {"type": "input_image", "file_id": block["file_id"]}
    source = block.get("source")
    url = block.get("url") or (source.get("url") if isinstance(source, Mapping) else None)
    if kind in ("file", "document") and url:
        return {"type": "input_file", "file_url": url}
    found = as_block(block)
    marked = {key: found[key] for key in ("prompt_cache_breakpoint",) if key in found}
    kind = found.get("type")
    if kind == "text":
        return {"type": "input_text", "text": found["text"], **marked}
    if kind == "image_url":
        image = found["image_url"]
        detail = {"detail": image["detail"]} if image.get("detail") else {}
        return {"type": "input_image", "image_url": image["url"], **detail, **marked}
    if kind == "file" and isinstance(found.get("file"), Mapping):
        return {"type": "input_file", **found["file"], **marked}
    return _plain(found)


# What tools say.


def _result(message: Any, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    content, id = message.content, message.tool_call_id
    extras = getattr(message, "additional_kwargs", None) or {}
    blocks = [] if isinstance(content, str) else [_opened(each) for each in content]
    seen = _screen(content, blocks) if extras.get("type") == "computer_call_output" else None
    for block in blocks:
        if block.get("type") == "custom_tool_call_output":
            return {"type": "custom_tool_call_output", "call_id": id, "output": block.get("output") or ""}
        if block.get("type") == "computer_call_output":
            seen = block.get("output")
    if seen is not None:
        checks = extras.get("acknowledged_safety_checks")
        told = {"acknowledged_safety_checks": checks} if checks is not None else {}
        return {"type": "computer_call_output", "call_id": id, "output": seen, **told}
    is_custom = any(each.get("type") == "custom_tool_call" and each.get("call_id") == id for each in before)
    kind = "custom_tool_call_output" if is_custom else "function_call_output"
    return {"type": kind, "call_id": id, "output": content if isinstance(content, str) else _output(content, blocks)}


def _screen(content: Any, blocks: Sequence[Mapping[str, Any]]) -> Any:
    """Return the picture of a screen: a URL, or the first image."""
    if isinstance(content, str):
        return {"type": "input_image", "image_url": content}
    return next((_plain(each) for each in blocks if each.get("type") == "input_image"), None)


def _output(content: Any, blocks: Sequence[Mapping[str, Any]]) -> Any:
    """Return what a tool gave: parts where all of it is text, images and files, else JSON."""
    parts = [_part(each) if each.get("type") in _GIVEN else None for each in blocks]
    if None in parts:
        return json.dumps(content, ensure_ascii=False, default=str)
    return parts or ""


# What a model says.


def _answer(message: Any, is_stored: bool) -> Iterator[dict[str, Any]]:
    calls = [*(getattr(message, "tool_calls", None) or ()), *(getattr(message, "invalid_tool_calls", None) or ())]
    told: set[str] = set()
    content = message.content
    refusal = (getattr(message, "additional_kwargs", None) or {}).get("refusal")
    if has_blocks(message) and not content and refusal:  # as the chat completions say it
        content = [{"type": "refusal", "refusal": refusal}]
    if isinstance(content, str):
        if content or not calls:
            yield {"type": "message", "role": "assistant", "content": [_said_by_model({"text": content})]}
    else:
        blocks = in_their_form(of_others(content) if is_of_others(message) else content, calls)
        for item in _items(blocks, is_stored):
            if item["type"] in ("function_call", "custom_tool_call"):
                told.add(item.get("call_id") or "")
                item = _as_it_is_now(item, calls)
            yield item
    for call in calls:
        if call["id"] not in told:
            said = {"name": call["name"], "arguments": arguments_of(call), "call_id": call["id"]}
            yield {"type": "function_call", **said}


def _items(blocks: Sequence[Mapping[str, Any]], is_stored: bool) -> Iterator[dict[str, Any]]:
    """Yield items; texts that follow each other with the same id are parts of one message, which grows after that."""
    last: dict[str, Any] = {}
    known: str | None = None
    for block in blocks:
        kind = block.get("type")
        id = block.get("id")
        if kind in ("text", "output_text", "refusal"):
            if block.get("refusal" if kind == "refusal" else "text") is None:
                continue
            goes_on = bool(last and id and id == known)
            if not goes_on:
                named = {"id": id} if is_stored and str(id).startswith("msg_") else {}
                last, known = {"type": "message", "role": "assistant", "content": [], **named}, id
            last["content"].append(_said_by_model(block))
            if block.get("phase") is not None:
                last["phase"] = block["phase"]
            if not goes_on:
                yield last
        elif kind == "reasoning":
            if block.get("encrypted_content") or (is_stored and id):
                yield _plain({"summary": [], **block})
        elif kind in _OWN:
            yield _plain(block)
        elif kind == "image_generation_call":
            if is_stored:
                yield {"type": kind, "id": id}
            elif block.keys() - {"type", "id", "index"}:
                yield _plain(block)


def _said_by_model(block: Mapping[str, Any]) -> dict[str, Any]:
    if block.get("type") == "refusal":
        return {"type": "refusal", "refusal": block["refusal"]}
    annotations = [_annotation(each) for each in block.get("annotations") or ()]
    return {"type": "output_text", "text": block["text"], "annotations": annotations}


def _annotation(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"index" if key == "file_index" else key: value for key, value in given.items()}


def _as_it_is_now(item: dict[str, Any], calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a call of a function with the arguments that it has now, for somebody may have changed them."""
    call = next((each for each in calls if each["id"] == item.get("call_id")), None)
    if call is None or item["type"] != "function_call" or isinstance(call["args"], str):
        return item
    try:
        was = json.loads(item.get("arguments") or "{}", strict=False)
    except ValueError:
        was = None
    return item if was == call["args"] else {**item, "arguments": arguments_of(call)}


def _plain(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block without the numbers by which fragments of it were told to belong together."""
    found = {key: value for key, value in block.items() if key != "index"}
    for key in ("summary", "content"):
        if isinstance(found.get(key), list) and block.get("type") == "reasoning":
            found[key] = [{name: value for name, value in part.items() if name != "index"} for part in found[key]]
    return found
