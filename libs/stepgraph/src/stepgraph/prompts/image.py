"""ImagePromptTemplate: an image with variables in its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator
from typing_extensions import Self

from stepgraph.errors import listed
from stepgraph.prompt_values import ImagePromptValue, ImageURL, PromptValue
from stepgraph.prompts.base import BasePromptTemplate
from stepgraph.prompts.formats import PromptTemplateFormat, compiled, filled

__all__ = ["ImagePromptTemplate"]


class ImagePromptTemplate(BasePromptTemplate[ImageURL]):
    """An image: a dict with `url` and `detail`, both of which may hold variables.

    Attributes:
        template: The dict.
        template_format: How variables are written in it.
    """

    template: dict[str, Any] = Field(default_factory=dict)
    template_format: PromptTemplateFormat = "f-string"

    @model_validator(mode="before")
    @classmethod
    def _find_variables(cls, values: Any) -> Any:
        """Find the variables of the texts in the dict, where nobody named them."""
        if not isinstance(values, Mapping):
            return values
        template, written = values.get("template") or {}, values.get("template_format", "f-string")
        found = {
            name for text in template.values() if isinstance(text, str) for name in compiled(text, written).variables
        }
        named = found | set(values.get("input_variables") or ())
        return {**values, "input_variables": sorted(named - set(values.get("partial_variables") or ()))}

    @model_validator(mode="after")
    def _check_variables(self) -> Self:
        clashing = {"url", "path", "detail"} & {*self.input_variables, *self.partial_variables}
        if clashing:
            raise ValueError(
                f"variables of an image cannot be called {listed(sorted(clashing))}, which are its own arguments; "
                "rename them"
            )
        if "path" in self.template:
            raise ValueError(_NO_PATHS)
        return self

    def format(self, **kwargs: Any) -> ImageURL:
        """Return the image, with values put in for its variables.

        Args:
            kwargs: The values; `url` and `detail` stand in place of the template's.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
            ValueError: There is no `url`, or a `path`.
        """
        if "path" in kwargs:
            raise ValueError(_NO_PATHS)
        values = self._merge_partial_and_user_variables(**kwargs)
        made = {
            key: filled(self, text, values) if isinstance(text, str) else text for key, text in self.template.items()
        }
        made |= {key: kwargs[key] for key in ("url", "detail") if kwargs.get(key)}
        if not isinstance(made.get("url"), str) or not made["url"]:
            raise ValueError(f"an image needs a 'url', got {made!r}")
        return {key: value for key, value in made.items() if value}  # type: ignore[return-value]

    def format_prompt(self, **kwargs: Any) -> PromptValue:
        """Return the image as a model takes it; see `format`."""
        return ImagePromptValue(self.format(**kwargs))

    def pretty_repr(self, html: bool = False) -> str:
        """Return the dict with the names of its variables in their places."""
        return repr(self.template)

    @property
    def _prompt_type(self) -> str:
        return "image-prompt"


_NO_PATHS = "images are not read from a 'path', which a stranger could choose; read the file and give its data as 'url'"
