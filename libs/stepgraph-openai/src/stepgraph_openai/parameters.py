"""Parameters: what a chat model is called with, and which of it goes into a request."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field, model_validator

from stepgraph.errors import listed
from stepgraph.language_models.remote import Options
from stepgraph.language_models.standard import version_of_environment
from stepgraph_openai.connection import Connection

__all__ = ["Parameters", "takes_no_temperature"]

_SENT: Final = (
    *("presence_penalty", "frequency_penalty", "seed", "top_p", "logprobs", "top_logprobs", "logit_bias", "n"),
    *("temperature", "reasoning_effort", "verbosity", "service_tier", "store", "extra_body", "prompt_cache_options"),
    *("reasoning", "include", "truncation", "context_management"),
)
"""Fields that are sent under their own names, where they are given."""

_OF_RESPONSES: Final = ("reasoning", "include", "truncation", "context_management", "use_previous_response_id")
"""Fields that only OpenAI's Responses API knows."""

_HOMONYMS: Final = frozenset({"metadata"})
"""Parameters of OpenAI's whose names mean something else for all models, so that only `model_kwargs` can say them."""

_VERSIONS: Final = (None, "v0", "responses/v1", "v1")


class Parameters(Connection):
    """What a chat model is called with.

    Attributes:
        model_name: The model; `model` for short.
        temperature: How far an answer may stray from the likeliest.
        max_tokens: How long an answer may be; `max_completion_tokens` is its other name.
        stop: Texts at which an answer ends; `stop_sequences` is its other name.
        n: How many alternatives are answered; streams show the first.
        streaming: Whether answers are streamed although they are asked for whole, so that handlers hear tokens.
        stream_usage: Whether streams are asked to say what they have used. Without a word they are, and a server that
            refuses this is asked without.
        model_kwargs: More parameters of OpenAI's, for each request. `extra_headers` and `extra_query` in it are shown,
            dumped and pickled as `default_headers` are.
        extra_body: What other servers take besides.
        disabled_params: Parameters that `bind_tools` and `with_structured_output` leave away of themselves, because the
            model knows none of them: `{"parallel_tool_calls": None}`; or some values of them, in a list.
        include_response_headers: Whether `response_metadata` has the headers of the response.
        use_responses_api: Whether OpenAI's Responses API is asked, or its chat completions. Without a word it is the
            Responses API where the request needs it: for tools of OpenAI's own, for parameters that only it knows, and
            for some models.
        use_previous_response_id: Whether requests go on from the last answer, which OpenAI has stored, and only send
            what was said since (Responses API).
        reasoning: How much a model thinks, and whether it sums that up: `{"effort": "low", "summary": "auto"}`
            (Responses API).
        include: What else answers have, `"reasoning.encrypted_content"` for example (Responses API).
        truncation: Whether OpenAI leaves out the middle of what is too long: `"auto"`, or `"disabled"` (Responses API).
        context_management: When what was said is made shorter (Responses API).
        output_version: The form of the content of answers: OpenAI's own (`"v0"`; `"responses/v1"` also asks the
            Responses API), or the blocks of `content_blocks` (`"v1"`). Without a word it is `LC_OUTPUT_VERSION` of the
            environment.
        tiktoken_model_name: As which model tokens are counted, where it is not `model_name`.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    model_name: str = Field(default="gpt-3.5-turbo", alias="model")
    temperature: float | None = None
    max_tokens: int | None = Field(default=None, alias="max_completion_tokens")
    stop: list[str] | str | None = Field(default=None, alias="stop_sequences")
    n: int | None = Field(default=None, ge=1)
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[int, int] | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    prompt_cache_options: dict[str, Any] | None = None
    streaming: bool = False
    stream_usage: bool | None = None
    model_kwargs: Options = Field(default_factory=dict)
    extra_body: Options | None = None
    disabled_params: dict[str, Any] | None = None
    include_response_headers: bool = False
    tiktoken_model_name: str | None = None
    use_responses_api: bool | None = None
    use_previous_response_id: bool = False
    reasoning: dict[str, Any] | None = None
    include: list[str] | None = None
    truncation: str | None = None
    context_management: list[dict[str, Any]] | None = None
    output_version: str | None = Field(default_factory=version_of_environment)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        """Take parameters that are no fields for such of OpenAI's."""
        if not isinstance(values, dict):
            return values
        known = {*cls.model_fields, *(field.alias for field in cls.model_fields.values() if field.alias)}
        more = {key: value for key, value in values.items() if key not in known}
        given = values.get("model_kwargs") or {}
        twice = sorted(({*more} | known - _HOMONYMS) & {*given})
        if twice:
            raise ValueError(
                f"{', '.join(twice)} must be given as parameters of their own, and once, not in model_kwargs"
            )
        for key in more.keys() - _QUIET:
            warnings.warn(f"{key} is no parameter of {cls.__name__}; it goes into model_kwargs", stacklevel=3)
        kept = {key: value for key, value in values.items() if key in known}
        return {**kept, "model_kwargs": {**given, **more}}

    @model_validator(mode="after")
    def _agree(self) -> Parameters:
        """Look whether what is said of the two APIs goes together."""
        wrong = [name for name in _OF_RESPONSES if getattr(self, name)] if self.use_responses_api is False else []
        if wrong:
            raise ValueError(f"{listed(wrong)}: only OpenAI's Responses API knows that, and use_responses_api=False")
        version = self.output_version if "output_version" in self.model_fields_set else None
        if version not in _VERSIONS or (self.use_responses_api and version == "v0"):
            raise ValueError(
                f"output_version={version!r} is not supported; the Responses API gives its items as they are "
                "('responses/v1', or None), the chat completions a text ('v0', or None), and both give blocks of the "
                "form that all providers share ('v1')"
            )
        return self

    @property
    def model(self) -> str:
        """The model."""
        return self.model_name

    @property
    def _default_params(self) -> dict[str, Any]:
        """What each request has."""
        return self._params({})

    def _params(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a request has.

        Args:
            options: What it is made with; it counts before what the model says.
        """
        given = {name: getattr(self, name) for name in _SENT}
        given["stop"] = self.stop or None
        given["max_completion_tokens"] = self.max_tokens
        found = {name: value for name, value in given.items() if value is not None}
        found = {"model": self.model_name, **found, **self.model_kwargs, **options}
        if "temperature" in found and "temperature" not in options:
            effort = found.get("reasoning_effort") or (found.get("reasoning") or {}).get("effort")
            if takes_no_temperature(found["model"], found["temperature"], effort):
                del found["temperature"]
        return found


def takes_no_temperature(model: str, temperature: float | None, effort: str | None) -> bool:
    """Return whether a model refuses the temperature that it is given: models that think know no other than 1.

    Args:
        model: The name of the model.
        temperature: The temperature.
        effort: How much the model thinks.
    """
    name = model.lower()
    return temperature != 1 and name.startswith("gpt-5") and "chat" not in name and effort != "none"


_QUIET: Final = frozenset(
    {
        *("parallel_tool_calls", "response_format", "user", "modalities", "audio", "prediction", "web_search_options"),
        *("prompt_cache_key", "safety_identifier", "stream_options", "prompt_cache_retention"),
        *("text", "instructions", "previous_response_id", "conversation", "background", "prompt"),
        *("max_output_tokens", "max_tool_calls"),
    }
)
"""Parameters of OpenAI's that go into `model_kwargs` without a word."""
