"""OpenAI's answers: the blocks that its responses API gives, read into the one form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from stepgraph.messages.base import BaseMessage
from stepgraph.messages.block_types import KNOWN_BLOCK_TYPES

__all__ = ["from_openai"]

_ENDED: Final = {"failed": "error", "completed": "success"}


def from_openai(message: Any) -> Iterator[Any]:
    """Yield the blocks of a message whose content is a list; calls in other places are not looked at."""
    for block in message.content:
        if isinstance(block, str):
            yield {"type": "text", "text": block}
            continue
        kind = block.get("type")
        if kind == "text":
            yield _text(block)
        elif kind == "reasoning":
            yield from _reasoning(block)
        elif kind == "image_generation_call" and block.get("result"):
            yield _image(block)
        elif kind == "function_call":
            yield from _call(message, block)
        elif kind in _SERVER_TOOLS:
            yield from _SERVER_TOOLS[kind](message, block)
        elif kind in ("tool_search_call", "tool_search_output") and block.get("execution") == "server":
            yield _searched_tools(block)
        elif kind in KNOWN_BLOCK_TYPES:
            yield dict(block)
        else:
            value = {key: item for key, item in block.items() if key != "index"}
            yield _at({"type": "non_standard", "value": value}, block, "ns")


def _at(made: dict[str, Any], block: Mapping[str, Any], place: str, step: int = 0) -> dict[str, Any]:
    """Return a block with the index of another one, by which fragments of it are told to belong together."""
    index = block.get("index")
    if index is not None and (not step or isinstance(index, int)):
        made["index"] = f"lc_{place}_{index + step if step else index}"
    return made


def _rest(block: Mapping[str, Any], *said: str) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in said and key not in ("type", "id", "index")}


def _text(block: Mapping[str, Any]) -> dict[str, Any]:
    made = {"text": "", **block}
    if "annotations" in block:
        made["annotations"] = [_annotation(each) for each in block["annotations"]]
    return _at(made, block, "txt")


def _annotation(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given.get("type")
    made: dict[str, Any] = {"type": "citation"}
    if kind == "url_citation":
        said = ["url", "title", "start_index", "end_index"]
        made |= {key: given[key] for key in said if key in given}
        extras = {key: value for key, value in given.items() if key not in ("type", "cited_text", *said)}
    elif kind == "file_citation":
        if "filename" in given:
            made["title"] = given["filename"]
        said = ["type", "title", "cited_text", "start_index", "end_index", "filename"]
        extras = {key: value for key, value in given.items() if key not in said}
    else:
        return {"type": "non_standard_annotation", "value": given}
    return {**made, "extras": extras} if extras else made


def _reasoning(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a block for each part of the summary of what a model thought."""
    if "summary" not in block:
        yield dict(block)
        return
    common = {key: block[key] for key in ("type", "reasoning", "id") if key in block}
    rest = _rest(block, "reasoning", "summary")
    if not block["summary"]:
        made = {**common, "extras": rest} if rest else common
        yield _in_part(made, block, 0)
    for number, part in enumerate(block["summary"]):
        first = rest if number == 0 else {}
        yield _in_part({**common, "reasoning": part.get("text", ""), **first}, block, part.get("index", 0))


def _in_part(made: dict[str, Any], block: Mapping[str, Any], part: Any) -> dict[str, Any]:
    if "index" in block:
        place = f"{block['index']}_{part}"
        made["index"] = f"lc_rs_{place.encode().hex()}"
    return made


def _image(block: Mapping[str, Any]) -> dict[str, Any]:
    made = {"type": "image", "base64": block["result"]}
    if block.get("output_format"):
        made["mime_type"] = f"image/{block['output_format']}"
    if "id" in block:
        made["id"] = block["id"]
    known = ("status", "background", "output_format", "quality", "revised_prompt", "size")
    extras = {key: block[key] for key in known if key in block}
    return _at({**made, "extras": extras} if extras else made, block, "img")


