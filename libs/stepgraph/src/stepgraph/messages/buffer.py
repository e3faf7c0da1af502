"""Buffer: messages as one text, for models that complete texts and for people who read logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from stepgraph.callbacks.buffer import calls_of, line_of
from stepgraph.messages.likeness import kind_of

__all__ = ["get_buffer_string"]

_LONG: Final = 500
"""How much is shown of a plain text, or of what a server's tool was called with or gave."""

_LONG_ID: Final = 64
"""How much is shown of the id of a call."""


def get_buffer_string(
    messages: Sequence[Any],
    human_prefix: str = "Human",
    ai_prefix: str = "AI",
    *,
    system_prefix: str = "System",
    function_prefix: str = "Function",
    tool_prefix: str = "Tool",
    message_separator: str = "\n",
    format: Literal["prefix", "xml"] = "prefix",  # noqa: A002 - the name that programs know
) -> str:
    """Return messages as one text.

    Args:
        messages: The messages.
        human_prefix: What is said of a person's message.
        ai_prefix: What is said of a model's.
        system_prefix: What is said of the system's.
        function_prefix: What is said of a function's answer.
        tool_prefix: What is said of a tool's answer.
        message_separator: What stands between messages.
        format: `"prefix"` for who speaks and the text, with the calls of a model behind it; `"xml"` for an element for
            each message, whose other blocks are elements in it. Data in base64 is left out.

    Raises:
        ValueError: There is no such format, or a message nobody says, such as one to remove.
    """
    if format not in ("prefix", "xml"):
        raise ValueError(f"format is 'prefix' or 'xml', got {format!r}")
    speakers = {
        "human": human_prefix,
        "ai": ai_prefix,
        "system": system_prefix,
        "function": function_prefix,
        "tool": tool_prefix,
    }
    written = line_of if format == "prefix" else _element
    return message_separator.join(written(message, _speaker(message, speakers)) for message in messages)


def _speaker(message: Any, speakers: Mapping[str, str]) -> str:
    kind = kind_of(message)
    if kind == "chat":
        return str(message.role)
    if kind not in speakers:
        raise ValueError(f"nobody says a message of type {message.type!r}: {message!r}; take it out of the list first")
    return speakers[kind]


def _element(message: Any, speaker: str) -> str:
    kind = speaker if kind_of(message) == "chat" else speaker.lower()
    content = " ".join(_parts(message.content))
    calls = calls_of(message)
    if not calls:
        return f"<message type={_quoted(kind)}>{content}</message>"
    lines = [f"<message type={_quoted(kind)}>"]
    if content:
        lines.append(f"  <content>{content}</content>")
    if isinstance(calls, Mapping):
        arguments = _escaped(str(calls.get("arguments") or "{}"))
        lines.append(f"  <function_call name={_quoted(calls.get('name'))}>{arguments}</function_call>")
    else:
        for call in calls:
            id = _cut(str(call.get("id") or ""), _LONG_ID)
            args = _escaped(json.dumps(call.get("args", {}), ensure_ascii=False, default=str))
            lines.append(f"  <tool_call id={_quoted(id)} name={_quoted(call.get('name'))}>{args}</tool_call>")
    return "\n".join([*lines, "</message>"])


def _parts(content: Any) -> Iterator[str]:
    for block in [content] if isinstance(content, str) else content:
        part = _escaped(block) if isinstance(block, str) else _part(block)
        if part:
            yield part


def _part(block: Mapping[str, Any]) -> str:
    kind = block.get("type", "")
    image = block.get("image_url")
    url = image.get("url") if isinstance(image, Mapping) else block.get("url")
    if block.get("base64") or (isinstance(url, str) and url.startswith("data:")):
        return ""
    if kind == "text":
        return _escaped(block.get("text") or "")
    if kind == "text-plain":
        return _escaped(_cut(block.get("text") or "", _LONG))
    if kind == "reasoning":
        reasoning = block.get("reasoning")
        return f"<reasoning>{_escaped(reasoning)}</reasoning>" if reasoning else ""
    if kind in ("image", "image_url", "audio", "video"):
        return _medium(kind.removesuffix("_url"), url, block.get("file_id") if kind != "image_url" else None)
    if kind == "server_tool_call":
        args = _escaped(_cut(json.dumps(block.get("args", {}), ensure_ascii=False), _LONG))
        about = f"id={_quoted(block.get('id'))} name={_quoted(block.get('name'))}"
        return f"<server_tool_call {about}>{args}</server_tool_call>"
    if kind == "server_tool_result":
        output = block.get("output")
        shown = _escaped(_cut(json.dumps(output, ensure_ascii=False), _LONG)) if output else ""
        about = f"tool_call_id={_quoted(block.get('tool_call_id'))} status={_quoted(block.get('status'))}"
        return f"<server_tool_result {about}>{shown}</server_tool_result>"
    return ""


def _medium(kind: str, url: Any, file_id: Any) -> str:
    if url:
        return f"<{kind} url={_quoted(url)} />"
    return f"<{kind} file_id={_quoted(file_id)} />" if file_id else ""


def _quoted(value: Any) -> str:
    """Return the value of an attribute, in quotes."""
    text = _escaped(str(value or ""))
    for sign, name in (("\n", "&#10;"), ("\r", "&#13;"), ("\t", "&#9;")):
        text = text.replace(sign, name)
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', "&quot;") + '"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}..."
