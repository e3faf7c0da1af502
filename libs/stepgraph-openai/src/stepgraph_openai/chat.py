"""ChatOpenAI: chat models of OpenAI, and of servers that speak one of its protocols, on the official SDK.

Answers are read as plain JSON from the SDK's responses and streams: the SDK makes the requests, makes them again where
they fail, keeps the time and raises the errors; no object of its own is built for each token. The invariants: a stream
that ends without its end is an error; a request that nobody waits for any more is closed with its connection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import openai
from pydantic import PrivateAttr

from stepgraph.language_models import BaseChatModel, LanguageModelInput
from stepgraph.messages import AIMessage
from stepgraph.outputs import ChatGenerationChunk, ChatResult
from stepgraph.runnables import Runnable
from stepgraph.runnables.discreet import discreet
from stepgraph_openai.apis import CHAT, RESPONSES, Api
from stepgraph_openai.errors import cut
from stepgraph_openai.parameters import Parameters
from stepgraph_openai.payload import as_dicts
from stepgraph_openai.responses import needs_responses, payload_of

__all__ = ["ChatOpenAI"]

_TO_EVENTS: Final[Any] = openai.Stream[object]
_TO_ASYNC_EVENTS: Final[Any] = openai.AsyncStream[object]
"""Streams whose events are plain JSON."""


class ChatOpenAI(Parameters, BaseChatModel):
    """A chat model of OpenAI, or of a server that speaks one of its protocols (`base_url`).

    It asks OpenAI's chat completions; with `use_responses_api=True`, or where a request needs it, it asks the Responses
    API: for tools that OpenAI has itself, for what a model thought, for conversations that OpenAI stores. The content
    of those answers is a list of blocks; `text` and `content_blocks` read it.

    One object serves sync and async callers, any number of threads, and any event loop, one after another or at once.
    Parameters are described in `Parameters` and `Connection`, those of all chat models in `BaseChatModel`.

    Raises:
        OpenAIMissingKeyError: There is no key, neither given nor in the environment.

    Example:
        ```python
        model = ChatOpenAI(model="gpt-4o-mini", temperature=0)
        async for chunk in model.astream("Tell me a joke"):
            print(chunk.text, end="", flush=True)
        ```
    """

    lc_secrets: ClassVar[dict[str, str]] = {"openai_api_key": "OPENAI_API_KEY"}

    _refuses_usage: bool = PrivateAttr(default=False)

    @property
    def _llm_type(self) -> str:
        return "openai-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return discreet(self._whole_params)

    @property
    def _whole_params(self) -> dict[str, Any]:
        said = {"use_responses_api": self.use_responses_api, "use_previous_response_id": self.use_previous_response_id}
        said = {name: value for name, value in said.items() if value}
        return {"model_name": self.model_name, "base_url": self.openai_api_base, **said, **self._default_params}

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        params = discreet({"_type": self._llm_type, "stop": stop, **self._params(kwargs)})
        if not params.get("tools"):
            params.pop("tools", None)
        return {"model": self.model_name, "model_name": self.model_name, "stream": self.streaming, **params}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        given = self._params(kwargs)
        found = {
            "ls_provider": "openai",
            "ls_model_type": "chat",
            "ls_model_name": given.get("model", self.model_name),
            "ls_temperature": given.get("temperature"),
            "ls_max_tokens": given.get("max_tokens") or given.get("max_completion_tokens"),
            "ls_stop": stop or given.get("stop"),
        }
        return {key: value for key, value in found.items() if value is not None}

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        used: dict[str, Any] = {}
        for output in llm_outputs:
            used = _sum(used, (output or {}).get("token_usage") or {})
        prints = [output["system_fingerprint"] for output in llm_outputs if output and output.get("system_fingerprint")]
        found = {"token_usage": used, "model_name": self.model_name}
        return {**found, "system_fingerprint": prints[0]} if prints else found

    # Whole answers.

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        api, payload = self._request(messages, stop, kwargs)
        with self._explained(payload["model"], payload):
            raw = api.of(self._opened.sync()).with_raw_response.create(**payload)
            return self._result(api, raw, payload["model"])

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        api, payload = self._request(messages, stop, kwargs)
        with self._explained(payload["model"], payload):
            raw = await api.of(self._opened.here()).with_raw_response.create(**payload)
            return self._result(api, raw, payload["model"])

    # Streams.

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        api, payload = self._request(messages, stop, kwargs, streams=True)
        model = payload["model"]
        create = api.of(self._opened.sync()).with_raw_response.create
        with self._explained(model, payload):
            try:
                raw = create(**payload)
            except openai.APIStatusError as error:
                if not self._goes_without_usage(error, payload):
                    raise
                raw = create(**payload)
        events = raw.parse(to=_TO_EVENTS)
        chunks = api.chunks(model, raw.http_response, self._headers_of(raw))
        try:
            with self._explained(model, payload, reading=True):
                for event in events:
                    chunk = chunks.of(event)
                    if chunk is not None:
                        yield chunk
                if not chunks.is_whole:
                    raise _cut(events)
        finally:
            events.close()
        yield chunks.last()

    async def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        api, payload = self._request(messages, stop, kwargs, streams=True)
        model = payload["model"]
        create = api.of(self._opened.here()).with_raw_response.create
        with self._explained(model, payload):
            try:
                raw = await create(**payload)
            except openai.APIStatusError as error:
                if not self._goes_without_usage(error, payload):
                    raise
                raw = await create(**payload)
        events = raw.parse(to=_TO_ASYNC_EVENTS)
        chunks = api.chunks(model, raw.http_response, self._headers_of(raw))
        try:
            with self._explained(model, payload, reading=True):
                async for event in events:
                    chunk = chunks.of(event)
                    if chunk is not None:
                        yield chunk
                if not chunks.is_whole:
                    raise _cut(events)
        finally:
            await events.close()
        yield chunks.last()

    # Requests and what comes back.

    def _request(
        self, messages: Sequence[Any], stop: list[str] | None, kwargs: Mapping[str, Any], *, streams: bool = False
    ) -> tuple[Api, dict[str, Any]]:
        """Return which API is asked, and what it is sent."""
        params = self._params(kwargs)
        if stop is not None:
            params["stop"] = stop
        if not needs_responses(self, params):
            return CHAT, self._payload(messages, params, streams=streams)
        return RESPONSES, payload_of(params, messages, goes_on=self.use_previous_response_id, streams=streams)

    def _payload(self, messages: Sequence[Any], params: Mapping[str, Any], *, streams: bool = False) -> dict[str, Any]:
        payload = dict(params)
        asks_for_usage = payload.pop("stream_usage", None)
        payload.pop("stream", None)
        if "max_tokens" in payload:
            payload["max_completion_tokens"] = payload.pop("max_tokens")
        if not payload.get("tools"):
            for name in ("tools", "tool_choice", "parallel_tool_calls"):
                payload.pop(name, None)
        if payload.get("response_format") is not None:
            from stepgraph_openai.structured import response_format_of  # noqa: PLC0415 - parsers and tools with it

            payload["response_format"] = response_format_of(payload["response_format"])
        payload["messages"] = as_dicts(messages, payload["model"])
        if streams:
            payload["stream"] = True
            if self._asks_for_usage(asks_for_usage, payload):
                payload["stream_options"] = {"include_usage": True, **(payload.get("stream_options") or {})}
            payload.pop("n", None)  # a stream shows one answer
        else:
            payload.pop("stream_options", None)
        return payload

    def _asks_for_usage(self, asked: bool | None, payload: Mapping[str, Any]) -> bool:
        if asked is None:
            asked = self.stream_usage
        if asked is None:
            return not self._refuses_usage and "include_usage" not in (payload.get("stream_options") or {})
        return asked

    def _goes_without_usage(self, error: openai.APIStatusError, payload: dict[str, Any]) -> bool:
        """Take what a server refused out of a request, if it was that which nobody had asked for."""
        refused = error.status_code in (400, 422) and any(
            name in f"{error.message} {error.param}" for name in ("stream_options", "include_usage")
        )
        if not refused or self.stream_usage is not None or "stream_options" not in payload:
            return False
        del payload["stream_options"]
        self._refuses_usage = True
        return True

    def _headers_of(self, raw: Any) -> Mapping[str, str] | None:
        return raw.headers if self.include_response_headers else None

    def _result(self, api: Api, raw: Any, model: str) -> ChatResult:
        response = raw.http_response
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            shown = response.text if len(response.text) <= _SHOWN else f"{response.text[:_SHOWN]}…"
            raise ValueError(f"expected {api.answer} as JSON from {model!r} at {response.url}, got {shown!r}")
        return api.result_of(found, model, response, self._headers_of(raw))

    # Tools, forms, tokens.

    def bind_tools(
        self,
        tools: Sequence[Any],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        response_format: Any = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call.

        Args:
            tools: Tools, functions, pydantic models, TypedDicts, JSON schemas, or tools of OpenAI's own as dicts.
            tool_choice: Which one it must call, by name or as a dict of OpenAI's; `"any"`, `"required"` or `True` for
                at least one, `"none"` for none, `"auto"` as it likes.
            strict: Whether arguments must fit their schemas exactly.
            parallel_tool_calls: Whether it may call several at once.
            response_format: The form of answers that call no tool; see `with_structured_output`.
            kwargs: For each call of the model.

        Raises:
            ValueError: `tool_choice` names no tool.
        """
        from stepgraph_openai.binding import bound  # noqa: PLC0415 - schemas of tools with it

        return bound(self, tools, tool_choice, strict, parallel_tool_calls, response_format, kwargs)

    def with_structured_output(
        self,
        schema: Any = None,
        *,
        method: str = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        tools: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model so that it answers in a form of yours.

        Args:
            schema: A pydantic model, whose instances are returned, or a TypedDict, a JSON schema or the schema of a
                tool, for which dicts are.
            method: How it is made to: `"json_schema"` (OpenAI's structured outputs), `"function_calling"`, or
                `"json_mode"` (the prompt must say which form).
            include_raw: Whether the result is a dict of `raw` (the message), `parsed` and `parsing_error`, where that
                is returned which else would be raised.
            strict: Whether the answer must fit the schema exactly.
            tools: Tools that it may call instead of answering, with `"json_schema"`.
            kwargs: For each call of the model.

        Raises:
            ValueError: The method does not exist, or does not go with what else is given.
        """
        from stepgraph_openai.structured import structured  # noqa: PLC0415 - parsers and tools with it

        return structured(self, schema, method, include_raw, strict, tools, kwargs)

    def get_token_ids(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises:
            NotImplementedError: tiktoken is not installed, and no `custom_get_token_ids` was given.
        """
        from stepgraph_openai.tokens import tokens_of  # noqa: PLC0415 - tiktoken with it

        found = None if self.custom_get_token_ids else tokens_of(text, self.tiktoken_model_name or self.model_name)
        return super().get_token_ids(text) if found is None else found

    def get_num_tokens(self, text: str) -> int:
        """Return how many tokens a text has; without tiktoken, roughly."""
        try:
            return len(self.get_token_ids(text))
        except NotImplementedError:
            return super().get_num_tokens(text)

    def get_num_tokens_from_messages(self, messages: Sequence[Any], tools: Sequence[Any] | None = None) -> int:
        """Return how many tokens messages have in a request; images and files in them are not counted."""
        from stepgraph_openai.tokens import count_messages  # noqa: PLC0415 - tiktoken with it

        return count_messages(self, messages, tools)


_SHOWN: Final = 200
"""How many characters of a response are shown that was none."""


def _cut(events: Any) -> openai.APIConnectionError:
    return cut("the stream is over, and no reason came why the answer was", events.response.request)


def _sum(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was used in two calls, with all its parts."""
    total = dict(left)
    for key, value in right.items():
        if isinstance(value, dict):
            total[key] = _sum(total.get(key) or {}, value)
        elif value is not None:
            total[key] = (total.get(key) or 0) + value
    return total