def _call(message: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the call that a block stands for, as the message has read it."""
    fragments: Sequence[Any] = getattr(message, "tool_call_chunks", [])
    id = block.get("call_id")
    if len(fragments) == 1 and getattr(message, "chunk_position", None) != "last":
        found = fragments[0]
    else:
        calls = [*getattr(message, "tool_calls", ()), *getattr(message, "invalid_tool_calls", ())]
        found = next((call for call in calls if id and call.get("id") == id), None)
    if found is None:
        return
    made = {key: value for key, value in found.items() if key != "index"}
    extras = {"item_id": block["id"]} if "id" in block else {}
    extras |= {key: block[key] for key in ("status", "namespace", "async") if key in block}
    if found.get("type") == "tool_call_chunk" and found.get("index") is not None:
        made["index"] = found["index"]
    yield _at({**made, "extras": extras} if extras else made, block, "tc")


def _ran(name: str, block: Mapping[str, Any], args: Any, extras: Mapping[str, Any] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "server_tool_call", "name": name, "id": block["id"]}
    if args is not None:
        made["args"] = args
    return {**made, "extras": dict(extras)} if extras else made


def _gave(block: Mapping[str, Any], output: Any) -> dict[str, Any]:
    """Return what a tool of the server gave; whether it failed is said by a status, or by an error."""
    made: dict[str, Any] = {"type": "server_tool_result", "tool_call_id": block["id"]}
    if output:
        made["output"] = output
    status = block.get("status")
    if status in _ENDED:
        made["status"] = _ENDED[status]
    elif status:
        made["extras"] = {"status": status}
    return made


def _searched_web(message: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    action = block["action"] if isinstance(block.get("action"), dict) else {}
    args = {key: value for key, value in action.items() if key != "sources"}
    yield _at({**_ran("web_search", block, args), **_rest(block, "action", "status")}, block, "wsc")
    told = (each for each in message.content if isinstance(each, dict) and each.get("type") == "web_search_result")
    if all(each.get("id") != block["id"] for each in told):
        sources = action.get("sources")
        yield _at(_gave(block, {"sources": sources} if sources else None), block, "wsr", 1)


def _searched_files(_: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    made = _ran("file_search", block, {"queries": block.get("queries", [])})
    yield _at({**made, **_rest(block, "queries", "results", "status")}, block, "fsc")
    yield _at(_gave(block, block.get("results")), block, "fsr", 1)


def _ran_code(_: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    args = {"code": block["code"]} if "code" in block else None
    yield _at(_ran("code_interpreter", block, args, _rest(block, "outputs", "status", "code", "extras")), block, "cic")
    made = _gave(block, None)
    if "outputs" in block:
        made["output"] = block["outputs"]
    yield _at(made, block, "cir", 1)


def _called_remotely(_: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    extras, args, text = {}, None, block.get("arguments")
    if isinstance(text, str) and text:
        try:
            args = json.loads(text)
        except ValueError:
            extras["arguments"] = text
    if "name" in block:
        extras["tool_name"] = block["name"]
    extras |= _rest(block, "arguments", "name", "output", "error", "extras")
    yield _at(_ran("remote_mcp", block, args, extras), block, "mcp")
    yield _at(_gave_remotely(block, block.get("output")), block, "mcpr", 1)


def _listed_tools(_: BaseMessage, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield _at(_ran("mcp_list_tools", block, {}, _rest(block, "name", "tools", "error", "extras")), block, "mlt")
    yield _at(_gave_remotely(block, block.get("tools")), block, "mltr", 1)


def _gave_remotely(block: Mapping[str, Any], output: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "server_tool_result", "tool_call_id": block["id"], "status": "success"}
    if output:
        made["output"] = output
    if block.get("error"):
        made |= {"status": "error", "extras": {"error": block["error"]}}
    return made


def _searched_tools(block: Mapping[str, Any]) -> dict[str, Any]:
    if block["type"] == "tool_search_call":
        return _at(_ran("tool_search", block, block.get("arguments", {}), _rest(block, "arguments")), block, "tsc")
    made = {**_gave(block, {"tools": block.get("tools", [])}), "extras": {"name": "tool_search"}}
    made["extras"] |= _rest(block, "status", "tools")
    return _at(made, block, "tso")


_SERVER_TOOLS: Final = {
    "web_search_call": _searched_web,
    "file_search_call": _searched_files,
    "code_interpreter_call": _ran_code,
    "mcp_call": _called_remotely,
    "mcp_list_tools": _listed_tools,
}
