"""FewShotPromptWithTemplates: a prompt of examples between two other prompts."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator
from typing_extensions import Self

from stepgraph.errors import listed
from stepgraph.prompts.examples import WithExamples, shown
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.prompts.prompt import PromptTemplate
from stepgraph.prompts.string import StringPromptTemplate

__all__ = ["FewShotPromptWithTemplates"]


class FewShotPromptWithTemplates(WithExamples, StringPromptTemplate):
    """A prompt of examples between two other prompts, each filled in by itself.

    Attributes:
        example_prompt: How one example is shown.
        suffix: What comes after them.
        prefix: What comes before them, if anything.
        example_separator: What stands between all of these.
        template_format: How variables are written.
        validate_template: Whether `input_variables` must name the variables of both; else they are found.
    """

    example_prompt: PromptTemplate
    suffix: StringPromptTemplate
    prefix: StringPromptTemplate | None = None
    example_separator: str = "\n\n"
    template_format: PromptTemplateFormat = "f-string"
    validate_template: bool = False

    @model_validator(mode="after")
    def template_is_valid(self) -> Self:
        """Find the variables, or check those that were named."""
        found = {*self.suffix.input_variables, *(self.prefix.input_variables if self.prefix else ())}
        named = {*self.input_variables, *self.partial_variables}
        if self.validate_template and named != found:
            raise ValueError(
                f"prefix and suffix have the variables {listed(sorted(found))}, but input_variables and "
                f"partial_variables name {listed(sorted(named))}"
            )
        self.__dict__["input_variables"] = sorted(found - set(self.partial_variables))
        return self

    def format(self, **kwargs: Any) -> str:
        """Return the text with examples in it, and values put in for its variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        values = self._merge_partial_and_user_variables(**kwargs)
        examples = [self.example_prompt.format(**self._shown(each)) for each in self._get_examples(**values)]
        return self._joined(examples, values)

    async def aformat(self, **kwargs: Any) -> str:
        """See `format`."""
        values = self._merge_partial_and_user_variables(**kwargs)
        found = await self._aget_examples(**values)
        return self._joined([await self.example_prompt.aformat(**self._shown(each)) for each in found], values)

    def _shown(self, example: dict[str, Any]) -> dict[str, Any]:
        return shown(self.example_prompt, example)

    def _joined(self, examples: list[str], values: dict[str, Any]) -> str:
        """Return the text of some examples."""
        prefix = self.prefix.format(**values) if self.prefix else ""
        pieces = (prefix, *examples, self.suffix.format(**values))
        return self.example_separator.join(each for each in pieces if each)

    @property
    def _prompt_type(self) -> str:
        return "few_shot_with_templates"
