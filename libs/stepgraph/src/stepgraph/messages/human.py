"""HumanMessage: what a person says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from stepgraph.messages.base import BaseMessage, BaseMessageChunk

__all__ = ["HumanMessage", "HumanMessageChunk"]


@dataclass(init=False, repr=False)
class HumanMessage(BaseMessage):
    """What a person says."""

    type: ClassVar[str] = "human"


@dataclass(init=False, repr=False)
class HumanMessageChunk(HumanMessage, BaseMessageChunk):
    """A part of what a person says; parts add up with `+`."""

    type: ClassVar[str] = "HumanMessageChunk"
