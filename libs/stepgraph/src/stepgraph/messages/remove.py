"""RemoveMessage: takes a message out of a list that `add_messages` keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stepgraph.messages.base import BaseMessage

__all__ = ["RemoveMessage"]


@dataclass(init=False, repr=False)
class RemoveMessage(BaseMessage):
    """Removes the message with its id from a list that `add_messages` keeps."""

    type: str = field(default="remove", init=False, repr=False, compare=False)

    def __init__(self, id: str, **kwargs: Any) -> None:
        if kwargs.pop("content", ""):
            raise ValueError("RemoveMessage has no content; it takes the id of the message to remove")
        super().__init__("", id=id, **kwargs)
