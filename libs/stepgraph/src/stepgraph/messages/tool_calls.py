"""Tool calls: what a model wants called, whole or in fragments, and what of it cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from typing_extensions import NotRequired, TypedDict

__all__ = [
    "InvalidToolCall",
    "ToolCall",
    "ToolCallChunk",
    "as_fragment",
    "default_tool_chunk_parser",
    "default_tool_parser",
    "fragment",
    "fragment_block",
    "invalid_call",
    "invalid_tool_call",
    "merge_tool_call_chunks",
    "normal_calls",
    "parsed",
    "tool_call",
    "tool_call_chunk",
]

_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)', re.DOTALL)
"""A text in JSON, the last of which may have no end."""

_CONTROL: Final = re.compile(r"[\x00-\x1f]")


class ToolCall(TypedDict):
    """A call of a tool that a model asks for.

    Attributes:
        name: The tool.
        args: Its arguments.
        id: What the tool's answer refers to.
        type: `"tool_call"`.
    """

    name: str
    args: dict[str, Any]
    id: str | None
    type: NotRequired[Literal["tool_call"]]


class ToolCallChunk(TypedDict):
    """A fragment of a call, as it is streamed.

    Attributes:
        name: The tool, in one of the fragments.
        args: A piece of the JSON of its arguments.
        id: What the tool's answer refers to, in one of the fragments.
        index: Which call it is a fragment of.
        type: `"tool_call_chunk"`.
    """

    name: str | None
    args: str | None
    id: str | None
    index: int | None
    type: NotRequired[Literal["tool_call_chunk"]]


class InvalidToolCall(TypedDict):
    """A call whose arguments are no JSON object.

    Attributes:
        name: The tool.
        args: What came in place of its arguments.
        id: What the tool's answer would refer to.
        error: What is wrong.
        type: `"invalid_tool_call"`.
    """

    name: str | None
    args: str | None
    id: str | None
    error: str | None
    type: NotRequired[Literal["invalid_tool_call"]]


def tool_call(*, name: str, args: dict[str, Any], id: str | None) -> ToolCall:
    """Return a call of a tool."""
    return {"name": name, "args": args, "id": id, "type": "tool_call"}


def tool_call_chunk(
    *, name: str | None = None, args: str | None = None, id: str | None = None, index: int | None = None
) -> ToolCallChunk:
    """Return a fragment of a call."""
    return {"name": name, "args": args, "id": id, "index": index, "type": "tool_call_chunk"}


def invalid_tool_call(
    *, name: str | None = None, args: str | None = None, id: str | None = None, error: str | None = None
) -> InvalidToolCall:
    """Return a call that cannot be made."""
    return {"name": name, "args": args, "id": id, "error": error, "type": "invalid_tool_call"}


def normal_calls(calls: Iterable[Mapping[str, Any]]) -> list[ToolCall]:
    """Return whole calls, each with all of its keys.

    Raises:
        ValueError: The arguments of one are no dict.
    """
    found = []
    for call in calls:
        args = call.get("args")
        if args is not None and not isinstance(args, dict):
            raise ValueError(
                f"the args of tool call {call.get('name')!r} must be a dict, got {type(args).__name__}: {args!r}; "
                "a call whose arguments cannot be read belongs in invalid_tool_calls"
            )
        found.append(tool_call(name=call.get("name") or "", args=args or {}, id=call.get("id")))
    return found


def invalid_call(call: Mapping[str, Any]) -> InvalidToolCall:
    """Return a call that cannot be read, with all of its keys."""
    return invalid_tool_call(name=call.get("name"), args=call.get("args"), id=call.get("id"), error=call.get("error"))


def fragment(call: Mapping[str, Any]) -> ToolCallChunk:
    """Return a fragment of a call, with all of its keys."""
    return {
        "name": call.get("name"),
        "args": call.get("args"),
        "id": call.get("id"),
        "index": call.get("index"),
        "type": "tool_call_chunk",
    }


def as_fragment(call: Mapping[str, Any]) -> ToolCallChunk:
    """Return a whole call, or one that cannot be read, as the only fragment of it."""
    args = call.get("args")
    text = args if args is None or isinstance(args, str) else json.dumps(args, default=str)
    return tool_call_chunk(name=call.get("name"), args=text, id=call.get("id"))


def fragment_block(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fragment of a call as a block of content."""
    made = {"type": "tool_call_chunk", **{key: call.get(key) for key in ("id", "name", "args")}}
    return made if call.get("index") is None else {**made, "index": call["index"]}


