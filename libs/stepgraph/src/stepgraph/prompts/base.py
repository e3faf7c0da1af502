"""BasePromptTemplate: what all prompts have: variables, some of them filled in beforehand, and values made of them.

A prompt is made by `format_prompt` and its async twin, on the caller's own task: nothing here needs a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from pydantic import Field, model_validator
from typing_extensions import Self, TypeVar

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, Scope, merge_configs
from stepgraph.errors import listed
from stepgraph.prompt_values import ChatPromptValueConcrete, PromptValue, StringPromptValue
from stepgraph.prompts.formats import missing_variables
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call, is_plain
from stepgraph.runnables.models import model_of_keys
from stepgraph.runnables.serializable import TracedSerializable

__all__ = ["BasePromptTemplate", "FormatOutputType", "aformat_document", "format_document"]

FormatOutputType = TypeVar("FormatOutputType", default=Any)
"""What `format` returns: text, or messages."""


class BasePromptTemplate(TracedSerializable[dict[str, Any], PromptValue], Generic[FormatOutputType]):
    """A prompt with variables in it; subclasses write `format` and `format_prompt`.

    Attributes:
        input_variables: The variables that callers give.
        optional_variables: Those that they may leave out.
        input_types: The types of variables that are no text.
        output_parser: What reads the answer of a model; kept for callers, who apply it themselves.
        partial_variables: Values that are known beforehand, or functions that are called for them each time.
        metadata: What is said of its runs.
        tags: What its runs are labelled with.
    """

    run_type: ClassVar[str] = "prompt"

    input_variables: list[str] = Field(default_factory=list)
    optional_variables: list[str] = Field(default_factory=list)
    input_types: dict[str, Any] = Field(default_factory=dict, exclude=True)
    output_parser: Any = None
    partial_variables: Mapping[str, Any] = Field(default_factory=dict)
    metadata: dict[str, Any] | None = None
    tags: list[str] | None = None

    @model_validator(mode="after")
    def validate_variable_names(self) -> Self:
        """Refuse names that mean something else.

        Raises:
            ValueError: A variable is called `stop`, which models take, or stands in both lists of variables.
        """
        if "stop" in self.input_variables or "stop" in self.partial_variables:
            raise ValueError(
                "a variable of a prompt cannot be called 'stop', which is an argument of models; rename it"
            )
        both = set(self.input_variables) & set(self.partial_variables)
        if both:
            raise ValueError(
                f"{listed(sorted(both))} stand among both input_variables and partial_variables; name each once"
            )
        return self

    # What users write.

    def format(self, **kwargs: Any) -> FormatOutputType:
        """Return the prompt with values put in for its variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define format()")

    async def aformat(self, **kwargs: Any) -> FormatOutputType:
        """See `format`."""
        return self.format(**kwargs)

    def format_prompt(self, **kwargs: Any) -> PromptValue:
        """Return the prompt as a model takes it, with values put in for its variables; see `format`."""
        raise NotImplementedError(f"{type(self).__name__} must define format_prompt()")

    async def aformat_prompt(self, **kwargs: Any) -> PromptValue:
        """See `format_prompt`."""
        return self.format_prompt(**kwargs)

    # What is made of it.

    def partial(self, **kwargs: Any) -> BasePromptTemplate[FormatOutputType]:
        """Return a prompt some of whose variables have a value, or a function without arguments that makes it."""
        known = {**self.partial_variables, **kwargs}
        left = [name for name in self.input_variables if name not in kwargs]
        return self.model_copy(update={"input_variables": left, "partial_variables": known})

    def asdict(self, **kwargs: Any) -> dict[str, Any]:
        """Return its attributes as a dict, with its kind; see `model_dump`."""
        dumped = self.model_dump(**kwargs)
        kind = getattr(type(self), "_prompt_type", None)
        return dumped if kind is None else {**dumped, "_type": self._prompt_type}

    @property
    def _prompt_type(self) -> str:
        """What kind of prompt it is."""
        return type(self).__name__

    def _merge_partial_and_user_variables(self, **kwargs: Any) -> dict[str, Any]:
        """Return the values that are given, over those that are known beforehand."""
        if not self.partial_variables:
            return kwargs
        known = {key: value() if callable(value) else value for key, value in self.partial_variables.items()}
        return {**known, **kwargs}

    # What it takes and gives.

    @property
    def InputType(self) -> Any:  # noqa: N802 - a type
        """A dict of its variables."""
        return dict[str, Any]

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """Text or messages."""
        return StringPromptValue | ChatPromptValueConcrete

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return its variables as a pydantic model; those without a type are text."""
        keys: dict[str, tuple[Any, Any]] = {
            name: (self.input_types.get(name, str), ...) for name in self.input_variables
        }
        keys |= {name: (self.input_types.get(name, str), None) for name in self.optional_variables}
        return model_of_keys("PromptInput", keys)

    # How it runs.

    def _invoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return self.format_prompt(**self._given(input))

    async def _ainvoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return await self.aformat_prompt(**self._given(input))

    def _given(self, input: Any) -> Mapping[str, Any]:
        """Return the values that an input gives, which may be the value itself where there is one variable only."""
        required = self.input_variables
        if not isinstance(input, Mapping):
            if len(required) != 1:
                raise TypeError(
                    f"{self.get_name()} takes a dict with its variables {listed(required)}, got "
                    f"{type(input).__name__}: {input!r}; only a prompt with one variable takes its value alone"
                )
            return {required[0]: input}
        for name in required:
            if name not in input:
                raise self._missing([name for name in required if name not in input], input)
        return input

    def _missing(self, names: list[str], given: Mapping[str, Any]) -> Exception:
        written = getattr(self, "template_format", "f-string")
        return missing_variables(self.get_name(), names, self.input_variables, given, written)

    # There is nothing to stream: where chunks are asked for, it is invoked.

    if not TYPE_CHECKING:  # these are inherited, for those who read types
        stream = Runnable.stream
        astream = Runnable.astream
        transform = Runnable.transform
        atransform = Runnable.atransform

    # Its own tags and metadata.

    def _invoke_heard(
        self, input: Any, config: RunnableConfig | None, above: Scope | None, kwargs: dict[str, Any]
    ) -> Any:
        return super()._invoke_heard(input, self._labelled(config, above), above, kwargs)

    async def _ainvoke_heard(
        self, input: Any, config: RunnableConfig | None, above: Scope | None, kwargs: dict[str, Any]
    ) -> Any:
        return await super()._ainvoke_heard(input, self._labelled(config, above), above, kwargs)

    def _labelled(self, config: RunnableConfig | None, above: Scope | None = None) -> RunnableConfig | None:
        """Return a config with the tags and metadata of the prompt in it, where somebody could see them."""
        if not self.tags and not self.metadata:
            return config
        above = SCOPE.get() if above is None else above
        if is_plain(config, above):
            return config
        own: RunnableConfig = {"tags": self.tags or [], "metadata": self.metadata or {}}
        handed_on = above is not None and config is above.config  # what is in that is found again
        return own if config is None or handed_on else merge_configs(config, own)


def format_document(doc: Any, prompt: BasePromptTemplate[str]) -> str:
    """Return a document as text: a prompt whose variables are `page_content` and the document's metadata.

    Args:
        doc: The document; anything with `page_content` and `metadata`.
        prompt: The prompt.

    Raises:
        ValueError: The document lacks a variable's value.
    """
    return prompt.format(**_values_of(doc, prompt))


async def aformat_document(doc: Any, prompt: BasePromptTemplate[str]) -> str:
    """See `format_document`."""
    return await prompt.aformat(**_values_of(doc, prompt))


def _values_of(doc: Any, prompt: BasePromptTemplate[Any]) -> dict[str, Any]:
    known = {**doc.metadata, "page_content": doc.page_content}
    missing = [name for name in prompt.input_variables if name not in known]
    if missing:
        raise ValueError(
            f"the document's metadata lacks {listed(missing)}, which the prompt takes; it has {listed(doc.metadata)}"
        )
    return {name: known[name] for name in prompt.input_variables}
