"""Notifications: messages of a person's kind that no person wrote, and what says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import NotRequired, TypedDict

from stepgraph.messages.human import HumanMessage

__all__ = ["NotificationMetadata", "add_notification_metadata", "get_notification_metadata"]


class NotificationMetadata(TypedDict):
    """Where a notification comes from.

    Attributes:
        source: What part of the program wrote it.
        data: What that part says besides.
    """

    source: str
    data: NotRequired[dict[str, Any]]


def add_notification_metadata(
    message: HumanMessage, *, source: str, data: Mapping[str, Any] | None = None
) -> HumanMessage:
    """Return a copy of a message that says which part of the program wrote it.

    Whoever can write messages can write this too; it is no ground for trust.

    Args:
        message: The message.
        source: The part of the program.
        data: What it says besides, as JSON can hold it.
    """
    kept = {key: value for key, value in message.additional_kwargs.items() if key != "lc_data"}
    kept["lc_source"] = source
    if data is not None:
        kept["lc_data"] = dict(data)
    return message.model_copy(update={"additional_kwargs": kept})


def get_notification_metadata(message: Any) -> NotificationMetadata | None:
    """Return which part of the program wrote a message, `None` where none did."""
    source, data = (message.additional_kwargs.get(key) for key in ("lc_source", "lc_data"))
    if not isinstance(source, str):
        return None
    return {"source": source, "data": dict(data)} if isinstance(data, dict) else {"source": source}
