"""HumanMessage: what a person says."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepgraph.messages.base import BaseMessage, BaseMessageChunk

__all__ = ["HumanMessage", "HumanMessageChunk"]


@dataclass(init=False, repr=False)
class HumanMessage(BaseMessage):
    """What a person says."""

    type: str = field(default="human", init=False, repr=False, compare=False)


@dataclass(init=False, repr=False)
class HumanMessageChunk(HumanMessage, BaseMessageChunk):
    """A part of what a person says; parts add up with `+`."""

    type: str = field(default="HumanMessageChunk", init=False, repr=False, compare=False)
