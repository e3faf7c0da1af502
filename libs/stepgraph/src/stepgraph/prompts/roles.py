"""Templates of one message each, by the role of who speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field
from typing_extensions import Self

from stepgraph.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage
from stepgraph.prompts.dict import DictPromptTemplate
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.prompts.image import ImagePromptTemplate
from stepgraph.prompts.message import BaseMessagePromptTemplate, titled
from stepgraph.prompts.prompt import PromptTemplate
from stepgraph.prompts.string import StringPromptTemplate

__all__ = [
    "AIMessagePromptTemplate",
    "BaseStringMessagePromptTemplate",
    "ChatMessagePromptTemplate",
    "ContentMessagePromptTemplate",
    "HumanMessagePromptTemplate",
    "OneMessagePromptTemplate",
    "SystemMessagePromptTemplate",
]


class OneMessagePromptTemplate(BaseMessagePromptTemplate):
    """What makes one message; subclasses write `format` and `input_variables`."""

    def format(self, **kwargs: Any) -> BaseMessage:
        """Return the message, with values put in for the variables."""
        raise NotImplementedError(f"{type(self).__name__} must define format()")

    async def aformat(self, **kwargs: Any) -> BaseMessage:
        """See `format`."""
        return self.format(**kwargs)

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return the message in a list; see `format`."""
        return [self.format(**kwargs)]

    async def aformat_messages(self, **kwargs: Any) -> list[Any]:
        """See `format_messages`."""
        return [await self.aformat(**kwargs)]


