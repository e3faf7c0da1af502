"""Likeness: what the engine asks of a message, whoever made it.

Anything with `type`, `content` and `id` is a message: the engine looks at those attributes, never at a class.
"""

from __future__ import annotations

import os
from typing import Any, Final, Protocol, runtime_checkable

__all__ = ["LC_AUTO_PREFIX", "LC_ID_PREFIX", "MessageLike", "ensure_id", "is_message", "kind_of", "with_id"]

LC_AUTO_PREFIX: Final = "lc_"
"""What ids begin with that were made up."""

LC_ID_PREFIX: Final = "lc_run-"
"""What ids begin with that were made of a run's."""


@runtime_checkable
class MessageLike(Protocol):
    """What the engine asks of a message."""

    type: str
    content: Any
    id: str | None


def is_message(candidate: object) -> bool:
    """Return whether something is a message: it has `type`, `content` and `id`."""
    return (
        hasattr(candidate, "content") and hasattr(candidate, "id") and isinstance(getattr(candidate, "type", None), str)
    )


def kind_of(message: Any) -> str:
    """Return the type of a message, whole or not, by which programs tell messages of any framework apart."""
    kind = str(message.type)
    return kind.removesuffix("MessageChunk").lower() if kind.endswith("MessageChunk") else kind


def ensure_id(id: str | None) -> str:
    """Return an id, made up where there is none."""
    return id or f"{LC_AUTO_PREFIX}{os.urandom(16).hex()}"


def with_id(message: Any) -> str:
    """Return the id of a message, giving it one where it has none and can take one."""
    if message.id is None:
        identity = os.urandom(16).hex()
        try:
            message.id = identity
        except Exception:  # a frozen message of somebody else's stays as it is
            return identity
    return str(message.id)
