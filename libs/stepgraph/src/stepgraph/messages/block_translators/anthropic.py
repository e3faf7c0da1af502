"""Anthropic's blocks: those that its messages API takes and gives, read into the one form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from stepgraph.messages.tool_calls import fragment_block

__all__ = ["from_anthropic", "from_anthropic_input", "is_anthropic_input"]

_SOURCES: Final = {
    "base64": {"data": "base64", "media_type": "mime_type"},
    "url": {"url": "url"},
    "file": {"file_id": "id"},
    "text": {"data": "text"},
}
"""Where a document or an image comes from: the keys that say so, and how they are called here."""

_PLACES: Final = ("char_location", "content_block_location", "page_location", "search_result_location")


def is_anthropic_input(block: Mapping[str, Any]) -> bool:
    """Return whether a block is a document or an image in Anthropic's form."""
    source = block.get("source")
    if block.get("type") not in ("document", "image") or not isinstance(source, Mapping):
        return False
    keys = _SOURCES.get(source.get("type", ""))
    if keys is None or (source["type"] == "text" and block["type"] == "image"):
        return False
    return keys.keys() <= source.keys()


def from_anthropic_input(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document or an image in the one form; see `is_anthropic_input`."""
    source = block["source"]
    made = {"type": "image" if block["type"] == "image" else "file"}
    made |= {now: source[key] for key, now in _SOURCES[source["type"]].items()}
    if source["type"] == "text":
        made |= {"type": "text-plain", "mime_type": block.get("media_type", "text/plain")}
    return _with_rest(made, block, "source")


def from_anthropic(message: Any) -> Iterator[Any]:
    """Yield the blocks of a message whose content is a list; calls in other places are not looked at."""
    for block in message.content:
        if isinstance(block, str):
            yield {"type": "text", "text": block}
            continue
        kind = block.get("type") or ""
        if kind == "text":
            yield _text(block)
        elif kind == "thinking":
            made = {"type": "reasoning", "reasoning": block.get("thinking", "")}
            yield _with_rest(made, block, "thinking", "extras")
        elif kind == "tool_use":
            yield _call(message, block)
        elif kind == "input_json_delta" and hasattr(message, "tool_call_chunks"):
            yield _delta(message, block)
        elif kind in ("server_tool_use", "mcp_tool_use"):
            yield _server_call(message, block)
        elif kind.endswith("_tool_result"):
            yield _server_result(block)
        else:
            value = {key: item for key, item in block.items() if key != "index"}
            yield _at({"type": "non_standard", "value": value}, block)


def _at(made: dict[str, Any], block: Mapping[str, Any]) -> dict[str, Any]:
    return {**made, "index": block["index"]} if "index" in block else made


def _with_rest(made: dict[str, Any], block: Mapping[str, Any], *said: str) -> dict[str, Any]:
    """Return a block with what is not yet said of another one, as extras, and with its index."""
    rest = {key: value for key, value in block.items() if key not in ("type", "index", *said)}
    extras = {**made.get("extras", {}), **rest}
    return _at({**made, "extras": extras} if extras else made, block)


def _text(block: Mapping[str, Any]) -> dict[str, Any]:
    made = {"type": "text", "text": block.get("text", "")}
    if block.get("citations"):
        made["annotations"] = [_citation(each) for each in block["citations"]]
    return _at(made, block)


def _citation(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given.get("type")
    of_web = kind == "web_search_result_location"
    if "cited_text" not in given or (of_web and "url" not in given) or (not of_web and kind not in _PLACES):
        return {"type": "non_standard_annotation", "value": given}
    made = {"type": "citation", "cited_text": given["cited_text"]}
    if of_web:
        made["url"] = given["url"]
    if not of_web and "document_title" in given:
        made["title"] = given["document_title"]
    elif given.get("title"):
        made["title"] = given["title"]
    said = ("type", "cited_text", "title", "index", "extras", "url" if of_web else "document_title")
    extras = {key: value for key, value in given.items() if key not in said}
    return {**made, "extras": extras} if extras else made


def _only_fragment(message: Any) -> Any:
    fragments: Sequence[Any] = getattr(message, "tool_call_chunks", [])
    return fragments[0] if len(fragments) == 1 and not _is_whole(message) else None


def _is_whole(message: Any) -> bool:
    """Return whether no more of a message is to come."""
    return getattr(message, "chunk_position", "last") == "last"


def _call(message: Any, block: Mapping[str, Any]) -> dict[str, Any]:
    fragment = _only_fragment(message)
    if fragment is not None:
        made = fragment_block(fragment)
    else:
        calls, id = message.tool_calls, block.get("id")
        call = calls[0] if len(calls) == 1 else next((each for each in calls if id and each.get("id") == id), None)
        if call is None:
            call = {"name": block.get("name", ""), "args": block.get("input", {}), "id": block.get("id", "")}
        made = _at({"type": "tool_call", **{key: call.get(key) for key in ("name", "args", "id")}}, block)
    extras = {key: block[key] for key in ("caller", "toolset_name") if key in block}
    return {**made, "extras": extras} if extras else made


def _delta(message: Any, block: Mapping[str, Any]) -> dict[str, Any]:
    fragments = message.tool_call_chunks
    if len(fragments) == 1:
        return fragment_block(fragments[0])
    return _at({"type": "server_tool_call_chunk", "args": block.get("partial_json", "")}, block)


def _server_call(message: Any, block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call of a tool that Anthropic runs, or the first fragment of it."""
    given = block.get("input", {})
    made: dict[str, Any] = {"id": block.get("id", "")}
    if block["type"] == "mcp_tool_use":
        made["name"] = "remote_mcp"
        if "name" in block:
            made["extras"] = {"tool_name": block["name"]}
    else:
        made["name"] = "code_interpreter" if block.get("name") == "code_execution" else block.get("name", "")
    if given == {} and "partial_json" not in block and not _is_whole(message):
        made |= {"type": "server_tool_call_chunk", "args": ""}
    else:
        made |= {"type": "server_tool_call", "args": given or _read(block.get("partial_json")) or given}
    return _with_rest(made, block, "name", "input", "partial_json", "id")


def _read(text: Any) -> Any:
    """Return the arguments in a text, `None` where it holds none."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _server_result(block: Mapping[str, Any]) -> dict[str, Any]:
    output = block.get("content", [])
    failed = block.get("is_error") or (isinstance(output, dict) and output.get("error_code"))
    made: dict[str, Any] = {
        "type": "server_tool_result",
        "tool_call_id": block.get("tool_use_id", ""),
        "status": "error" if failed else "success",
        "extras": {"block_type": block["type"]},
    }
    if output:
        made["output"] = output
    return _with_rest(made, block, "tool_use_id", "content", "is_error")
