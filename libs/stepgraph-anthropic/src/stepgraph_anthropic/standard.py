"""Standard: what a model said in the form that all providers share, back in Anthropic's.

It undoes what `AIMessage.content_blocks` does. Of what a model of another provider said, texts and calls are left:
thoughts, and what tools of that provider did, are its alone, and so is what citations refer to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stepgraph_anthropic.answers import PROVIDER

__all__ = ["in_their_form"]

_PLACES: Final = {
    "start_char_index": "char_location",
    "search_result_index": "search_result_location",
    "start_block_index": "content_block_location",
    "start_page_number": "page_location",
}
"""What says of a citation where it stands, and how the API calls that."""

_OF_DOCUMENTS: Final = ("char_location", "content_block_location", "page_location")


def in_their_form(message: Any) -> list[Any]:
    """Return the content of a message, blocks of the form that all providers share, as the API gives it."""
    is_own = message.response_metadata.get("model_provider") in (None, PROVIDER)
    return [each for block in message.content for each in (_own(block) if is_own else _of_others(block))]


def _of_others(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind, value = block["type"], block.get("value") or {}
    if kind == "text":
        yield {"type": "text", "text": block.get("text", "")}
    elif kind in _CALLS:
        yield from _called(block)
    elif value.get("type") == "refusal":
        yield {"type": "text", "text": value["refusal"]}


def _own(block: Mapping[str, Any]) -> Iterator[Any]:
    kind = block["type"]
    extras = block.get("extras") or {}
    if kind == "text" and block.get("annotations"):
        cited = [_citation(each) for each in block["annotations"]]
        yield {**{key: block[key] for key in block if key != "annotations"}, "citations": cited}
    elif kind in _CALLS:
        yield from _called(block)
    elif kind in ("server_tool_call", "server_tool_call_chunk"):
        yield _ran(block, extras)
    elif kind == "server_tool_result":
        if "block_type" in extras:
            yield _gave(block, extras)
    else:
        yield block


_CALLS: Final = ("tool_call", "invalid_tool_call")


def _called(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a call; what it is called with, if it can be read, is known of the message."""
    args = block.get("args")
    if block.get("id") and block.get("name"):
        extras = block.get("extras") or {}
        more = {key: extras[key] for key in ("caller", "toolset_name") if key in extras}
        given = args if isinstance(args, Mapping) else {}
        yield {"type": "tool_use", "id": block["id"], "name": block["name"], "input": given, **more}


def _citation(given: Mapping[str, Any]) -> Any:
    if given["type"] != "citation":
        return given.get("value", given)
    extras = dict(given.get("extras") or {})
    quoted = {"cited_text": given["cited_text"]} if "cited_text" in given else {}
    kind = next((kind for key, kind in _PLACES.items() if key in extras), "char_location")
    place = {"type": kind} if "url" not in given else {"type": "web_search_result_location", "url": given["url"]}
    name = "document_title" if place["type"] in _OF_DOCUMENTS else "title"
    titled = {name: given["title"]} if "title" in given else {}
    return {**place, **quoted, **titled, **extras}


def _ran(block: Mapping[str, Any], extras: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call of a tool that the provider has run; what its arguments are may be left to read."""
    name, rest = block.get("name"), dict(extras)
    made = {"type": "server_tool_use", "id": block.get("id"), "input": block.get("args")}
    if name == "remote_mcp":
        return {**made, "type": "mcp_tool_use", "name": rest.pop("tool_name", ""), **rest}
    return {**made, "name": "code_execution" if name == "code_interpreter" else name, **rest}


def _gave(block: Mapping[str, Any], extras: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: extras[key] for key in extras if key != "block_type"}
    made = {"type": extras["block_type"], "tool_use_id": block.get("tool_call_id"), "content": block.get("output", [])}
    if extras["block_type"] == "mcp_tool_result":
        made["is_error"] = block.get("status") == "error"
    return {**made, **rest}
