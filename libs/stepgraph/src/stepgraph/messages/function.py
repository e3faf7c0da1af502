"""FunctionMessage: what a function answered, in the older form, which refers to the function's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from stepgraph.messages.base import BaseMessage, BaseMessageChunk

__all__ = ["FunctionMessage", "FunctionMessageChunk"]


@dataclass(init=False, repr=False)
class FunctionMessage(BaseMessage):
    """What a function answered: the older form, which refers to the function's name."""

    type: str = field(default="function", init=False, repr=False, compare=False)


@dataclass(init=False, repr=False)
class FunctionMessageChunk(FunctionMessage, BaseMessageChunk):
    """A part of what a function answered; parts of one function add up with `+`."""

    type: str = field(default="FunctionMessageChunk", init=False, repr=False, compare=False)
    _agree: ClassVar[tuple[str, ...]] = ("name",)
