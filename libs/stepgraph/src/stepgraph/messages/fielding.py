"""Fielding: what pydantic is told of fields that hold messages. Nothing else here knows pydantic."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic_core import core_schema as core

from stepgraph.messages.base import BaseMessage
from stepgraph.messages.coerce import to_message

__all__ = ["core_schema_of"]


def core_schema_of(cls: type[BaseMessage]) -> Any:
    """Return how a field that holds messages of a class is read, written and described.

    A field of any message takes other frameworks' messages too, as the engine does, and all short forms.
    """

    def read(value: Any) -> Any:
        if isinstance(value, cls):
            return value
        found = to_message(value)
        if isinstance(found, cls) or cls is BaseMessage:
            return found
        raise ValueError(f"expected a {cls.__name__}, got a message of type {found.type!r}")

    written = core.plain_serializer_function_ser_schema(_written, info_arg=True)
    shape = _shape(cls)

    def described(_: Any, handler: Any) -> Any:
        return handler(shape)

    return core.no_info_plain_validator_function(
        read, serialization=written, metadata={"pydantic_js_functions": [described]}
    )


def _written(message: Any, info: Any) -> Any:
    dump = getattr(message, "model_dump", None)
    return message if dump is None else dump(mode=info.mode)


def _shape(cls: type[BaseMessage]) -> Any:
    """Return what a message looks like as a dict."""
    text, anything = core.str_schema(), core.any_schema()
    mapping, calls = core.dict_schema(), core.list_schema(core.dict_schema())
    known = {
        "content": core.union_schema([text, core.list_schema(core.union_schema([text, mapping]))]),
        "id": core.nullable_schema(text),
        "name": core.nullable_schema(text),
        "additional_kwargs": mapping,
        "response_metadata": mapping,
        "tool_calls": calls,
        "invalid_tool_calls": calls,
        "tool_call_chunks": calls,
        "usage_metadata": core.nullable_schema(mapping),
        "chunk_position": core.nullable_schema(core.literal_schema(["last"])),
        "tool_call_id": text,
        "role": text,
        "status": core.literal_schema(["success", "error"]),
    }
    needed = ("content", "tool_call_id", "role")
    kind = text if cls is BaseMessage else core.literal_schema([cls.type])
    found = {"type": core.typed_dict_field(kind, required=cls is BaseMessage)}
    for each in fields(cls):
        if not each.init:
            continue
        found[each.name] = core.typed_dict_field(known.get(each.name, anything), required=each.name in needed)
    return core.typed_dict_schema(found, cls_name=cls.__name__)
