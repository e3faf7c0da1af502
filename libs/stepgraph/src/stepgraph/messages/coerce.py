"""Coercion: the short forms in which users write messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from stepgraph.errors import listed, nearest
from stepgraph.messages.base import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    is_message,
)

__all__ = ["convert_to_messages", "to_message"]

_ROLES: Final[dict[str, type[BaseMessage]]] = {
    "human": HumanMessage,
    "user": HumanMessage,
    "ai": AIMessage,
    "assistant": AIMessage,
    "system": SystemMessage,
    "developer": SystemMessage,
    "tool": ToolMessage,
    "remove": RemoveMessage,
}
_REQUIRED: Final[dict[type[BaseMessage], tuple[str, ...]]] = {ToolMessage: ("tool_call_id",), RemoveMessage: ("id",)}
_FIELDS: Final = (
    "id",
    "name",
    "additional_kwargs",
    "response_metadata",
    "tool_calls",
    "tool_call_id",
    "artifact",
    "status",
)


def to_message(form: Any) -> Any:
    """Return a message for one of its short forms, or the message itself.

    Args:
        form: A message, text (a person's), a pair of role and content, or a dict with `role` (or `type`) and
            `content`.

    Raises:
        ValueError: The role does not exist, or a dict lacks a key.
        TypeError: It is none of these.
    """
    if is_message(form):
        return form
    if isinstance(form, str):
        return HumanMessage(form)
    if isinstance(form, (tuple, list)) and len(form) == 2 and isinstance(form[0], str):
        return _of_role(form[0], form[1], {})
    if isinstance(form, Mapping):
        role = form.get("role") or form.get("type")
        if not isinstance(role, str) or ("content" not in form and role != "remove"):
            raise ValueError(f"a message as a dict needs 'role' and 'content', got the keys {listed(form)}")
        return _of_role(role, form.get("content", ""), {key: form[key] for key in _FIELDS if key in form})
    raise TypeError(
        "a message is an object with type, content and id, or a str, a (role, content) pair or a dict with role and "
        f"content; got {type(form).__name__}: {form!r}"
    )


def convert_to_messages(forms: Any) -> list[Any]:
    """Return a list of messages for one or several of their short forms."""
    return [to_message(form) for form in (forms if isinstance(forms, list) else [forms])]


def _of_role(role: str, content: Any, given: dict[str, Any]) -> BaseMessage:
    cls = _ROLES.get(role)
    if cls is None:
        raise ValueError(f"role {role!r} does not exist{nearest(role, _ROLES)}; use one of {listed(_ROLES)}")
    known = {field.name for field in fields(cls)}
    missing = [name for name in _REQUIRED.get(cls, ()) if name not in given]
    if missing:
        raise ValueError(f"a message of role {role!r} needs {listed(missing)}, got the keys {listed(given)}")
    if cls is RemoveMessage:
        return RemoveMessage(given["id"])
    return cls(content, **{name: value for name, value in given.items() if name in known})
