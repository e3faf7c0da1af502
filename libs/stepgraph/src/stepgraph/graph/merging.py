"""Merging messages into a list of them, at the cost of what is new.

A thread's list grows at its end, superstep after superstep, and each list is the last one and something more. The
lists that were made last are remembered with an index of their ids, which they share with those they were made of; a
position in it is believed only where the message with the id really stands there.
"""

from __future__ import annotations

from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from stepgraph.messages.coerce import to_message
from stepgraph.messages.likeness import with_id

__all__ = ["identified", "merge"]

_MOST: Final = 32
"""How many lists are remembered."""

_WHOLE: Final[frozenset[type[Any]]] = frozenset((HumanMessage, AIMessage, SystemMessage, ToolMessage))
"""Messages that go into a list as they are, once they have an id."""

_made: dict[int, tuple[list[Any], int, dict[str, int]]] = {}
"""Lists by their `id()`, each with its length and the index."""


def merge(left: Any, added: list[Any]) -> list[Any]:
    """Return the messages of `left` with those of `added`, all of which have ids where they can have one.

    Raises:
        ValueError: A message to remove is not there.
    """
    before, index = _indexed(left)
    merged = before.copy()
    removed: set[str] = set()
    for message in added:
        position, index = _position(merged, index, message.id)
        if message.type == "remove":
            if position is None:
                raise ValueError(
                    f"there is no message with id {message.id!r} to remove; ids are {listed(m.id for m in merged)}"
                )
            removed.add(message.id)
            continue
        removed.discard(message.id)
        if position is None:
            if message.id is not None:
                index[message.id] = len(merged)
            merged.append(message)
        else:
            merged[position] = message
    if removed:
        return [message for message in merged if message.id not in removed]
    _remember(merged, index)
    return merged


def identified(messages: Any) -> list[Any]:
    """Return a new list of messages, made of any of their short forms, that all have an id."""
    given = messages if isinstance(messages, list) else [messages]
    found = [to_message(message) for message in given]
    for position, message in enumerate(found):
        if isinstance(message, AIMessageChunk):
            found[position] = message = message.as_message()
        with_id(message)
    return found


def _indexed(left: Any) -> tuple[list[Any], dict[str, int]]:
    """Return a list of identified messages, and an index that has all of their ids."""
    known = _made.get(id(left))
    if known is not None and known[0] is left and len(left) == known[1]:
        return known[0], known[2]
    found = left if type(left) is list and all(map(_is_identified, left)) else identified(left)
    return found, _index_of(found)


def _is_identified(message: Any) -> bool:
    return type(message) in _WHOLE and message.id is not None


def _index_of(messages: list[Any]) -> dict[str, int]:
    return {message.id: position for position, message in enumerate(messages) if message.id is not None}


def _position(messages: list[Any], index: dict[str, int], identity: str | None) -> tuple[int | None, dict[str, int]]:
    """Return where the message with an id stands, `None` for nowhere, and an index that is right about it."""
    position = None if identity is None else index.get(identity)
    if position is None or (position < len(messages) and messages[position].id == identity):
        return position, index
    index = _index_of(messages)  # another list that was made of the same one has something else there
    return index.get(identity or ""), index


def _remember(messages: list[Any], index: dict[str, int]) -> None:
    _made[id(messages)] = (messages, len(messages), index)
    if len(_made) > _MOST:
        for oldest in list(_made)[:-_MOST]:  # a list of its own: other threads may come in between
            _made.pop(oldest, None)
