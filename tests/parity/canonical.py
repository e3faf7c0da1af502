"""Results as plain JSON values, without what may differ between two runs or two engines.

Ids and times become `*`. An exception becomes the name under which a user's `except` clause catches it under
both roots: the nearest class of its ancestry that Python or LangGraph names. Everything else is kept, a tuple
told from a list included.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

SHARED_ERRORS = {
    "EmptyChannelError",
    "EmptyInputError",
    "GraphBubbleUp",
    "GraphInterrupt",
    "GraphRecursionError",
    "InvalidUpdateError",
    "NodeCancelledError",
    "NodeTimeoutError",
    "ParentCommand",
    "ValidationError",
}

# Keys whose values differ between runs, in the payloads of streams and in a node's config.
VOLATILE = {"timestamp", "checkpoint_id", "task_id", "run_id"}
NAMESPACES = {"checkpoint_ns", "langgraph_checkpoint_ns"}


def caught_as(error: BaseException) -> str:
    """Return the name of the nearest ancestor class that both roots know."""
    for ancestor in type(error).__mro__:
        if ancestor.__module__ == "builtins" or ancestor.__name__ in SHARED_ERRORS:
            return ancestor.__name__
    return "BaseException"


def canonical(value: Any) -> Any:
    """Return `value` in a form that JSON keeps and that two runs share."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, BaseException):
        return {"error": caught_as(value)}
    if isinstance(value, type):
        return {"class": value.__name__}
    if isinstance(value, tuple):
        return {"tuple": [canonical(item) for item in value]}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, AbstractSet):
        return {"set": sorted((canonical(item) for item in value), key=repr)}
    if isinstance(value, Mapping):
        return _mapping(value)
    return _instance(value)


def _mapping(value: Mapping[Any, Any]) -> Any:
    if not all(isinstance(key, str) for key in value):
        return {"pairs": [[canonical(key), canonical(item)] for key, item in value.items()]}
    is_task = "name" in value and ("triggers" in value or "result" in value)
    plain: dict[str, Any] = {}
    for key, item in value.items():
        if key in VOLATILE or (is_task and key == "id"):
            plain[key] = "*"
        elif key in NAMESPACES:
            plain[key] = spoken_namespace(str(item).split("|"))
        else:
            plain[key] = canonical(item)
    return plain


def _instance(value: Any) -> Any:
    name = type(value).__name__
    if name == "Send":
        return {"Send": [value.node, canonical(value.arg)]}
    if name == "Overwrite":
        return {"Overwrite": canonical(value.value)}
    if all(hasattr(value, attribute) for attribute in ("type", "content", "id")):
        return {"message": value.type, "content": canonical(value.content), "id": value.id}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: canonical(fields)}
    if hasattr(value, "model_dump"):
        return {name: canonical(value.model_dump())}
    raise TypeError(f"a program returned a {name}, which has no canonical form")


def spoken_namespace(parts: Any) -> str:
    """Return the node names of a namespace, such as `outer/inner`."""
    return "/".join(str(part).split(":")[0] for part in parts)
