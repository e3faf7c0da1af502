"""StructuredPrompt: a chat prompt that says what form the answer has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from stepgraph.prompts.chat import ChatPromptTemplate
from stepgraph.prompts.coerce import MessageLikeRepresentation
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.making import MAKERS

__all__ = ["StructuredPrompt"]


class StructuredPrompt(ChatPromptTemplate):
    """A chat prompt that a model answers in the form of a schema: `prompt | model` asks it to.

    Args:
        messages: What it is made of; see `ChatPromptTemplate`.
        schema_: A pydantic model, or a JSON schema.
        structured_output_kwargs: For the model's `with_structured_output`; unknown `kwargs` are added.
        template_format: How variables are written.
        kwargs: Other attributes.

    Attributes:
        schema_: The form of the answer.
        structured_output_kwargs: For the model's `with_structured_output`.

    Raises:
        ValueError: There is no schema.
    """

    schema_: Any = None
    structured_output_kwargs: dict[str, Any] = Field(default_factory=dict)

    def __init__(
        self,
        messages: Sequence[MessageLikeRepresentation],
        schema_: Any = None,
        *,
        structured_output_kwargs: dict[str, Any] | None = None,
        template_format: PromptTemplateFormat = "f-string",
        **kwargs: Any,
    ) -> None:
        schema = schema_ or kwargs.pop("schema", None)
        if not schema:
            raise ValueError(f"a structured prompt needs a schema, a pydantic model or a JSON schema; got {schema!r}")
        others = {key: kwargs.pop(key) for key in [*kwargs] if key not in type(self).model_fields}
        super().__init__(
            messages,
            template_format=template_format,
            schema_=schema,
            structured_output_kwargs={**(structured_output_kwargs or {}), **others},
            **kwargs,
        )

    @classmethod
    def from_messages_and_schema(
        cls, messages: Sequence[MessageLikeRepresentation], schema: Any, **kwargs: Any
    ) -> ChatPromptTemplate:
        """Return the prompt of messages and of the form of the answer; see the class."""
        return cls(messages, schema, **kwargs)

    def __or__(self, other: Any) -> Runnable[Any, Any]:
        return self.pipe(other)

    def pipe(self, *others: Any, name: str | None = None) -> Runnable[Any, Any]:
        """Return the sequence of this prompt, a model that answers in the form of the schema, and others.

        Raises:
            TypeError: What comes next is no model.
        """
        model, *rest = others
        structured = getattr(model, "with_structured_output", None)
        if structured is None:
            raise TypeError(
                "a structured prompt is followed by a chat model, which has with_structured_output(); got "
                f"{type(model).__name__}"
            )
        steps = [structured(self.schema_, **self.structured_output_kwargs), *map(MAKERS.coerce, rest)]
        return MAKERS.sequence(self, *steps, name=name)  # type: ignore[no-any-return]
