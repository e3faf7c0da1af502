"""OpenAI's form: messages as dicts that the chat completions of OpenAI, and of many others, take."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from stepgraph.errors import listed
from stepgraph.messages.block_translators.openai import NAMELESS, convert_to_openai_data_block
from stepgraph.messages.coerce import convert_to_messages
from stepgraph.messages.content import is_data_content_block
from stepgraph.messages.likeness import is_message, kind_of

__all__ = ["convert_to_openai_messages", "role_of"]

_ROLES: Final = {"ai": "assistant", "human": "user", "tool": "tool", "function": "function"}


def role_of(message: Any) -> str:
    """Return the role that a message has in OpenAI's API.

    Raises:
        ValueError: It has none there.
    """
    kind = kind_of(message)
    if kind == "system":
        return str(message.additional_kwargs.get("__openai_role__", "system"))
    role = message.role if kind == "chat" else _ROLES.get(kind)
    if role is None:
        raise ValueError(
            f"a message of type {message.type!r} has no role in OpenAI's API; take it out of the list first"
        )
    return str(role)


def convert_to_openai_messages(
    messages: Any,
    *,
    text_format: Literal["string", "block"] = "string",
    include_id: bool = False,
    pass_through_unknown_blocks: bool = True,
) -> Any:
    """Return messages as the dicts of OpenAI's chat completions.

    Args:
        messages: Messages in any of their forms, with content in OpenAI's form, Anthropic's, Bedrock's or our own.
        text_format: Whether a content of texts alone is one string or blocks.
        include_id: Whether ids are told too.
        pass_through_unknown_blocks: Whether blocks of other kinds stay as they are; else they are an error.

    Returns:
        A dict for one message that is given alone, else a list of dicts: results of tools in a message's content are
        messages of their own.

    Raises:
        ValueError: A block lacks a key, or is of no known kind where unknown ones do not pass.
    """
    if text_format not in ("string", "block"):
        raise ValueError(f"text_format is 'string' or 'block', got {text_format!r}")
    alone = isinstance(messages, (str, Mapping)) or is_message(messages)
    found = []
    for number, message in enumerate(convert_to_messages(messages if not alone else [messages])):
        reader = _Content(f"messages[{number}]", message, pass_through_unknown_blocks, text_format)
        found += _dicts_of(message, reader, include_id)
    return found[0] if alone else found


def _dicts_of(message: Any, reader: _Content, include_id: bool) -> list[dict[str, Any]]:
    kind = kind_of(message)
    made: dict[str, Any] = {"role": role_of(message)}
    if message.name:
        made["name"] = message.name
    calls = [_call(call["id"], call["name"], _json(call["args"])) for call in reader.calls]
    if message.additional_kwargs.get("refusal"):
        made["refusal"] = message.additional_kwargs["refusal"]
    if kind == "tool":
        made["tool_call_id"] = message.tool_call_id
    if include_id and message.id:
        made["id"] = message.id
    content = reader.read()
    if calls or reader.calls_in_content:
        made["tool_calls"] = [*calls, *reader.calls_in_content]
    if reader.answers and message.content and not content:
        return reader.answers
    return [{**made, "content": content}, *reader.answers]


def _call(id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    return {"type": "function", "id": id, "function": {"name": name, "arguments": arguments}}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(text: Any) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _image(kind: str, data: str, encoding: str = "base64") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:{kind};{encoding},{data}"}}


class _Content:
    """The content of one message, read into OpenAI's form.

    Attributes:
        calls: The message's tool calls.
        calls_in_content: Those that its blocks ask for besides.
        answers: Results of tools among its blocks, as messages of their own.
    """

    def __init__(self, place: str, message: Any, lenient: bool, text_format: Literal["string", "block"]) -> None:
        self._place = place
        self._content: Any = message.content
        self._lenient = lenient
        self._format: Literal["string", "block"] = text_format
        self.calls: Sequence[Any] = message.tool_calls if kind_of(message) == "ai" else ()
        self.calls_in_content: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []

    def read(self) -> Any:
        """Return the content."""
        content, as_text = self._content, self._format == "string"
        if not content:
            return "" if as_text else []
        if isinstance(content, str):
            return content if as_text else [_text(content)]
        found = []
        for number, block in enumerate(content):
            place = f"{self._place}.content[{number}]"
            made = _text(block) if isinstance(block, str) else self._block(block, place)
            if made is not None:
                found.append(made)
        if as_text and all(block.get("type") == "text" for block in found):
            return "\n".join(block["text"] for block in found)
        return found

    def _block(self, block: Mapping[str, Any], place: str) -> Any:
        """Return a block in OpenAI's form, `None` for one that goes elsewhere."""
        kind = block.get("type")
        if kind == "text":
            return _text(_needed(block, place, "text")[0])
        if kind == "image_url":
            return {"type": "image_url", "image_url": _needed(block, place, "image_url")[0]}
        if is_data_content_block(block):
            return _named(convert_to_openai_data_block(dict(block)))
        if (
            kind == "file"
            and isinstance(block.get("file"), Mapping)
            and isinstance(block["file"].get("file_data"), str)
        ):
            return _named(block)
        reader = _READERS.get(str(kind)) or next((_READERS[key] for key in _BY_KEY if key in block), None)
        if reader is not None:
            return reader(self, block, place)
        if kind in ("thinking", "reasoning", "input_audio") or self._lenient:
            return block
        raise ValueError(
            f"{place} is of type {kind!r}, which OpenAI's API does not know and none of the known forms has; "
            f"convert it, or let it pass with pass_through_unknown_blocks=True; the block is {block!r}"
        )

    def _an_image(self, block: Mapping[str, Any], place: str) -> Any:
        if block.get("source"):
            kind, encoding, data = _needed(block["source"], f"{place}['source']", "media_type", "type", "data")
            return _image(kind, data, encoding)
        image = _needed(block, place, "image")[0]
        source, kind = _needed(image, f"{place}['image']", "source", "format")
        return _image(f"image/{kind}", b64encode(source["bytes"]).decode())

    def _media(self, block: Mapping[str, Any], place: str) -> Any:
        kind, data = _needed(block, place, "mime_type", "data")
        if "image" not in kind:
            raise ValueError(f"{place} is of {kind!r}; OpenAI's messages hold texts and images alone")
        return _image(kind, b64encode(data).decode())

    def _tool_use(self, block: Mapping[str, Any], place: str) -> None:
        id, name, given = _needed(block, place, "id", "name", "input")
        if all(call["id"] != id for call in self.calls):
            self.calls_in_content.append(_call(id, name, _json(given)))

    def _function_call(self, block: Mapping[str, Any], place: str) -> Any:
        if all(call["id"] != block.get("call_id") for call in self.calls):
            self.calls_in_content.append(_call(*_needed(block, place, "call_id", "name", "arguments")))
        return block if self._lenient else None

    def _tool_result(self, block: Mapping[str, Any], place: str) -> None:
        content, id = _needed(block, place, "content", "tool_use_id")
        answer = {"type": "tool", "content": content, "tool_call_id": id}
        self.answers += convert_to_openai_messages([answer], text_format=self._format)

    def _json(self, block: Mapping[str, Any], place: str) -> Any:
        return _text(json.dumps(_needed(block, place, "json")[0]))

    def _guarded(self, block: Mapping[str, Any], place: str) -> Any:
        (text,) = _needed(_needed(block, place, "guard_content")[0], f"{place}['guard_content']", "text")
        return _text(text["text"] if isinstance(text, Mapping) else text)


_READERS: Final[dict[str, Callable[[_Content, Mapping[str, Any], str], Any]]] = {
    "image": _Content._an_image,
    "media": _Content._media,
    "tool_use": _Content._tool_use,
    "function_call": _Content._function_call,
    "tool_result": _Content._tool_result,
    "json": _Content._json,
    "guard_content": _Content._guarded,
}
_BY_KEY: Final = ("image", "json", "guard_content")
"""Kinds of blocks that Bedrock tells by a key in place of a type."""


def _needed(block: Mapping[str, Any], place: str, *keys: str) -> list[Any]:
    """Return the values of keys that a block must have."""
    missing = [key for key in keys if key not in block]
    if missing:
        raise ValueError(f"{place} lacks {listed(missing)}; the block is {block!r}")
    return [block[key] for key in keys]


def _named(block: Mapping[str, Any]) -> Any:
    """Return the block of a file, which has a name."""
    file = block.get("file")
    if block.get("type") != "file" or not isinstance(file, Mapping) or file.get("filename") is not None:
        return block
    return {**block, "file": {**file, "filename": NAMELESS}}
