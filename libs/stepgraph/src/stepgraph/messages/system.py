"""SystemMessage: what a model is told about its task."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepgraph.messages.base import BaseMessage, BaseMessageChunk

__all__ = ["SystemMessage", "SystemMessageChunk"]


@dataclass(init=False, repr=False)
class SystemMessage(BaseMessage):
    """What a model is told about its task."""

    type: str = field(default="system", init=False, repr=False, compare=False)


@dataclass(init=False, repr=False)
class SystemMessageChunk(SystemMessage, BaseMessageChunk):
    """A part of what a model is told; parts add up with `+`."""

    type: str = field(default="SystemMessageChunk", init=False, repr=False, compare=False)
