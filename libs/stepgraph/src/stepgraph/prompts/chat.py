"""ChatPromptTemplate: a prompt that is messages, some of them with variables, and places for messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

from pydantic import Field, SkipValidation

from stepgraph.errors import listed
from stepgraph.messages import BaseMessage, is_message
from stepgraph.prompts.base_chat import BaseChatPromptTemplate
from stepgraph.prompts.coerce import MessageLike, MessageLikeRepresentation, is_pair, to_template
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.prompts.message import BaseMessagePromptTemplate
from stepgraph.prompts.placeholder import MessagesPlaceholder
from stepgraph.prompts.roles import (
    AIMessagePromptTemplate,
    BaseStringMessagePromptTemplate,
    ChatMessagePromptTemplate,
    HumanMessagePromptTemplate,
    SystemMessagePromptTemplate,
)

__all__ = [
    "AIMessagePromptTemplate",
    "BaseChatPromptTemplate",
    "BaseMessagePromptTemplate",
    "BaseStringMessagePromptTemplate",
    "ChatMessagePromptTemplate",
    "ChatPromptTemplate",
    "HumanMessagePromptTemplate",
    "MessageLike",
    "MessageLikeRepresentation",
    "MessagesPlaceholder",
    "SystemMessagePromptTemplate",
]


class ChatPromptTemplate(BaseChatPromptTemplate):
    """A prompt that is messages.

    Texts in pairs, dicts and strings are templates; messages stay as they are.

    Args:
        messages: What it is made of: messages, `("system", "You speak {language}.")` pairs, dicts with `role` and
            `content`, text (a person's), `MessagesPlaceholder`s or `("placeholder", "{history}")`, templates of
            messages, and other chat prompts.
        template_format: How variables are written: `"f-string"`, `"mustache"` or `"jinja2"`.
        kwargs: Other attributes, such as `partial_variables`.

    Attributes:
        messages: The messages, templates and chat prompts that it is made of.
        validate_template: Whether `input_variables` must name its variables.

    Raises:
        ValueError: A role does not exist, or a text cannot be read.
        TypeError: A part is none of these.

    Example:
        ```python
        prompt = ChatPromptTemplate.from_messages(
            [
                ("system", "You speak {language}."),
                MessagesPlaceholder("history"),
                ("human", "{question}"),
            ]
        )
        prompt.invoke({"language": "Latin", "history": [], "question": "Quid agis?"})
        ```
    """

    messages: SkipValidation[list[Any]]
    validate_template: bool = Field(default=False, repr=False)

    def __init__(
        self,
        messages: Sequence[MessageLikeRepresentation],
        *,
        template_format: PromptTemplateFormat = "f-string",
        **kwargs: Any,
    ) -> None:
        parts = [to_template(each, template_format) for each in _listed_forms(messages)]
        known = dict(kwargs.pop("partial_variables", None) or {})
        required, optional, types = _variables_of(parts)
        named = kwargs.pop("input_variables", None)
        if named is not None and kwargs.get("validate_template") and set(named) != required - set(known):
            raise ValueError(
                f"the messages have the variables {listed(sorted(required))}, but input_variables names {listed(named)}"
            )
        super().__init__(
            messages=parts,  # type: ignore[call-arg]
            input_variables=sorted(required - set(known)) if named is None else list(named),
            optional_variables=kwargs.pop("optional_variables", None) or sorted(optional),
            input_types={**types, **kwargs.pop("input_types", {})},
            partial_variables={**{name: [] for name in sorted(optional)}, **known},
            **kwargs,
        )

    @classmethod
    def from_messages(
        cls, messages: Sequence[MessageLikeRepresentation], template_format: PromptTemplateFormat = "f-string"
    ) -> ChatPromptTemplate:
        """Return the prompt of messages; see the class."""
        return cls(messages, template_format=template_format)

    @classmethod
    def from_template(cls, template: str, **kwargs: Any) -> ChatPromptTemplate:
        """Return the prompt of one message, a person's; see `PromptTemplate.from_template`."""
        return cls([HumanMessagePromptTemplate.from_template(template, **kwargs)])

    # Filling it in.

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return the messages, with values put in for the variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
            ValueError: A placeholder was given no list.
        """
        values = self._merge_partial_and_user_variables(**kwargs) if self.partial_variables else kwargs
        made: list[Any] = []
        for part in self.messages:
            if isinstance(part, BaseMessage) or not hasattr(part, "format_messages"):
                made.append(part)
            else:
                made += part.format_messages(**values)
        return made

    async def aformat_messages(self, **kwargs: Any) -> list[Any]:
        """See `format_messages`."""
        values = self._merge_partial_and_user_variables(**kwargs) if self.partial_variables else kwargs
        made: list[Any] = []
        for part in self.messages:
            if isinstance(part, BaseMessage) or not hasattr(part, "aformat_messages"):
                made.append(part)
            else:
                made += await part.aformat_messages(**values)
        return made

    # Putting it together.

    def partial(self, **kwargs: Any) -> ChatPromptTemplate:
        """Return a prompt some of whose variables have a value, or a function without arguments that makes it."""
        made: Any = super().partial(**kwargs)
        made.messages = list(self.messages)
        return made  # type: ignore[no-any-return]

    def append(self, message: MessageLikeRepresentation) -> None:
        """Add a message at the end, in this prompt itself; see `extend`."""
        self.extend([message])

    def extend(self, messages: Sequence[MessageLikeRepresentation]) -> None:
        """Add messages at the end, in this prompt itself. Variables are written in them as in f-strings."""
        parts = [to_template(each) for each in _listed_forms(messages)]
        required, optional, types = _variables_of(parts)
        self.messages.extend(parts)
        known = self.partial_variables
        self.input_types: dict[str, Any] = {**self.input_types, **types}
        self.optional_variables: list[str] = sorted({*self.optional_variables, *optional})
        self.partial_variables: Mapping[str, Any] = {**{name: [] for name in sorted(optional)}, **known}
        self.input_variables: list[str] = sorted({*self.input_variables, *required} - set(self.partial_variables))

    def __add__(self, other: Any) -> ChatPromptTemplate:
        """Return the prompt of these messages and others: another chat prompt, a message in any form, or several."""
        added: Sequence[Any]
        known: Mapping[str, Any]
        if isinstance(other, ChatPromptTemplate):
            added, known = other.messages, {**self.partial_variables, **other.partial_variables}
        elif is_pair(other) or isinstance(other, (str, BaseMessagePromptTemplate, BaseChatPromptTemplate)):
            added, known = [other], self.partial_variables
        elif isinstance(other, (list, tuple)):
            added, known = list(other), self.partial_variables
        elif is_message(other):
            added, known = [other], self.partial_variables
        else:
            return NotImplemented
        return ChatPromptTemplate([*self.messages, *added], partial_variables=dict(known))

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> ChatPromptTemplate: ...

    def __getitem__(self, index: int | slice) -> Any:
        """Return one of its parts, or the prompt of several."""
        if isinstance(index, slice):
            return ChatPromptTemplate(self.messages[index])
        return self.messages[index]

    def __len__(self) -> int:
        return len(self.messages)

    def __bool__(self) -> bool:
        return True  # a prompt without messages is a prompt

    def pretty_repr(self, html: bool = False) -> str:
        """Return the messages as titled text, with the names of variables in their places."""
        return "\n\n".join(part.pretty_repr() for part in self.messages)

    @property
    def _prompt_type(self) -> str:
        return "chat"


def _listed_forms(messages: Any) -> Iterable[Any]:
    if isinstance(messages, str):
        raise ValueError(
            f"messages are given as a list, got text: {messages[:80]!r}; put it into a list, or use from_template()"
        )
    return messages  # type: ignore[no-any-return]


def _variables_of(parts: Sequence[Any]) -> tuple[set[str], set[str], dict[str, Any]]:
    """Return the variables that parts need, those that may be left out, and the types of those that are no text."""
    required: set[str] = set()
    optional: set[str] = set()
    types: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, MessagesPlaceholder):
            (optional if part.optional else required).add(part.variable_name)
            types[part.variable_name] = list[BaseMessage]
        elif isinstance(part, (BaseMessagePromptTemplate, BaseChatPromptTemplate)):
            required.update(part.input_variables)
            types |= getattr(part, "input_types", {})
            optional.update(getattr(part, "optional_variables", ()))
    return required, optional - required, types