def default_tool_parser(raw_tool_calls: Sequence[Mapping[str, Any]]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Return the calls that are in the form of OpenAI's API, and those that cannot be read."""
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for raw in raw_tool_calls:
        function = raw.get("function")
        if function is None:
            continue
        name, given = function.get("name"), function.get("arguments")
        args, error = (given, None) if isinstance(given, dict) else _arguments(given or "", partial=False)
        if args is None:
            invalid.append(invalid_tool_call(name=name, args=given, id=raw.get("id"), error=error))
        else:
            calls.append(tool_call(name=name or "", args=args, id=raw.get("id")))
    return calls, invalid


def default_tool_chunk_parser(raw_tool_calls: Sequence[Mapping[str, Any]]) -> list[ToolCallChunk]:
    """Return the fragments of calls that are in the form of OpenAI's API."""
    found = []
    for raw in raw_tool_calls:
        function = raw.get("function") or {}
        found.append(
            tool_call_chunk(
                name=function.get("name"), args=function.get("arguments"), id=raw.get("id"), index=raw.get("index")
            )
        )
    return found


def merge_tool_call_chunks(chunks: Iterable[Mapping[str, Any]]) -> list[ToolCallChunk]:
    """Return the fragments of each call as one.

    Fragments belong together that have the same index. One without an index goes on where the last one ended, for some
    servers send none. What has an id and a name begins a call, unless it says again what is known.
    """
    calls: list[tuple[ToolCallChunk, list[str]]] = []
    places: dict[Any, int] = {}
    for chunk in chunks:
        name, args, id, index = chunk.get("name"), chunk.get("args"), chunk.get("id"), chunk.get("index")
        place = len(calls) - 1 if index is None else places.get(index, -1)
        if place >= 0:
            call, pieces = calls[place]
            if not ((id or name) and _begins(call, pieces, name, id, index)):
                if args:
                    pieces.append(args)
                if name and name != call["name"]:
                    call["name"] = (call["name"] or "") + name
                if id:
                    call["id"] = id
                continue
        if index is not None:
            places[index] = len(calls)
        calls.append((tool_call_chunk(name=name, args=args, id=id, index=index), [args] if args else []))
    for call, pieces in calls:
        if len(pieces) > 1:
            call["args"] = "".join(pieces)
        elif pieces:
            call["args"] = pieces[0]
    return [call for call, _ in calls]


def _begins(call: ToolCallChunk, pieces: Sequence[str], name: Any, id: Any, index: Any) -> bool:
    """Return whether a fragment with a name or an id is the first of a call, not one more of the call before it."""
    known = call["id"]
    if id and known and id != known:
        return True
    if index is None:
        return bool(name and (call["name"] or pieces) and not (id and id == known))
    return bool(id and name and pieces and not known)


def parsed(chunks: Sequence[ToolCallChunk], *, partial: bool = False) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Return the calls that fragments make, and those that cannot be read.

    Args:
        chunks: One for each call.
        partial: Whether more is to come: then as much is read as there is.
    """
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for chunk in chunks:
        text = chunk.get("args") or ""
        args, error = _arguments(text, partial)
        if args is not None and (chunk.get("name") or partial):
            calls.append(tool_call(name=chunk.get("name") or "", args=args, id=chunk.get("id")))
        else:
            why = error or "the call names no tool"
            invalid.append(invalid_tool_call(name=chunk.get("name"), args=text, id=chunk.get("id"), error=why))
    return calls, invalid


def _arguments(text: str, partial: bool) -> tuple[dict[str, Any] | None, str | None]:
    if not text.strip():
        return {}, None
    try:
        found = _begun(text) if partial else json.loads(text, strict=False)
    except ValueError as error:
        return None, f"the arguments are no JSON: {error}"
    if isinstance(found, dict):
        return found, None
    if found is None:
        return {}, None
    return None, f"the arguments are no JSON object but a {type(found).__name__}"


def _begun(text: str) -> Any:
    from pydantic_core import from_json  # noqa: PLC0415 - a graph has no use for it

    if _CONTROL.search(text):  # line breaks in texts, which models write and JSON forbids
        text = _TEXT.sub(lambda part: _CONTROL.sub(lambda sign: f"\\u{ord(sign[0]):04x}", part[0]), text)
    return from_json(text, allow_partial="trailing-strings")
