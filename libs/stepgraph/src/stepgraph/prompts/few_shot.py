"""Few-shot prompts: prompts that show a model examples, as text or as messages.

What a prompt of text is made of is put together first, then its variables are filled in: braces in examples that are
meant as text are written twice, as in all templates.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator
from typing_extensions import Self

from stepgraph.prompts.base_chat import BaseChatPromptTemplate
from stepgraph.prompts.examples import StringWithExamples, WithExamples, shown
from stepgraph.prompts.formats import PromptTemplateFormat, compiled
from stepgraph.prompts.message import BaseMessagePromptTemplate
from stepgraph.prompts.string import check_valid_template

__all__ = ["FewShotChatMessagePromptTemplate", "FewShotPromptTemplate"]


class FewShotPromptTemplate(StringWithExamples):
    """A prompt of a prefix, examples and a suffix.

    Attributes:
        example_prompt: How one example is shown.
        suffix: What comes after them, with variables.
        prefix: What comes before them, with variables.
        example_separator: What stands between all of these.
        template_format: How variables are written.
        validate_template: Whether `input_variables` must name the variables of both; else they are found.
    """

    suffix: str
    prefix: str = ""
    example_separator: str = "\n\n"
    template_format: PromptTemplateFormat = "f-string"
    validate_template: bool = False

    @model_validator(mode="after")
    def template_is_valid(self) -> Self:
        """Find the variables, or check those that were named."""
        text = self.prefix + self.suffix
        if self.validate_template:
            check_valid_template(text, self.template_format, [*self.input_variables, *self.partial_variables])
        found = compiled(text, self.template_format).variables
        self.__dict__["input_variables"] = [name for name in found if name not in self.partial_variables]
        return self

    def _around(self, examples: list[str], values: dict[str, Any]) -> str:
        text = self.example_separator.join(each for each in (self.prefix, *examples, self.suffix) if each)
        template = compiled(text, self.template_format)
        missing = [name for name in template.variables if name not in values]
        if missing and self.template_format == "f-string":
            raise self._missing(missing, values)
        return template.fill(values)

    @property
    def _prompt_type(self) -> str:
        return "few_shot"


class FewShotChatMessagePromptTemplate(WithExamples, BaseChatPromptTemplate):
    """A prompt of examples, each as messages.

    Attributes:
        example_prompt: What makes the messages of one example.
        input_variables: What an `example_selector` looks at.
    """

    input_variables: list[str] = Field(default_factory=list)
    example_prompt: BaseMessagePromptTemplate | BaseChatPromptTemplate

    def format_messages(self, **kwargs: Any) -> list[Any]:
        """Return the messages of all examples."""
        examples = self._get_examples(**self._merge_partial_and_user_variables(**kwargs))
        prompt = self.example_prompt
        return [message for each in examples for message in prompt.format_messages(**shown(prompt, each))]

    async def aformat_messages(self, **kwargs: Any) -> list[Any]:
        """See `format_messages`."""
        examples = await self._aget_examples(**self._merge_partial_and_user_variables(**kwargs))
        prompt = self.example_prompt
        return [message for each in examples for message in await prompt.aformat_messages(**shown(prompt, each))]

    @property
    def _prompt_type(self) -> str:
        return "few_shot_chat"
