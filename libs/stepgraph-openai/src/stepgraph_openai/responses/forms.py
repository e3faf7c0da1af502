"""Forms: blocks of the one form that all providers share, back in that of OpenAI's Responses API.

It undoes what `AIMessage.content_blocks` does. A block that is in OpenAI's form already is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stepgraph.messages.ended import has_blocks

__all__ = ["in_their_form", "is_of_others", "of_others"]

_STATUS: Final = {"success": "completed", "error": "failed"}


def is_of_others(message: Any) -> bool:
    """Return whether a message is what another provider's model said, in the form that all providers share."""
    return has_blocks(message) and message.response_metadata.get("model_provider") not in (None, "openai")


def of_others(content: Sequence[Any]) -> list[Any]:
    """Return what OpenAI can take of what another provider's model said: its texts and its calls.

    Thoughts, and what tools of the other provider did, are that provider's alone, and so is what citations refer to.
    """
    kept = (each for each in content if each["type"] in ("text", "tool_call", "invalid_tool_call"))
    return [{key: each[key] for key in each if key not in ("annotations", "extras")} for each in kept]


def in_their_form(content: Sequence[Any], calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks of an answer as the Responses API gives them.

    Args:
        content: The blocks.
        calls: The calls of the message that they are of.
    """
    found: list[dict[str, Any]] = []
    results = {each.get("tool_call_id"): each for each in content if _kind(each) == "server_tool_result"}
    free = {each["value"].get("call_id") for each in content if _kind(each) == "non_standard" and each.get("value")}
    for block in content:
        kind = _kind(block)
        if isinstance(block, str):
            found.append({"type": "text", "text": block})
        elif kind == "text" and block.get("annotations"):
            found.append({**block, "annotations": [_annotation(each) for each in block["annotations"]]})
        elif kind == "reasoning" and "summary" not in block:
            _add_reasoning(found, block)
        elif kind in ("tool_call", "invalid_tool_call"):
            if block.get("id") is None or block["id"] not in free:  # a call of a custom tool, which is there already
                found.append(_call(block, calls))
        elif kind == "server_tool_call":
            found += _ran(block, results.get(block.get("id")))
        elif kind == "server_tool_result" and (block.get("extras") or {}).get("name") == "tool_search":
            tools = {"execution": "server", "tools": (block.get("output") or {}).get("tools") or []}
            found.append({"type": "tool_search_output", "id": block.get("tool_call_id"), **_status(block), **tools})
        elif kind == "image" and str(block.get("id")).startswith("ig_"):
            status = (block.get("extras") or {}).get("status")
            image = {"type": "image_generation_call", "id": block["id"], "result": block.get("base64")}
            found.append({**image, "status": status} if status else image)
        elif kind == "non_standard" and isinstance(block.get("value"), Mapping):
            found.append(dict(block["value"]))
        elif kind != "server_tool_result":
            found.append(block)
    return found


def _kind(block: Any) -> Any:
    return None if isinstance(block, str) else block.get("type")


def _annotation(given: Mapping[str, Any]) -> Any:
    if given.get("type") == "non_standard_annotation":
        return given["value"]
    if given.get("type") != "citation":
        return given
    places = {key: given[key] for key in ("start_index", "end_index") if key in given}
    extras = given.get("extras") or {}
    if "url" in given:
        title = {"title": given["title"]} if "title" in given else {}
        return {"type": "url_citation", "url": given["url"], **title, **places, **extras}
    named = {"filename": given["title"]} if "title" in given else {}
    return {"type": "file_citation", **named, **places, **extras}


def _add_reasoning(found: list[dict[str, Any]], block: Mapping[str, Any]) -> None:
    """Add what a model thought; parts of one summary, which follow each other, are one item."""
    rest = {key: value for key, value in block.items() if key not in ("reasoning", "extras", "index")}
    rest |= block.get("extras") or {}
    summary = [{"type": "summary_text", "text": block["reasoning"]}] if "reasoning" in block else []
    last = found[-1] if found else {}
    if last.get("type") == "reasoning" and last.get("id") == rest.get("id") and rest.get("id"):
        found[-1] = {**last, **rest, "summary": [*last["summary"], *summary]}
    else:
        found.append({**rest, "summary": summary})


def _call(block: Mapping[str, Any], calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    extras = block.get("extras") or {}
    call = next((each for each in calls if each["id"] == block.get("id")), block)
    args = call.get("args")
    text = args if isinstance(args, str) else _as_text(args or {})
    found = {"type": "function_call", "name": call.get("name"), "arguments": text, "call_id": block.get("id")}
    if "item_id" in extras:
        found["id"] = extras["item_id"]
    return {**found, **{key: extras[key] for key in ("status", "namespace", "async") if key in extras}}


def _as_text(args: Any) -> str:
    """Return arguments as OpenAI writes them: without blanks."""
    return json.dumps(args, ensure_ascii=False, separators=(",", ":"))


def _status(result: Mapping[str, Any]) -> dict[str, Any]:
    status = _STATUS.get(result.get("status") or "") or (result.get("extras") or {}).get("status")
    return {"status": status} if status else {}


def _ran(block: Mapping[str, Any], result: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a call of one of OpenAI's own tools together with what came of it."""
    name, args = block.get("name"), block.get("args")
    extras = dict(block.get("extras") or {})
    gave: Mapping[str, Any] = {} if result is None else result
    output = {} if gave.get("output") is None else {"output": gave["output"]}
    id = {"id": block.get("id")}
    if name == "web_search":
        return [{"type": "web_search_call", **id, **({"action": args} if args else {}), **_status(gave)}]
    if name == "file_search":
        queries = {"queries": (args or {}).get("queries", [])}
        results = {"results": output["output"]} if output else {}
        return [{"type": "file_search_call", **id, **queries, **results, **_status(gave)}]
    if name == "code_interpreter":
        outputs = {"outputs": output["output"]} if output else {}
        place = block.get("container_id") or extras.get("container_id")
        code = {"code": (args or {}).get("code"), "container_id": place}
        return [{"type": "code_interpreter_call", **id, **code, **outputs, **_status(gave)}]
    failed = (gave.get("extras") or {}).get("error")
    error = {"error": failed} if failed else {}
    if name == "remote_mcp":
        text = extras.pop("arguments", None)
        if args is not None:
            text = _as_text(args)
        called = {"name": extras.pop("tool_name", None), "arguments": text}
        return [{"type": "mcp_call", **id, **called, **extras, **output, **error}]
    if name == "mcp_list_tools":
        return [{"type": "mcp_list_tools", **id, **extras, "tools": gave.get("output") or [], **error}]
    if name == "tool_search":
        return [{"type": "tool_search_call", **id, "arguments": args or {}, **extras}]
    return []
