"""FewShotPromptWithTemplates: a prompt of examples between two other prompts."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator
from typing_extensions import Self

from stepgraph.errors import listed
from stepgraph.prompts.examples import StringWithExamples
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.prompts.string import StringPromptTemplate

__all__ = ["FewShotPromptWithTemplates"]


class FewShotPromptWithTemplates(StringWithExamples):
    """A prompt of examples between two other prompts, each filled in by itself.

    Attributes:
        example_prompt: How one example is shown.
        suffix: What comes after them.
        prefix: What comes before them, if anything.
        example_separator: What stands between all of these.
        template_format: Kept for programs that name one; each of the prompts knows its own.
        validate_template: Whether `input_variables` must name the variables of both; else they are found.
    """

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

    def _around(self, examples: list[str], values: dict[str, Any]) -> str:
        prefix = self.prefix.format(**values) if self.prefix else ""
        pieces = (prefix, *examples, self.suffix.format(**values))
        return self.example_separator.join(each for each in pieces if each)

    @property
    def _prompt_type(self) -> str:
        return "few_shot_with_templates"
