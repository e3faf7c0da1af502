"""What `add_messages(format="langchain-openai")` does besides merging: messages are kept in OpenAI's form.

Contents become text, or blocks of the kinds `text` and `image_url`; results of tools among a person's blocks become
messages of their own. A message that stands in a list which was made here is in the form already, so that a superstep
costs what is new.
"""

from __future__ import annotations

from typing import Any, Final

from stepgraph.graph.merging import identified, merge

__all__ = ["OPENAI", "check_format", "merge_formatted"]

OPENAI: Final = "langchain-openai"
"""The one form that there is."""

_MOST: Final = 32
"""How many lists are remembered."""

_made: dict[int, tuple[list[Any], int]] = {}
"""Lists by their `id()`, each with its length; one that is held here cannot hand its `id()` on to another."""


def check_format(given: Any) -> None:
    """Refuse a form that there is none of.

    Raises:
        ValueError: It is neither "langchain-openai" nor `None`.
    """
    if given is not None and given != OPENAI:
        raise ValueError(f"format is {OPENAI!r} or None, for messages as they are; got {given!r}")


def merge_formatted(left: Any, added: list[Any]) -> list[Any]:
    """Return the messages of `left` with those of `added`, which have ids, all in OpenAI's form.

    Raises:
        ValueError: A message to remove is not there, or a block lacks a key.
    """
    known = _made.get(id(left))
    if known is None or known[0] is not left or len(left) != known[1]:
        left = _formatted(identified(left))
    merged = merge(left, _formatted(added))
    _made[id(merged)] = (merged, len(merged))
    if len(_made) > _MOST:
        for oldest in list(_made)[:-_MOST]:  # a list of its own: other threads may come in between
            _made.pop(oldest, None)
    return merged


def _formatted(messages: list[Any]) -> list[Any]:
    from stepgraph.messages import convert_to_messages, convert_to_openai_messages  # noqa: PLC0415 - few states ask for it

    found: list[Any] = []
    for message in messages:
        if message.type == "remove":
            found.append(message)
            continue
        made = convert_to_messages(convert_to_openai_messages([message]))
        for position, each in enumerate(made):
            each.id = f"{message.id}/{position}" if position else message.id
        found += made
    return found
