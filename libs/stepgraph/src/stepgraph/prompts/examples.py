"""Examples: those that few-shot prompts show a model, given once and for all or selected for each input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stepgraph.execution.threads import in_thread
from stepgraph.prompts.formats import missing_variables
from stepgraph.prompts.prompt import PromptTemplate
from stepgraph.prompts.string import StringPromptTemplate

__all__ = ["StringWithExamples", "WithExamples", "shown"]


class WithExamples(BaseModel):
    """What has examples, or something that selects them.

    Attributes:
        examples: The examples, dicts with the variables of the prompt that shows one.
        example_selector: What selects them: anything with `select_examples(values)`, and `aselect_examples(values)`
            where that waits.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    examples: list[dict[str, Any]] | None = None
    example_selector: Any = Field(default=None, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def check_examples_and_selector(cls, values: Any) -> Any:
        """Refuse both examples and a selector, and neither.

        Raises:
            ValueError: That is so, or the selector cannot select.
        """
        if not isinstance(values, Mapping):
            return values
        selector = values.get("example_selector")
        if (values.get("examples") is None) == (selector is None):
            what = "neither" if selector is None else "both"
            raise ValueError(f"a few-shot prompt takes either examples or an example_selector, got {what}")
        if selector is not None and not hasattr(selector, "select_examples"):
            raise ValueError(f"an example_selector has select_examples(values), got {type(selector).__name__}")
        return values

    def _get_examples(self, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the examples for some values."""
        if self.examples is not None:
            return self.examples
        found: list[dict[str, Any]] = self.example_selector.select_examples(kwargs)
        return found

    async def _aget_examples(self, **kwargs: Any) -> list[dict[str, Any]]:
        """See `_get_examples`; a selector that is sync only runs in the engine's threads."""
        if self.examples is not None:
            return self.examples
        select = getattr(self.example_selector, "aselect_examples", None)
        if select is None:
            return await in_thread(self.example_selector.select_examples, kwargs)  # type: ignore[no-any-return]
        found: list[dict[str, Any]] = await select(kwargs)
        return found


class StringWithExamples(WithExamples, StringPromptTemplate):
    """A prompt of text with examples in it; subclasses say what stands around them.

    Attributes:
        example_prompt: How one example is shown.
    """

    example_prompt: PromptTemplate

    def format(self, **kwargs: Any) -> str:
        """Return the text with examples in it, and values put in for its variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        values = self._merge_partial_and_user_variables(**kwargs)
        prompt = self.example_prompt
        return self._around([prompt.format(**shown(prompt, each)) for each in self._get_examples(**values)], values)

    async def aformat(self, **kwargs: Any) -> str:
        """See `format`."""
        values = self._merge_partial_and_user_variables(**kwargs)
        prompt, found = self.example_prompt, await self._aget_examples(**values)
        return self._around([await prompt.aformat(**shown(prompt, each)) for each in found], values)

    def _around(self, examples: list[str], values: dict[str, Any]) -> str:
        """Return the whole text for the texts of some examples."""
        raise NotImplementedError(f"{type(self).__name__} must define _around()")


def shown(prompt: Any, example: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an example the prompt that shows it takes.

    Raises:
        MissingVariablesError: The example lacks some of it.
    """
    missing = [name for name in prompt.input_variables if name not in example]
    if missing:
        raise missing_variables("the prompt of an example", missing, prompt.input_variables, example)
    return {name: example[name] for name in prompt.input_variables}
