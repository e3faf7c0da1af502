"""PromptTemplate: text with variables in it. It is read once, when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator
from typing_extensions import Self

from stepgraph.config import RunnableConfig
from stepgraph.prompts.formats import PromptTemplateFormat, compiled
from stepgraph.prompts.string import StringPromptTemplate, check_valid_template
from stepgraph.runnables.models import model_of_keys

__all__ = ["PromptTemplate"]


class PromptTemplate(StringPromptTemplate):
    """Text with variables in it.

    Attributes:
        template: The text.
        template_format: How variables are written: `"f-string"`, `"mustache"` or `"jinja2"`. Take templates of jinja2
            from nobody whom you do not trust.
        validate_template: Whether `input_variables` must name the variables of the text; else they are found.

    Example:
        ```python
        prompt = PromptTemplate.from_template("Tell me about {thing}.")
        prompt.format(thing="graphs")
        ```
    """

    template: str
    template_format: PromptTemplateFormat = "f-string"
    validate_template: bool = Field(default=False, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _find_variables(cls, values: Any) -> Any:
        """Find the variables of the text."""
        if not isinstance(values, Mapping) or not isinstance(values.get("template"), str):
            return values
        values = dict(values)
        template, written = values["template"], values.get("template_format", "f-string")
        known = values.get("partial_variables") or {}
        if values.get("validate_template"):
            if written == "mustache":
                raise ValueError("validate_template=True is not there for mustache; leave it out")
            check_valid_template(template, written, [*values.get("input_variables", ()), *known])
        values["input_variables"] = [name for name in compiled(template, written).variables if name not in known]
        return values

    @classmethod
    def from_template(
        cls,
        template: str,
        *,
        template_format: PromptTemplateFormat = "f-string",
        partial_variables: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return the prompt of a text.

        Args:
            template: The text.
            template_format: How variables are written in it.
            partial_variables: Values that are known beforehand, or functions that are called for them each time.
            kwargs: Other attributes.

        Raises:
            ValueError: The text cannot be read.
        """
        known = partial_variables or {}
        if isinstance(template, str):
            compiled(template, template_format)  # what is wrong with it is said plainly
        return cls(template=template, template_format=template_format, partial_variables=known, **kwargs)

    @classmethod
    def from_file(cls, template_file: str | Path, encoding: str | None = None, **kwargs: Any) -> Self:
        """Return the prompt of a text that is in a file; see `from_template`."""
        return cls.from_template(Path(template_file).read_text(encoding=encoding), **kwargs)

    @classmethod
    def from_examples(
        cls,
        examples: Sequence[str],
        suffix: str,
        input_variables: Sequence[str],
        example_separator: str = "\n\n",
        prefix: str = "",
        **kwargs: Any,
    ) -> Self:
        """Return the prompt of a text that is made of a prefix, examples and a suffix.

        Args:
            examples: The examples; they are templates too.
            suffix: What comes after them.
            input_variables: The variables, which are checked with `validate_template=True` alone; else they are found.
            example_separator: What stands between all of these.
            prefix: What comes before them; the separator stands after it even where it is empty.
            kwargs: Other attributes.
        """
        text = example_separator.join([prefix, *examples, suffix])
        return cls(template=text, input_variables=list(input_variables), **kwargs)

    def format(self, **kwargs: Any) -> str:
        """Return the text with values put in for its variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        template = compiled(self.template, self.template_format)
        values = self._merge_partial_and_user_variables(**kwargs) if self.partial_variables else kwargs
        try:
            return template.fill(values)
        except KeyError:
            missing = [name for name in template.variables if name not in values]
            if not missing:
                raise
            raise self._missing(missing, values) from None

    def __add__(self, other: Any) -> PromptTemplate:
        """Return the prompt of both texts, one after the other.

        Raises:
            ValueError: The formats differ, or a variable is known beforehand in both, with different values.
        """
        if isinstance(other, str):
            other = type(self).from_template(other, template_format=self.template_format)
        if not isinstance(other, PromptTemplate):
            return NotImplemented
        if self.template_format != other.template_format:
            raise ValueError(
                f"both prompts must be written in one format, got {self.template_format!r} and "
                f"{other.template_format!r}"
            )
        known = dict(self.partial_variables)
        for name, value in other.partial_variables.items():
            if name in known and known[name] != value:
                raise ValueError(f"both prompts have a value for the variable {name!r}; give it in one of them")
            known[name] = value
        return PromptTemplate(
            template=self.template + other.template,
            template_format=self.template_format,
            partial_variables=known,
            validate_template=self.validate_template and other.validate_template,
            input_variables=sorted({*self.input_variables, *other.input_variables} - {*known}),
        )

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return its variables as a pydantic model; those of mustache have models of what is in their sections."""
        sections = compiled(self.template, self.template_format).sections
        if sections is None:
            return super().get_input_schema(config)
        return _model_of("PromptInput", {name: sections[name] for name in self.input_variables if name in sections})

    @property
    def _prompt_type(self) -> str:
        return "prompt"


def _model_of(name: str, sections: Mapping[str, Any]) -> Any:
    keys = {key: (_model_of(key, below) if below else str, None) for key, below in sections.items()}
    return model_of_keys(name, keys)
