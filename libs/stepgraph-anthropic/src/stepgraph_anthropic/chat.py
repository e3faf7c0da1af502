"""ChatAnthropic: Anthropic's chat models, on the official SDK.

Answers are read as plain JSON from the SDK's responses and streams: the SDK makes the requests, makes them again where
they fail, keeps the time and raises the errors; no object of its own is built for each token. The invariants: a stream
that ends without its end is an error; a request that nobody waits for any more is closed with its connection.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import anthropic
from pydantic import field_validator

from stepgraph.language_models import BaseChatModel, LanguageModelInput
from stepgraph.messages import AIMessage, convert_to_messages
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from stepgraph.runnables import Runnable
from stepgraph.runnables.discreet import discreet
from stepgraph_anthropic.answers import message_of
from stepgraph_anthropic.chunks import ChunkReader, is_text_alone
from stepgraph_anthropic.errors import cut_short, explained
from stepgraph_anthropic.forms import choice_of, forces, tools_of
from stepgraph_anthropic.limits import longest_answer, patience, takes_later_systems
from stepgraph_anthropic.parameters import Parameters
from stepgraph_anthropic.request import configured, is_beta, request_of, thinking_of
from stepgraph_anthropic.turns import turns_of
from stepgraph_anthropic.usage import usage_of

__all__ = ["ChatAnthropic"]

_TO_EVENTS: Final[Any] = anthropic.Stream[object]
_TO_ASYNC_EVENTS: Final[Any] = anthropic.AsyncStream[object]
"""Streams whose events are plain JSON."""

_COUNTED: Final = (
    "system",
    "messages",
    "tools",
    "tool_choice",
    "thinking",
    "betas",
    "context_management",
    "mcp_servers",
)
"""What of a request is counted."""

_SHOWN: Final = 200
"""How many characters of a response are shown that was none."""


class ChatAnthropic(Parameters, BaseChatModel):
    """A chat model of Anthropic, or of a server that speaks its protocol (`base_url`).

    One object serves sync and async callers, any number of threads, and any event loop, one after another or at once.
    Parameters are described in `Parameters`, those of all chat models in `BaseChatModel`.

    Example:
        ```python
        model = ChatAnthropic(model="claude-sonnet-5", max_tokens=1000)
        async for chunk in model.astream("Tell me a joke"):
            print(chunk.text, end="", flush=True)
        ```
    """

    lc_secrets: ClassVar[dict[str, str]] = {"anthropic_api_key": "ANTHROPIC_API_KEY"}

    @field_validator("output_version")
    @classmethod
    def _check_version(cls, version: str | None) -> str | None:
        if version not in (None, "v0", "v1"):
            raise ValueError(
                f"output_version={version!r} is not supported: content is as Anthropic writes it ('v0', or None), or "
                "blocks of the form that all providers share ('v1')"
            )
        return version

    @property
    def _llm_type(self) -> str:
        return "anthropic-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        known = self._whole_params
        known.pop("mcp_servers", None)  # they may hold keys
        return discreet(known)

    @property
    def _whole_params(self) -> dict[str, Any]:
        return {"base_url": self.anthropic_api_url, "streaming": self.streaming, **self._default_params}

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        params = super()._get_invocation_params(stop=stop, **kwargs)
        params.pop("mcp_servers", None)
        return discreet(params)

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        found = super()._get_ls_params(stop=stop or self.stop_sequences, **kwargs)
        return {**found, "ls_provider": "anthropic"}

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        counted = [usage_of(output["usage"]) for output in llm_outputs if output and output.get("usage")]
        if not counted:  # answers that were streamed say it themselves
            return {}
        used = {
            "prompt_tokens": sum(each["input_tokens"] for each in counted),
            "completion_tokens": sum(each["output_tokens"] for each in counted),
            "total_tokens": sum(each["total_tokens"] for each in counted),
        }
        return {"token_usage": used, "model_name": self.model}

    # Whole answers.

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        with explained(request["model"], self._secrets(request)):
            raw = self._create(self._opened.sync(), request)(**self._with_time(request))
            return _result(raw, request["model"])

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        with explained(request["model"], self._secrets(request)):
            raw = await self._create(self._opened.here(), request)(**self._with_time(request))
            return _result(raw, request["model"])

    # Streams.

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        reader = self._reader(request, kwargs)
        with explained(request["model"], self._secrets(request)):
            raw = self._create(self._opened.sync(), request)(stream=True, **request)
        events = raw.parse(to=_TO_EVENTS)
        try:
            with explained(request["model"], self._secrets(request), streams=True):
                for event in events:
                    chunk = reader.read(event)
                    if chunk is not None:
                        yield ChatGenerationChunk(chunk)
                if not reader.is_whole:
                    raise cut_short(events.response.request)
        finally:
            events.close()

    async def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        reader = self._reader(request, kwargs)
        with explained(request["model"], self._secrets(request)):
            raw = await self._create(self._opened.here(), request)(stream=True, **request)
        events = await raw.parse(to=_TO_ASYNC_EVENTS)
        try:
            with explained(request["model"], self._secrets(request), streams=True):
                async for event in events:
                    chunk = reader.read(event)
                    if chunk is not None:
                        yield ChatGenerationChunk(chunk)
                if not reader.is_whole:
                    raise cut_short(events.response.request)
        finally:
            await events.close()

    # Requests.

    def _request(self, messages: Sequence[Any], stop: list[str] | None, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of the SDK's `create`."""
        params = self._default_params
        model = kwargs.get("model") or self.model
        if self.max_tokens is None or "max_tokens" not in self.model_fields_set:
            params["max_tokens"] = longest_answer(model)  # nobody has said how long an answer may be
        system, turns = turns_of(messages, later_systems=takes_later_systems(model))
        options = {**params, "system": system, **kwargs, "messages": turns}
        options["output_config"] = configured(params, kwargs)
        options["thinking"] = options.get("thinking") or thinking_of(model, params, kwargs)
        options["max_tokens"] = options.get("max_tokens") or params["max_tokens"]
        given = options.pop("stop", None)
        if stop or given:
            options["stop_sequences"] = stop or ([given] if isinstance(given, str) else given)
        return request_of(options)

    def _reader(self, request: Mapping[str, Any], kwargs: Mapping[str, Any]) -> ChunkReader:
        tells = kwargs.get("stream_usage")
        return ChunkReader(
            is_text=is_text_alone(request), tells_usage=self.stream_usage if tells is None else bool(tells)
        )

    def _create(self, client: Any, request: Mapping[str, Any]) -> Any:
        messages = client.beta.messages if is_beta(request) else client.messages
        return messages.with_raw_response.create

    def _with_time(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give an answer that is not streamed as much time as it may need, unless somebody said how much."""
        if "timeout" in request or (self.default_request_timeout or 0) > 0:
            return request
        return {**request, "timeout": anthropic.Timeout(patience(request["max_tokens"]), connect=5.0)}

    # Tools, forms, tokens.

    def bind_tools(
        self,
        tools: Sequence[Any],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        parallel_tool_calls: bool | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call.

        Args:
            tools: Tools, functions, pydantic models, TypedDicts, JSON schemas, or tools of Anthropic's own as dicts.
            tool_choice: Which one it must call, by name or as a dict of Anthropic's; `"any"` for at least one,
                `"none"` for none, `"auto"` as it likes. A model that thinks cannot be made to call one.
            parallel_tool_calls: Whether it may call several at once.
            strict: Whether arguments must fit their schemas exactly.
            kwargs: For each call of the model.

        Raises:
            ValueError: `tool_choice` names no tool, or the API takes none of the tools.
        """
        written = tools_of(tools, strict)
        choice = choice_of(tool_choice, written, parallel_tool_calls)
        if forces(choice) and (self.thinking or {}).get("type") in ("enabled", "adaptive"):
            warnings.warn(
                "A model that thinks cannot be made to call a tool: tool_choice is left out, and it may call none.",
                UserWarning,
                stacklevel=2,
            )
            choice = choice_of(None, written, parallel_tool_calls)
        more = kwargs if choice is None else {"tool_choice": choice, **kwargs}
        return self.bind(tools=written, **more)

    def with_structured_output(
        self, schema: Any, *, include_raw: bool = False, method: str = "function_calling", **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model so that it answers in a form of yours.

        Args:
            schema: A pydantic model, whose instances are returned, or a TypedDict, a JSON schema or the schema of a
                tool, for which dicts are.
            include_raw: Whether the result is a dict of `raw` (the message), `parsed` and `parsing_error`, where that
                is returned which else would be raised.
            method: How it is made to: `"function_calling"`, or `"json_schema"` (Anthropic's structured outputs).
            kwargs: For each call of the model.

        Raises:
            ValueError: The method does not exist.
        """
        from stepgraph_anthropic.structured import structured  # noqa: PLC0415 - parsers and tools with it

        return structured(self, schema, method, include_raw, kwargs)

    def get_num_tokens_from_messages(
        self, messages: Sequence[Any], tools: Sequence[Any] | None = None, **kwargs: Any
    ) -> int:
        """Return how many tokens messages have in a request; the API is asked.

        Args:
            messages: The messages, in any of their forms.
            tools: Tools that are sent along.
            kwargs: For the API.
        """
        more = {"tools": tools_of(tools, None)} if tools else {}
        request = self._request(convert_to_messages(list(messages)), None, {**more, **kwargs})
        asked = {name: request[name] for name in ("model", *_COUNTED) if name in request}
        client = self._opened.sync()
        with explained(request["model"], self._secrets(request)):
            counter: Any = client.beta.messages if is_beta(request) else client.messages
            return counter.count_tokens(**asked).input_tokens  # type: ignore[no-any-return]


def _result(raw: Any, model: str) -> ChatResult:
    response = raw.http_response
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict) or "content" not in found:
        shown = response.text if len(response.text) <= _SHOWN else f"{response.text[:_SHOWN]}…"
        raise ValueError(f"expected a message as JSON from {model!r} at {response.url}, got {shown!r}")
    message = message_of(found)
    said = {key: value for key, value in message.response_metadata.items() if key != "model_provider"}
    return ChatResult([ChatGeneration(message)], said)
