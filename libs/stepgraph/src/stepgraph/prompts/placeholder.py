"""MessagesPlaceholder: a place in a chat prompt for messages that callers give."""

from __future__ import annotations

from typing import Any

from pydantic import PositiveInt

from stepgraph.errors import MissingVariablesError
from stepgraph.messages import BaseMessage
from stepgraph.messages.coerce import to_message
from stepgraph.prompts.message import BaseMessagePromptTemplate, titled

__all__ = ["MessagesPlaceholder"]


class MessagesPlaceholder(BaseMessagePromptTemplate):
    """A place for a list of messages, in any of the forms in which messages are written.

    Attributes:
        variable_name: The variable that holds the list.
        optional: Whether it may be left out: then there are no messages.
        n_messages: How many of the last messages are taken; all by default.
    """

    variable_name: str
    optional: bool = False
    n_messages: PositiveInt | None = None

    def __init__(self, variable_name: str, *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"variable_name": variable_name, "optional": optional, **kwargs})

    @property
    def input_variables(self) -> list[str]:
        """The variable, unless it may be left out."""
        return [] if self.optional else [self.variable_name]

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return the messages that the variable holds.

        Raises:
            MissingVariablesError: There is no such variable, and it may not be left out.
            ValueError: It holds no list.
        """
        name = self.variable_name
        if name not in kwargs:
            if self.optional:
                return []
            raise MissingVariablesError(
                f"there is no list of messages for {name!r}; give it one, or optional=True", [name]
            )
        given = kwargs[name]
        if not isinstance(given, (list, tuple)):
            raise ValueError(f"variable {name!r} should be a list of messages, got {type(given).__name__}: {given!r}")
        if self.n_messages is not None:
            given = given[-self.n_messages :]
        return [each if isinstance(each, BaseMessage) else to_message(each) for each in given]

    def pretty_repr(self, html: bool = False) -> str:
        """Return its title and the name of its variable."""
        return titled("Messages Placeholder", f"{{{self.variable_name}}}")
