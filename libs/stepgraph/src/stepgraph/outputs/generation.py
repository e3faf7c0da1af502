"""Generations: one answer of a model, whole or in chunks, as text or as a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import Self

from stepgraph.messages import AIMessageChunk
from stepgraph.messages.merging import merge_dicts

__all__ = ["ChatGeneration", "ChatGenerationChunk", "Generation", "GenerationChunk"]


@dataclass
class Generation:
    """An answer as text.

    Attributes:
        text: The text.
        generation_info: What the provider said of it, such as why it ended.
    """

    type: ClassVar[str] = "Generation"

    text: str
    generation_info: dict[str, Any] | None = None


@dataclass
class GenerationChunk(Generation):
    """A part of an answer as text; parts add up with `+`."""

    def __add__(self, other: Any) -> GenerationChunk:
        if not isinstance(other, GenerationChunk):
            return NotImplemented
        return GenerationChunk(self.text + other.text, _joined([self, other]))


@dataclass(init=False)
class ChatGeneration(Generation):
    """An answer as a message.

    Args:
        message: The message.
        generation_info: What the provider said of it, such as why it ended.
        text: Ignored; it is the text of the message.
    """

    type: ClassVar[str] = "ChatGeneration"

    message: Any = field(default=None)

    def __init__(self, message: Any, generation_info: dict[str, Any] | None = None, text: str | None = None) -> None:
        self.message: Any = message
        self.generation_info: dict[str, Any] | None = generation_info
        self.text: str = str(message.text)


class ChatGenerationChunk(ChatGeneration):
    """A part of an answer as a chunk of a message; parts add up with `+`, one and a list of others too."""

    type: ClassVar[str] = "ChatGenerationChunk"

    message: AIMessageChunk

    def __add__(self, other: Any) -> Any:
        others = other if isinstance(other, (list, tuple)) else (other,)
        if not all(isinstance(each, ChatGenerationChunk) for each in others):
            return NotImplemented
        return self.sum_of([self, *others])

    @classmethod
    def sum_of(cls, chunks: Sequence[Any]) -> Self:
        """Return what chunks add up to."""
        first = chunks[0].message
        return cls(type(first).sum_of([each.message for each in chunks]), _joined(chunks))


def _joined(generations: Sequence[Generation]) -> dict[str, Any] | None:
    """Return what the provider said of all of them."""
    infos = [each.generation_info for each in generations if each.generation_info]
    return merge_dicts(infos, goes_on=False) if infos else None
