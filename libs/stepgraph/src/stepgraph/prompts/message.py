"""BaseMessagePromptTemplate: what makes messages inside a chat prompt."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from stepgraph.messages.base import get_msg_title_repr

__all__ = ["BaseMessagePromptTemplate", "titled"]


class BaseMessagePromptTemplate(BaseModel):
    """What makes messages; subclasses write `format_messages` and `input_variables`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return messages, with values put in for the variables."""
        raise NotImplementedError(f"{type(self).__name__} must define format_messages()")

    async def aformat_messages(self, **kwargs: Any) -> list[Any]:
        """See `format_messages`."""
        return self.format_messages(**kwargs)

    @property
    def input_variables(self) -> list[str]:
        """The variables that callers give."""
        raise NotImplementedError(f"{type(self).__name__} must define input_variables")

    def pretty_repr(self, html: bool = False) -> str:
        """Return what it makes as titled text, with the names of variables in their places; `html` changes nothing."""
        return repr(self)

    def pretty_print(self) -> None:
        """Print what it makes; see `pretty_repr`."""
        print(self.pretty_repr())  # noqa: T201 - that is what it is for

    def __add__(self, other: Any) -> Any:
        """Return a chat prompt of this and others."""
        chat = import_module("stepgraph.prompts.chat")
        return chat.ChatPromptTemplate(messages=[self]) + other


def titled(title: str, text: str) -> str:
    """Return text under a title, as messages are printed."""
    return f"{get_msg_title_repr(title)}\n\n{text}"
