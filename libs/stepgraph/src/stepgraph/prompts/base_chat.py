"""BaseChatPromptTemplate: prompts that are messages."""

from __future__ import annotations

from typing import Any

from stepgraph.prompt_values import ChatPromptValue
from stepgraph.prompts.base import BasePromptTemplate

__all__ = ["BaseChatPromptTemplate"]


class BaseChatPromptTemplate(BasePromptTemplate[str]):
    """A prompt that is messages; subclasses write `format_messages`, and `aformat_messages` where that waits."""

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return messages, with values put in for the variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define format_messages()")

    async def aformat_messages(self, **kwargs: Any) -> list[Any]:
        """See `format_messages`."""
        return self.format_messages(**kwargs)

    def format(self, **kwargs: Any) -> str:
        """Return the messages as text, one a line, each with who says it."""
        return self.format_prompt(**kwargs).to_string()

    async def aformat(self, **kwargs: Any) -> str:
        """See `format`."""
        return (await self.aformat_prompt(**kwargs)).to_string()

    def format_prompt(self, **kwargs: Any) -> ChatPromptValue:
        """Return the messages as a model takes them."""
        return ChatPromptValue(self.format_messages(**kwargs))

    async def aformat_prompt(self, **kwargs: Any) -> ChatPromptValue:
        """See `format_prompt`."""
        return ChatPromptValue(await self.aformat_messages(**kwargs))

    def pretty_repr(self, html: bool = False) -> str:
        """Return the messages as titled text, with the names of variables in their places; `html` changes nothing."""
        return repr(self)

    def pretty_print(self) -> None:
        """Print the messages; see `pretty_repr`."""
        print(self.pretty_repr())  # noqa: T201 - that is what it is for
