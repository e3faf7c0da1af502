"""Parameters: what a chat model is called with, and which of it goes into a request."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field, model_validator

from stepgraph_openai.connection import Connection

__all__ = ["Parameters"]

_SENT: Final = (
    *("presence_penalty", "frequency_penalty", "seed", "top_p", "logprobs", "top_logprobs", "logit_bias", "n"),
    *("temperature", "reasoning_effort", "verbosity", "service_tier", "store", "extra_body", "prompt_cache_options"),
)
"""Fields that are sent under their own names, where they are given."""

_OF_RESPONSES: Final = frozenset(
    {
        *("reasoning", "include", "truncation", "context_management", "use_previous_response_id"),
        *("use_responses_api", "output_version"),
    }
)
"""Parameters of OpenAI's Responses API, which is another one than this."""


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
        model_kwargs: More parameters of OpenAI's, for each request.
        extra_body: What other servers take besides.
        disabled_params: Parameters that `bind_tools` and `with_structured_output` leave away of themselves, because the
            model knows none of them: `{"parallel_tool_calls": None}`; or some values of them, in a list.
        include_response_headers: Whether `response_metadata` has the headers of the response.
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
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    extra_body: Mapping[str, Any] | None = None
    disabled_params: dict[str, Any] | None = None
    include_response_headers: bool = False
    tiktoken_model_name: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        """Take parameters that are no fields for such of OpenAI's."""
        if not isinstance(values, dict):
            return values
        known = {*cls.model_fields, *(field.alias for field in cls.model_fields.values() if field.alias)}
        more = {key: value for key, value in values.items() if key not in known}
        for key in _OF_RESPONSES & more.keys():
            if more.pop(key) not in (None, False, "v0"):
                raise ValueError(f"{key} is of OpenAI's Responses API; ChatOpenAI speaks its chat completions")
        given = values.get("model_kwargs") or {}
        twice = sorted({*more} & {*given} | {*known} & {*given} - {"stream_options"})
        if twice:
            raise ValueError(
                f"{', '.join(twice)} must be given as parameters of their own, and once, not in model_kwargs"
            )
        for key in more.keys() - _QUIET:
            warnings.warn(f"{key} is no parameter of {cls.__name__}; it goes into model_kwargs", stacklevel=3)
        kept = {key: value for key, value in values.items() if key in known}
        return {**kept, "model_kwargs": {**given, **more}}

    @property
    def model(self) -> str:
        """The model."""
        return self.model_name

    @property
    def _default_params(self) -> dict[str, Any]:
        """What each request has."""
        given = {name: getattr(self, name) for name in _SENT}
        given["stop"] = self.stop or None
        given["max_completion_tokens"] = self.max_tokens
        found = {name: value for name, value in given.items() if value is not None}
        if self._takes_no_temperature(found.get("reasoning_effort")):
            found.pop("temperature", None)
        return {"model": self.model_name, **found, **self.model_kwargs}

    def _takes_no_temperature(self, effort: str | None) -> bool:
        name = self.model_name.lower()
        return self.temperature != 1 and name.startswith("gpt-5") and "chat" not in name and effort != "none"


_QUIET: Final = frozenset(
    {
        *("parallel_tool_calls", "response_format", "user", "modalities", "audio", "prediction", "web_search_options"),
        *("prompt_cache_key", "safety_identifier", "stream_options", "prompt_cache_retention"),
    }
)
"""Parameters of OpenAI's that go into `model_kwargs` without a word."""
