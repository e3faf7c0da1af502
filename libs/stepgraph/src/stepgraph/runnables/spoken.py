"""Spoken: the messages in the input and in the output of a runnable, whatever their form."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

__all__ = ["messages_in", "messages_out"]


def messages_in(value: Any, key: str | None) -> list[Any]:
    """Return the messages in an input.

    Args:
        value: Text, a message, a list of messages, or a dict that has one of these under a key.
        key: The key; by default the only one there is, or `"input"`.

    Raises:
        ValueError: There are none.
    """
    found = _under(value, key, "input") if isinstance(value, Mapping) else value
    if isinstance(found, (list, tuple)) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]  # a batch of one
    return _messages(found, "HumanMessage", "input")


def messages_out(value: Any, key: str | None) -> list[Any]:
    """Return the messages in an output, chunks as the whole messages that they stand for.

    Args:
        value: As for `messages_in`, or the result of a model.
        key: The key; by default the only one there is, or `"output"`.

    Raises:
        ValueError: There are none.
    """
    found = value
    if isinstance(value, Mapping):
        is_result = "generations" in value and (key or "output") not in value
        found = value["generations"][0][0]["message"] if is_result else _under(value, key, "output")
    whole = import_module("stepgraph.messages").message_chunk_to_message
    return [whole(message) for message in _messages(found, "AIMessage", "output")]


def _under(value: Mapping[str, Any], key: str | None, default: str) -> Any:
    key = key or (next(iter(value)) if len(value) == 1 else default)
    if key not in value:
        raise ValueError(
            f"expected messages under {key!r} in the {default}, which has the keys {list(value)}; say which one with "
            f"{default}_messages_key=…"
        )
    return value[key]


def _messages(found: Any, kind: str, place: str) -> list[Any]:
    if isinstance(found, str):
        return [getattr(import_module("stepgraph.messages"), kind)(found)]
    if isinstance(found, (list, tuple)):
        return list(found)
    if hasattr(found, "content") and hasattr(found, "type"):
        return [found]
    raise ValueError(f"expected text, a message or a list of messages as the {place}, got {found!r}")
