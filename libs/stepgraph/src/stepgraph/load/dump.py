"""Dumping: objects as LangChain's JSON.

An object becomes the path of its class and its arguments. A dict of the user's own that looks like that is wrapped, so
that reading gives the dict again, and never what it pretends to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from pydantic import BaseModel  # noqa: TID253 - prompts are made of it

from stepgraph.load.known import PLACES
from stepgraph.load.serializable import arguments, not_implemented, useful
from stepgraph.messages import BaseMessage
from stepgraph.prompt_values import ChatPromptValue
from stepgraph.runnables import Runnable

__all__ = ["ESCAPED", "dumpd", "dumps"]

ESCAPED: Final = "__lc_escaped__"
"""The only key of a dict around one of the user's own."""

_OF_MESSAGES: Final = (
    *("content", "additional_kwargs", "response_metadata", "type", "name", "id"),
    *("tool_call_id", "artifact", "status", "role", "tool_calls", "invalid_tool_calls", "usage_metadata"),
    *("tool_call_chunks", "chunk_position"),
)
"""Attributes of messages of any kind, in the order in which they are written."""

_NEEDED: Final = ("content", "tool_call_id", "role", "text", "log", "page_content")
"""Arguments that are written where they are empty, too, for no object is made without them."""

_ORDER: Final = ("type", "id", "name", "args", "error")
"""The keys of a call that is none, as they are written."""

_CALLS: Final = ("tool_calls", "invalid_tool_calls")
"""They are written where they are empty, too, and come last."""


def dumps(obj: Any, *, pretty: bool = False, **kwargs: Any) -> str:
    """Return an object as JSON text, in LangChain's form.

    Args:
        obj: A message, document, prompt or the like, or any value of JSON with such in it. What has no form becomes a
            dict that says so (`"type": "not_implemented"`), which cannot be read back.
        pretty: Whether the text is indented.
        kwargs: What else `json.dumps` takes.

    Raises:
        ValueError: `default` is given; there is no use for it.
    """
    if "default" in kwargs:
        raise ValueError("dumps() writes each value in one way and takes no default=; convert the values before")
    if pretty:
        kwargs.setdefault("indent", 2)
    return json.dumps(dumpd(obj), **kwargs)


def dumpd(obj: Any) -> Any:
    """Return an object as values of JSON; see `dumps`."""
    if obj is None or isinstance(obj, (str, int, float)):
        return obj
    if isinstance(obj, dict):
        return _of_dict(obj)
    if isinstance(obj, (list, tuple)):
        return [dumpd(each) for each in obj]
    place = PLACES.get(type(obj))
    if place is not None:
        kwargs = {name: dumpd(value) for name, value in _arguments(obj).items()}
        return _named(obj, {"lc": 1, "type": "constructor", "id": list(place), "kwargs": kwargs})
    if not isinstance(obj, (type, Runnable, BaseMessage)) and _has_form(obj):  # of these, those alone that are known
        return _of_other(obj)
    return _named(obj, not_implemented(obj))


def _of_dict(given: dict[Any, Any]) -> dict[str, Any]:
    if not all(key is None or isinstance(key, (str, int, float)) for key in given):
        return not_implemented(given)
    if "lc" in given or list(given) == [ESCAPED]:
        return {ESCAPED: given}
    return {key: dumpd(value) for key, value in given.items()}


def _arguments(obj: Any) -> dict[str, Any]:
    """Return the arguments that make an object of a known class again."""
    if isinstance(obj, BaseMessage):
        given = {name: getattr(obj, name) for name in _OF_MESSAGES if hasattr(obj, name)}
        if given.get("invalid_tool_calls"):
            given["invalid_tool_calls"] = [{**dict.fromkeys(_ORDER), **call} for call in given["invalid_tool_calls"]]
        said = {name: value for name, value in given.items() if name in _NEEDED or useful(value)}
        return {**said, **{name: given[name] for name in _CALLS if name in given}}
    if isinstance(obj, BaseModel):
        return arguments(obj)
    found = {each.name: getattr(obj, each.name) for each in fields(obj)}
    if type(obj) is not ChatPromptValue:
        found["type"] = obj.type  # no argument: LangChain writes it, and whoever reads leaves it away
    return {name: value for name, value in found.items() if name in _NEEDED or useful(value)}


def _has_form(obj: Any) -> bool:
    """Return whether somebody else's object says that it has a form."""
    says_so = getattr(obj, "is_lc_serializable", None)
    return callable(says_so) and hasattr(obj, "to_json") and bool(says_so())


def _of_other(obj: Any) -> Any:
    """Return the form that an object has of itself, with what is below it in ours; secrets stay hidden."""
    form = dict(obj.to_json())
    kwargs = form.get("kwargs")
    if isinstance(kwargs, Mapping):
        hidden = getattr(obj, "lc_secrets", None) or ()
        form["kwargs"] = {name: value if name in hidden else dumpd(value) for name, value in kwargs.items()}
    return form


def _named(obj: Any, form: dict[str, Any]) -> dict[str, Any]:
    """Return the form of a runnable with its name, any other as it is."""
    if isinstance(obj, Runnable):
        form["name"] = obj.get_name()
    return form