class BaseStringMessagePromptTemplate(OneMessagePromptTemplate):
    """What makes one message of a text; subclasses write `format`.

    Attributes:
        prompt: The text.
        additional_kwargs: What the message holds besides.
    """

    prompt: StringPromptTemplate
    additional_kwargs: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def from_template(
        cls,
        template: str,
        template_format: PromptTemplateFormat = "f-string",
        partial_variables: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return the template of a text.

        Args:
            template: The text.
            template_format: How variables are written in it.
            partial_variables: Values that are known beforehand.
            kwargs: Other attributes.
        """
        prompt = PromptTemplate.from_template(
            template, template_format=template_format, partial_variables=partial_variables
        )
        return cls(prompt=prompt, **kwargs)

    @classmethod
    def from_template_file(cls, template_file: str | Path, **kwargs: Any) -> Self:
        """Return the template of a text that is in a file; see `PromptTemplate.from_file`."""
        return cls(prompt=PromptTemplate.from_file(template_file), **kwargs)

    @property
    def input_variables(self) -> list[str]:
        """The variables of the text."""
        return self.prompt.input_variables

    def pretty_repr(self, html: bool = False) -> str:
        """Return the message as titled text, with the names of variables in their places."""
        kind = type(self).__name__.removesuffix("MessagePromptTemplate")
        return titled(f"{'Ai' if kind == 'AI' else kind} Message", self.prompt.pretty_repr())


class ChatMessagePromptTemplate(BaseStringMessagePromptTemplate):
    """What makes the message of somebody whose role has no class of its own.

    Attributes:
        role: The role.
    """

    role: str

    def format(self, **kwargs: Any) -> BaseMessage:
        """Return the message, with values put in for the variables."""
        return ChatMessage(self.prompt.format(**kwargs), role=self.role, additional_kwargs=dict(self.additional_kwargs))

    async def aformat(self, **kwargs: Any) -> BaseMessage:
        """See `format`."""
        text = await self.prompt.aformat(**kwargs)
        return ChatMessage(text, role=self.role, additional_kwargs=dict(self.additional_kwargs))


class ContentMessagePromptTemplate(OneMessagePromptTemplate):
    """What makes one message of a text, or of a list of content blocks.

    Attributes:
        prompt: The text, or what makes each block.
        additional_kwargs: What the message holds besides.
    """

    message_class: ClassVar[type[BaseMessage]] = BaseMessage

    prompt: StringPromptTemplate | list[StringPromptTemplate | ImagePromptTemplate | DictPromptTemplate]
    additional_kwargs: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def from_template(
        cls,
        template: str | Sequence[str | dict[str, Any]],
        template_format: PromptTemplateFormat = "f-string",
        *,
        partial_variables: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return the template of a text or of content blocks.

        Args:
            template: The text, or a list of texts and blocks, such as `{"type": "image_url", "image_url": "{url}"}`.
            template_format: How variables are written in it.
            partial_variables: Values that are known beforehand; for a text only.
            kwargs: Other attributes.

        Raises:
            ValueError: It is neither, or cannot be read.
        """
        if isinstance(template, str):
            text = PromptTemplate.from_template(
                template, template_format=template_format, partial_variables=partial_variables
            )
            return cls(prompt=text, **kwargs)
        if not isinstance(template, Sequence):
            raise ValueError(
                f"a template is text or a list of content blocks, got {type(template).__name__}: {template!r}"
            )
        if partial_variables:
            raise ValueError("partial_variables are for a text; for content blocks, call partial() on the whole prompt")
        return cls(prompt=[_block(each, template_format) for each in template], **kwargs)

    @classmethod
    def from_template_file(
        cls,
        template_file: str | Path,
        input_variables: list[str] | None = None,  # noqa: ARG003 - programs name them
        **kwargs: Any,
    ) -> Self:
        """Return the template of a text that is in a file; see `from_template`.

        Args:
            template_file: The file.
            input_variables: Ignored; the text tells.
            kwargs: For `from_template`.
        """
        return cls.from_template(Path(template_file).read_text(), **kwargs)

    def format(self, **kwargs: Any) -> BaseMessage:
        """Return the message, with values put in for the variables."""
        prompt = self.prompt
        if isinstance(prompt, list):
            return self._message([_made(each, each.format(**_for(each, kwargs))) for each in prompt])
        return self._message(prompt.format(**kwargs))

    async def aformat(self, **kwargs: Any) -> BaseMessage:
        """See `format`."""
        prompt = self.prompt
        if isinstance(prompt, list):
            return self._message([_made(each, await each.aformat(**_for(each, kwargs))) for each in prompt])
        return self._message(await prompt.aformat(**kwargs))

    def _message(self, content: Any) -> BaseMessage:
        if self.additional_kwargs:
            return self.message_class(content, additional_kwargs=dict(self.additional_kwargs))
        return self.message_class(content)

    @property
    def input_variables(self) -> list[str]:
        """The variables of the text, or of all blocks."""
        prompts = self.prompt if isinstance(self.prompt, list) else [self.prompt]
        return [name for each in prompts for name in each.input_variables]

    def pretty_repr(self, html: bool = False) -> str:
        """Return the message as titled text, with the names of variables in their places."""
        kind = self.message_class.type.title()
        prompts = self.prompt if isinstance(self.prompt, list) else [self.prompt]
        return titled(f"{kind} Message", "\n\n".join(each.pretty_repr() for each in prompts))


class HumanMessagePromptTemplate(ContentMessagePromptTemplate):
    """What makes the message of a person."""

    message_class: ClassVar[type[BaseMessage]] = HumanMessage


class AIMessagePromptTemplate(ContentMessagePromptTemplate):
    """What makes the message of a model."""

    message_class: ClassVar[type[BaseMessage]] = AIMessage


class SystemMessagePromptTemplate(ContentMessagePromptTemplate):
    """What makes the message that tells a model about its task."""

    message_class: ClassVar[type[BaseMessage]] = SystemMessage


def _block(form: Any, template_format: PromptTemplateFormat) -> Any:
    """Return what makes one content block."""
    if isinstance(form, str):
        return PromptTemplate.from_template(form, template_format=template_format)
    if not isinstance(form, Mapping):
        raise ValueError(f"a content block is text or a dict, got {type(form).__name__}: {form!r}")
    if "text" in form and set(form) <= {"type", "text"}:
        return PromptTemplate.from_template(str(form["text"]), template_format=template_format)
    if "image_url" in form and set(form) <= {"type", "image_url"}:
        image = form["image_url"]
        if not isinstance(image, (str, dict)):
            raise ValueError(f"an image_url is an address, or a dict with 'url', got {type(image).__name__}: {image!r}")
        address = {"url": image} if isinstance(image, str) else image
        return ImagePromptTemplate(template=address, template_format=template_format)
    return DictPromptTemplate(template=dict(form), template_format=template_format)


def _for(prompt: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of one block's own variables."""
    return {name: values[name] for name in prompt.input_variables if name in values}


def _made(prompt: Any, made: Any) -> Any:
    """Return the block that one of the templates of a list has made."""
    if isinstance(prompt, StringPromptTemplate):
        return {"type": "text", "text": made}
    return {"type": "image_url", "image_url": made} if isinstance(prompt, ImagePromptTemplate) else made
