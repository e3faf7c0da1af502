"""Selecting: which messages of a list go on, and runs of messages by one speaker as one message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from typing import Any, TypeAlias

from stepgraph.messages.ai import add_usage
from stepgraph.messages.base import BaseMessage, message_chunk_to_message
from stepgraph.messages.coerce import convert_to_messages
from stepgraph.messages.likeness import kind_of
from stepgraph.messages.merging import merge_dicts
from stepgraph.messages.without_messages import or_runnable

__all__ = ["Kinds", "filter_messages", "is_of", "merge_message_runs"]

Kinds: TypeAlias = "str | type[Any] | Sequence[str | type[Any]]"
"""Types of messages, by name or by class."""


def is_of(message: Any, kinds: Kinds) -> bool:
    """Return whether a message is of one of some types, by name or by class."""
    given = (kinds,) if isinstance(kinds, (str, type)) else tuple(kinds)
    return message.type in given or isinstance(message, tuple(each for each in given if isinstance(each, type)))


@or_runnable
def filter_messages(
    messages: Iterable[Any] | Any,
    *,
    include_names: Sequence[str] | None = None,
    exclude_names: Sequence[str] | None = None,
    include_types: Sequence[str | type[BaseMessage]] | None = None,
    exclude_types: Sequence[str | type[BaseMessage]] | None = None,
    include_ids: Sequence[str] | None = None,
    exclude_ids: Sequence[str] | None = None,
    exclude_tool_calls: Collection[str] | bool | None = None,
) -> list[Any]:
    """Return the messages that are not excluded, and included by name, type or id where any of these is given.

    Called without messages it returns a runnable that does so.

    Args:
        messages: Messages in any of their forms.
        include_names: Names of speakers.
        exclude_names: Names of speakers.
        include_types: Types, by name (`"human"`) or by class.
        exclude_types: Types, by name or by class.
        include_ids: Ids.
        exclude_ids: Ids.
        exclude_tool_calls: Ids of tool calls that are taken out, with their answers, and with messages that have no
            other call; `True` for all messages with calls, and all answers.
    """
    kept = []
    for message in convert_to_messages(messages):
        if message.name in (exclude_names or ()) or message.id in (exclude_ids or ()):
            continue
        if exclude_types and is_of(message, exclude_types):
            continue
        left = message if not exclude_tool_calls else _without_calls(message, exclude_tool_calls)
        if left is None:
            continue
        if (
            not (include_names or include_types or include_ids)
            or message.name in (include_names or ())
            or message.id in (include_ids or ())
            or (include_types and is_of(message, include_types))
        ):
            kept.append(left)
    return kept


def _without_calls(message: Any, ids: Collection[str] | bool) -> Any:
    """Return a message without some of its tool calls, `None` where nothing is left of it."""
    calls = getattr(message, "tool_calls", None) if kind_of(message) == "ai" else None
    answers = kind_of(message) == "tool"
    if isinstance(ids, bool):
        return None if calls or answers else message
    if answers:
        return None if message.tool_call_id in ids else message
    if not calls:
        return message
    left = [call for call in calls if call["id"] not in ids]
    if not left:
        return None
    twin = copy(message)
    twin.tool_calls = left
    if isinstance(message.content, list):
        twin.content = [block for block in message.content if not _is_use_of(block, ids)]
    return twin


def _is_use_of(block: Any, ids: Collection[str]) -> bool:
    return isinstance(block, dict) and block.get("type") in ("tool_use", "tool_call") and block.get("id") in ids


@or_runnable
def merge_message_runs(messages: Iterable[Any] | Any, *, chunk_separator: str = "\n") -> list[Any]:
    r"""Return messages with those of one type that follow each other as one; answers of tools stay apart.

    Called without messages it returns a runnable that does so.

    Args:
        messages: Messages in any of their forms.
        chunk_separator: What stands between texts that become one.
    """
    merged: list[Any] = []
    for message in convert_to_messages(messages):
        if merged and _goes_on(merged[-1], message):
            merged[-1] = _joined(
                message_chunk_to_message(merged[-1]), message_chunk_to_message(message), chunk_separator
            )
        else:
            merged.append(message)
    return merged


def _goes_on(last: Any, message: Any) -> bool:
    """Return whether a message is of the type and of the role of the last one, and no answer of a tool."""
    kind = kind_of(message)
    if kind == "tool" or not isinstance(message, type(last)):
        return False
    return (kind != "chat" or message.role == last.role) and (kind != "function" or message.name == last.name)


def _joined(first: Any, second: Any, separator: str) -> Any:
    """Return two messages of one type as one, which keeps how the first was made."""
    left, right = first.content, second.content
    twin = copy(first)
    if isinstance(left, str) and isinstance(right, str):
        twin.content = left + separator + right if left and right else left or right
    else:
        twin.content = [*_blocks(left), *_blocks(right)]
    twin.id = first.id or second.id
    twin.name = first.name if first.name == second.name else None
    twin.additional_kwargs = merge_dicts((first.additional_kwargs, second.additional_kwargs))
    if kind_of(first) == "ai":
        twin.tool_calls = [*first.tool_calls, *second.tool_calls]
        twin.invalid_tool_calls = [*first.invalid_tool_calls, *second.invalid_tool_calls]
        if second.usage_metadata:
            twin.usage_metadata = add_usage(first.usage_metadata, second.usage_metadata)
    return twin


def _blocks(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [content] if content else []
