"""Coercion: the short forms in which users write messages, and the forms in which others keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from stepgraph.errors import NotAMessageError, listed, nearest
from stepgraph.messages.ai import AIMessage, AIMessageChunk
from stepgraph.messages.base import BaseMessage
from stepgraph.messages.chat import ChatMessage, ChatMessageChunk
from stepgraph.messages.function import FunctionMessage, FunctionMessageChunk
from stepgraph.messages.human import HumanMessage, HumanMessageChunk
from stepgraph.messages.likeness import is_message
from stepgraph.messages.remove import RemoveMessage
from stepgraph.messages.system import SystemMessage, SystemMessageChunk
from stepgraph.messages.tool import ToolMessage, ToolMessageChunk
from stepgraph.messages.tool_calls import default_tool_parser

__all__ = ["convert_to_messages", "messages_from_dict", "to_message"]

_ROLES: Final[dict[str, type[BaseMessage]]] = {
    "human": HumanMessage,
    "user": HumanMessage,
    "ai": AIMessage,
    "assistant": AIMessage,
    "system": SystemMessage,
    "developer": SystemMessage,
    "tool": ToolMessage,
    "function": FunctionMessage,
    "chat": ChatMessage,
    "remove": RemoveMessage,
}
_CLASSES: Final[dict[str, type[BaseMessage]]] = {
    cls.__name__: cls
    for cls in (
        *(*_ROLES.values(), AIMessageChunk, HumanMessageChunk, SystemMessageChunk),
        *(ChatMessageChunk, FunctionMessageChunk, ToolMessageChunk),
    )
}
_REQUIRED: Final[dict[type[BaseMessage], tuple[str, ...]]] = {
    ToolMessage: ("tool_call_id",),
    FunctionMessage: ("name",),
    ChatMessage: ("role",),
    RemoveMessage: ("id",),
}
_OF_MESSAGES: Final = frozenset(
    ("content", "role", "type", "example", *(field.name for cls in _CLASSES.values() for field in fields(cls)))
)
"""Keys of dicts that say what a message is; all others are what a provider said besides."""


def to_message(form: Any) -> Any:
    """Return a message for one of its short forms, or the message itself.

    Args:
        form: A message, text (a person's), a pair of role and content, a dict with `role` (or `type`) and `content`
            (tool calls in a provider's form or ours), or what LangChain writes as JSON.

    Raises:
        ValueError: The role does not exist, or a dict lacks a key.
        NotAMessageError: It is none of these.
    """
    if is_message(form):
        return form
    if isinstance(form, str):
        return HumanMessage(form)
    if isinstance(form, (tuple, list)) and len(form) == 2 and isinstance(form[0], str):
        return _of_role(form[0], {"content": form[1]})
    if isinstance(form, Mapping):
        return _of_dict(form)
    raise NotAMessageError(
        "a message is an object with type, content and id, or a str, a (role, content) pair or a dict with role and "
        f"content; got {type(form).__name__}: {form!r}"
    )


def convert_to_messages(forms: Any) -> list[Any]:
    """Return a list of messages for one or several of their short forms, or for what a prompt has made.

    Args:
        forms: One form (see `to_message`), several in a list or anything else that is iterated, or what a prompt has
            made. Two strings in a tuple are a role and a content; in a list they are two messages.

    Raises:
        ValueError: A role does not exist, or a dict lacks a key.
        NotAMessageError: There is no form of a message.
    """
    to_messages: Callable[[], list[Any]] | None = getattr(forms, "to_messages", None)
    if to_messages is not None:
        return to_messages()
    if isinstance(forms, list):
        return [to_message(form) for form in forms]
    if isinstance(forms, (str, Mapping)) or is_message(forms) or not isinstance(forms, Iterable):
        return [to_message(forms)]
    if isinstance(forms, tuple) and len(forms) == 2 and isinstance(forms[0], str):
        return [to_message(forms)]
    return [to_message(form) for form in forms]


def messages_from_dict(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the messages of dicts that `messages_to_dict` has made, here or in LangChain.

    Raises:
        ValueError: A dict has no type and data, or its type does not exist.
    """
    return [_message_from_dict(each) for each in messages]


def _message_from_dict(message: Mapping[str, Any]) -> BaseMessage:
    kind, given = message.get("type"), message.get("data")
    if not isinstance(kind, str) or not isinstance(given, Mapping):
        raise ValueError(
            f"a message as messages_to_dict writes it has 'type' and 'data', got the keys {listed(message)}"
        )
    return _of_role(kind, given)


def _of_dict(form: Mapping[str, Any]) -> BaseMessage:
    if form.get("lc") == 1 and form.get("type") == "constructor":
        name = (form.get("id") or [""])[-1]
        if name not in _CLASSES:
            raise ValueError(f"{name!r} is no class of messages{nearest(name, _CLASSES)}; known are {listed(_CLASSES)}")
        kwargs = form.get("kwargs") or {}
        return _made(_CLASSES[name], name, kwargs if name == "RemoveMessage" else {"content": "", **kwargs})
    if isinstance(form.get("data"), Mapping) and "content" not in form and isinstance(form.get("type"), str):
        return _of_dict({**form["data"], "type": form["type"]})  # as `message_to_dict` writes one
    role = form.get("role") if form.get("type") not in _ROLES or form.get("type") == "function" else form.get("type")
    role = role or form.get("type")
    if not isinstance(role, str) or ("content" not in form and role not in ("remove", "assistant", "ai")):
        raise ValueError(f"a message as a dict needs 'role' and 'content', got the keys {listed(form)}")
    return _of_role(role, form)


def _of_role(role: str, given: Mapping[str, Any]) -> BaseMessage:
    cls = _ROLES.get(role) or _CLASSES.get(role)
    if cls is None:
        raise ValueError(f"role {role!r} does not exist{nearest(role, _ROLES)}; use one of {listed(_ROLES)}")
    return _made(cls, role, given)


def _made(cls: type[BaseMessage], role: str, given: Mapping[str, Any]) -> BaseMessage:
    missing = [name for name in _REQUIRED.get(cls, ()) if given.get(name) is None]
    if missing:
        raise ValueError(f"a message of role {role!r} needs {listed(missing)}, got the keys {listed(given)}")
    if cls is RemoveMessage:
        return RemoveMessage(given["id"])
    known = {field.name for field in fields(cls) if field.init}
    found = {name: value for name, value in given.items() if name in known and name != "content" and value is not None}
    if found.get("tool_calls"):
        _read_calls(found)
    besides = {name: value for name, value in given.items() if name not in _OF_MESSAGES}
    if cls is SystemMessage and role == "developer":
        besides["__openai_role__"] = "developer"
    if besides:
        found["additional_kwargs"] = {**besides, **found.get("additional_kwargs", {})}
    content = given.get("content")
    return cls("" if content is None else content, **found)


def _read_calls(found: dict[str, Any]) -> None:
    """Read tool calls that are in the form of OpenAI's API."""
    if any("function" in call for call in found["tool_calls"]):
        calls, invalid = default_tool_parser(found["tool_calls"])
        found["tool_calls"] = [*(call for call in found["tool_calls"] if "function" not in call), *calls]
        found["invalid_tool_calls"] = [*found.get("invalid_tool_calls", ()), *invalid]
