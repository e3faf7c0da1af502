"""StringPromptTemplate: prompts that are text; and what the formats of text offer by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.errors import listed
from stepgraph.prompt_values import PromptValue, StringPromptValue
from stepgraph.prompts.base import BasePromptTemplate
from stepgraph.prompts.formats import PromptTemplateFormat, compiled

__all__ = [
    "PromptTemplateFormat",
    "StringPromptTemplate",
    "check_valid_template",
    "get_template_variables",
    "jinja2_formatter",
    "mustache_formatter",
    "validate_jinja2",
]


class StringPromptTemplate(BasePromptTemplate[str]):
    """A prompt that is text; subclasses write `format`."""

    def format_prompt(self, **kwargs: Any) -> PromptValue:
        """Return the text, with values put in for its variables, as a model takes it."""
        return StringPromptValue(self.format(**kwargs))

    async def aformat_prompt(self, **kwargs: Any) -> PromptValue:
        """See `format_prompt`."""
        return StringPromptValue(await self.aformat(**kwargs))

    def pretty_repr(self, html: bool = False) -> str:
        """Return the text with the names of its variables in their places; `html` changes nothing."""
        return self.format(**{name: f"{{{name}}}" for name in self.input_variables})

    def pretty_print(self) -> None:
        """Print the text with the names of its variables in their places."""
        print(self.pretty_repr())  # noqa: T201 - that is what it is for


def get_template_variables(template: str, template_format: str) -> list[str]:
    """Return the names of a template's variables, sorted.

    Raises:
        ValueError: The format does not exist, or the template cannot be read in it.
    """
    return list(compiled(template, template_format).variables)


def check_valid_template(template: str, template_format: str, input_variables: Sequence[str]) -> None:
    """Check that a template has these variables and no others.

    Raises:
        ValueError: It has others, or cannot be read.
    """
    found = compiled(template, template_format).variables
    if set(found) != set(input_variables):
        raise ValueError(
            f"the template has the variables {listed(found)}, but input_variables names {listed(input_variables)}"
        )


def validate_jinja2(template: str, input_variables: Sequence[str]) -> None:
    """Check that a template of jinja2 has these variables and no others; see `check_valid_template`."""
    check_valid_template(template, "jinja2", input_variables)


def jinja2_formatter(template: str, /, **kwargs: Any) -> str:
    """Fill in a template of jinja2, in its sandbox.

    Raises:
        ImportError: jinja2 is not installed.
    """
    return compiled(template, "jinja2").fill(kwargs)


def mustache_formatter(template: str, /, **kwargs: Any) -> str:
    """Fill in a mustache template."""
    return compiled(template, "mustache").fill(kwargs)
