"""Parameters: what a chat model is called with, and how Anthropic is reached."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

import anthropic
from pydantic import ConfigDict, Field, SecretStr, model_validator

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.remote import (
    Address,
    Options,
    Remote,
    address_of_environment,
    parted,
    secret_of_environment,
)
from stepgraph.language_models.secrets import hush
from stepgraph_anthropic.clients import Settings
from stepgraph_anthropic.limits import longest_answer

__all__ = ["Parameters"]

_SENT: Final = (
    *("model", "max_tokens", "temperature", "top_k", "top_p", "stop_sequences", "betas", "context_management"),
    *("mcp_servers", "container", "thinking", "output_config", "reasoning_effort", "inference_geo", "user_profile_id"),
)
"""Fields that go into each request."""

_QUIET: Final = ("metadata", "service_tier", "speed", "cache_control", "tool_choice", "tools", "extra_headers")
"""Parameters of the API that go into `model_kwargs` without a word."""


hush("anthropic._base_client", "anthropic._response", "httpx2", "httpcore2.http11", "httpcore2.proxy")


class Parameters(Remote):
    """What a chat model is called with, and how Anthropic is reached.

    What of it is shown, dumped and pickled is said in `stepgraph.language_models.remote`.

    Attributes:
        model: The model; `model_name` is its other name.
        max_tokens: How long an answer may be: as long as the model can, where that is known, and else 4096.
        temperature: How far an answer may stray from the likeliest, for models that know this.
        top_k: Among how many tokens is chosen.
        top_p: Among what share of the probability is chosen.
        stop_sequences: Texts at which an answer ends; `stop` for short.
        default_request_timeout: How many seconds is waited for the server; `timeout` for short. Without one it is the
            SDK's ten minutes, and more for an answer that is not streamed and may be long.
        max_retries: How often a request is made again that failed, by the SDK.
        anthropic_api_key: The key; `api_key` for short. Without one it is `ANTHROPIC_API_KEY` of the environment, and
            else what the SDK finds. It is neither shown nor dumped nor pickled.
        anthropic_api_url: Where the API is; `base_url` for short. Without one it is `ANTHROPIC_API_URL` or
            `ANTHROPIC_BASE_URL` of the environment, and else Anthropic's own. A user and a password in it are sent as a
            header (basic authorization), and neither shown nor dumped nor pickled.
        anthropic_proxy: The address of a proxy, which may hold a password; also `ANTHROPIC_PROXY` of the environment.
        default_headers: Headers of each request. They are neither shown nor dumped; a pickle has those that do not look
            as if they held a key (`authorization`, `cookie`, `…key…`, `…token…`, `…secret…`).
        betas: Features of the API that are to be tried.
        streaming: Whether answers are streamed although they are asked for whole, so that handlers hear tokens.
        stream_usage: Whether streams say what they have used.
        thinking: Whether the model thinks first: `{"type": "adaptive"}`, `{"type": "enabled", "budget_tokens": 2000}`.
        output_config: The form of answers, and more; see `with_structured_output`.
        reasoning_effort: How much trouble it takes; `effort` for short.
        mcp_servers: Servers whose tools the provider calls. They are neither shown nor dumped, and pickled without
            `authorization_token`.
        context_management: What of a long conversation the provider leaves out.
        container: Where the provider runs code.
        inference_geo: Where the provider computes.
        user_profile_id: For whom.
        model_kwargs: More parameters of the API, for each request. `extra_headers` and `extra_query` in it are shown,
            dumped and pickled as `default_headers` are.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    connecting: ClassVar[tuple[str, ...]] = (
        *("anthropic_api_key", "anthropic_api_url", "anthropic_proxy", "default_request_timeout", "max_retries"),
        "default_headers",
    )

    model: str = Field(alias="model_name")
    max_tokens: int | None = Field(default=None, alias="max_tokens_to_sample")
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = Field(default=None, alias="stop")
    default_request_timeout: float | None = Field(default=None, alias="timeout")
    max_retries: int = 2
    anthropic_api_key: SecretStr | None = Field(
        default_factory=secret_of_environment("ANTHROPIC_API_KEY"), alias="api_key", exclude=True, repr=False
    )
    anthropic_api_url: Address | None = Field(
        default_factory=address_of_environment("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL"), alias="base_url"
    )
    anthropic_proxy: SecretStr | None = Field(
        default_factory=secret_of_environment("ANTHROPIC_PROXY"), exclude=True, repr=False
    )
    default_headers: Mapping[str, str] | None = Field(default=None, exclude=True, repr=False)
    betas: list[str] | None = None
    streaming: bool = False
    stream_usage: bool = True
    thinking: dict[str, Any] | None = None
    output_config: dict[str, Any] | None = None
    reasoning_effort: Literal["max", "xhigh", "high", "medium", "low"] | None = Field(default=None, alias="effort")
    mcp_servers: list[dict[str, Any]] | None = Field(default=None, exclude=True, repr=False)
    context_management: dict[str, Any] | None = None
    container: dict[str, Any] | str | None = None
    inference_geo: str | None = None
    user_profile_id: str | None = None
    model_kwargs: Options = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        """Take parameters that are no fields for such of the API's."""
        if not isinstance(values, dict):
            return values
        known = _names_of(cls)
        more = {key: value for key, value in values.items() if key not in known}
        given = values.get("model_kwargs") or {}
        twice = sorted(({*more} | _names_of(Parameters)) & {*given})
        if twice:
            raise ValueError(f"{', '.join(twice)} must be given as parameters of their own, not in model_kwargs")
        for key in more.keys() - {*_QUIET}:
            warnings.warn(f"{key} is no parameter of {cls.__name__}; it goes into model_kwargs", stacklevel=3)
        kept = {key: value for key, value in values.items() if key in known}
        return {**kept, "model_kwargs": {**given, **more}}

    @model_validator(mode="after")
    def _limit(self) -> Parameters:
        """Say how long an answer may be where nobody has; a copy for another model, and a call of one, see that."""
        if self.max_tokens is None:
            self.max_tokens = longest_answer(self.model)
            self.model_fields_set.discard("max_tokens")
        return self

    @property
    def model_name(self) -> str:
        """The model."""
        return self.model

    @property
    def effort(self) -> str | None:
        """How much trouble the model takes."""
        return self.reasoning_effort

    @property
    def _key_text(self) -> str | None:
        key = self.anthropic_api_key
        return None if key is None else key.get_secret_value() or None

    @property
    def _default_params(self) -> dict[str, Any]:
        """What each request has."""
        found = {name: getattr(self, name) for name in _SENT}
        return {**{name: value for name, value in found.items() if value is not None}, **self.model_kwargs}

    def _new_clients(self) -> LoopClients[anthropic.Anthropic, anthropic.AsyncAnthropic]:
        proxy, timeout = self.anthropic_proxy, self.default_request_timeout
        url, headers = parted(self.anthropic_api_url, self.default_headers)
        if url != self.anthropic_api_url and self._key_text is not None:
            headers = {**(headers or {}), "X-Api-Key": self._key_text}  # the SDK would send one of the two
        settings = Settings(
            key=self._key_text,
            url=url,
            retries=self.max_retries,
            timeout=timeout if timeout is not None and timeout > 0 else None,
            headers=headers,
            proxy=None if proxy is None else proxy.get_secret_value(),
        )
        return LoopClients(settings.sync_client, settings.async_client)


def _names_of(cls: type[Parameters]) -> set[str]:
    return {*cls.model_fields, *(field.alias for field in cls.model_fields.values() if field.alias)}
