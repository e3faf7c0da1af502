"""Prompt values: what a prompt has made, as text for models that complete text, and as messages for those that chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from typing_extensions import NotRequired, TypedDict

from stepgraph.messages import HumanMessage

__all__ = [
    "ChatPromptValue",
    "ChatPromptValueConcrete",
    "ImagePromptValue",
    "ImageURL",
    "PromptValue",
    "StringPromptValue",
]


class PromptValue:
    """What a prompt has made; subclasses write both methods."""

    def to_string(self) -> str:
        """Return it as text."""
        raise NotImplementedError(f"{type(self).__name__} must define to_string()")

    def to_messages(self) -> list[Any]:
        """Return it as messages."""
        raise NotImplementedError(f"{type(self).__name__} must define to_messages()")


@dataclass
class StringPromptValue(PromptValue):
    """A text, which a person would say.

    Attributes:
        text: The text.
    """

    type: ClassVar[str] = "StringPromptValue"

    text: str

    def to_string(self) -> str:
        """Return the text."""
        return self.text

    def to_messages(self) -> list[Any]:
        """Return the text as the message of a person."""
        return [HumanMessage(self.text)]


@dataclass
class ChatPromptValue(PromptValue):
    """Messages.

    Attributes:
        messages: The messages.
    """

    type: ClassVar[str] = "ChatPromptValue"

    messages: Sequence[Any]

    def to_string(self) -> str:
        """Return the messages as text, one a line, each with who says it."""
        from stepgraph.messages.buffer import get_buffer_string  # noqa: PLC0415 - serializers need the classes alone

        return get_buffer_string(self.messages)

    def to_messages(self) -> list[Any]:
        """Return the messages."""
        return list(self.messages)


@dataclass
class ChatPromptValueConcrete(ChatPromptValue):
    """Messages, under the name that schemas have for them."""

    type: ClassVar[str] = "ChatPromptValueConcrete"


class ImageURL(TypedDict, total=False):
    """Where an image is.

    Attributes:
        url: An address, or the image itself as `data:image/png;base64,…`.
        detail: How closely a model looks at it.
    """

    detail: NotRequired[Literal["auto", "low", "high"]]
    url: str


@dataclass
class ImagePromptValue(PromptValue):
    """An image.

    Attributes:
        image_url: Where it is.
    """

    type: ClassVar[str] = "ImagePromptValue"

    image_url: ImageURL

    def to_string(self) -> str:
        """Return its address, empty where it has none."""
        return self.image_url.get("url", "")

    def to_messages(self) -> list[Any]:
        """Return it as the message of a person."""
        return [HumanMessage([{"type": "image_url", "image_url": dict(self.image_url)}])]
