"""Answering: what a provider writes for its chat model, and how one answer comes of it.

A provider writes `_generate` or `_agenerate`, and `_stream` or `_astream` where it can stream; what is missing in async
code runs in the engine's threads. It knows nothing of callbacks, caches or limits: these are dealt with here, and cost
nothing where nobody asked for them.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import Field

from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread
from stepgraph.language_models.answers import ending, identified, identified_chunk, identity_of, whole
from stepgraph.language_models.base import BaseLanguageModel
from stepgraph.language_models.caching import cache_of, kept, key_of, revived
from stepgraph.language_models.call import ModelCall
from stepgraph.messages import AIMessage
from stepgraph.outputs import ChatGenerationChunk, ChatResult, LLMResult, RunInfo
from stepgraph.runnables.adapted import aclose, close, iterate_inside, iterate_inside_async

__all__ = ["Answering"]

_LABELS: Final = (
    ("model", "ls_model_name"),
    ("model_name", "ls_model_name"),
    ("temperature", "ls_temperature"),
    ("max_tokens", "ls_max_tokens"),
)
"""Attributes of models, and what tracers call them."""

_LABEL_TYPES: Final = (str, int, float)


class Answering(BaseLanguageModel[AIMessage]):
    """What a provider writes, and how one answer comes of it.

    Attributes:
        rate_limiter: What says when a request may be made; see `stepgraph.rate_limiters`.
        disable_streaming: Whether the model is never streamed; `"tool_calling"` for calls with tools alone.
    """

    rate_limiter: Any = Field(default=None, exclude=True, repr=False)
    disable_streaming: bool | Literal["tool_calling"] = Field(default=False, exclude=True, repr=False)

    # Hooks: what a provider writes.

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        """Answer messages; where it is not overridden, the chunks of `_stream` are added up."""
        if not self._streams(is_async=False):
            raise NotImplementedError(f"{type(self).__name__} must define _generate(), or be run with ainvoke()")
        return whole(_not_nothing(list(self._stream(messages, stop=stop, **kwargs)), self))

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        """Answer messages; where it is not overridden, `_generate` runs in a thread, or chunks are added up."""
        own = type(self)
        if own._generate is Answering._generate and own._astream is not Answering._astream:
            return whole(_not_nothing([chunk async for chunk in self._astream(messages, stop=stop, **kwargs)], self))
        manager = run_manager.get_sync() if hasattr(run_manager, "get_sync") else run_manager
        given = _told(own._generate, manager, kwargs)
        return await in_thread(self._generate, messages, stop=stop, **given)  # type: ignore[no-any-return]

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        """Answer messages in chunks."""
        raise NotImplementedError(f"{type(self).__name__} does not stream")

    def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Answer messages in chunks; where it is not overridden, `_stream` runs in threads, chunk by chunk."""
        return in_threads(lambda given: self._stream(given, stop=stop, **kwargs), messages)

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Return what is said of several answers together."""
        return {}

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return what handlers are told that the model is called with."""
        return {**self._identifying_params, "_type": self._llm_type, "stop": stop, **kwargs}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return what the metadata of its runs says of the model; tracers know these keys."""
        provider = type(self).__name__.removeprefix("Chat").removesuffix("Chat").lower()
        params: dict[str, Any] = {"ls_provider": provider, "ls_model_type": "chat"}
        for name, key in _LABELS:
            found = kwargs.get(name, getattr(self, name, None))
            if isinstance(found, _LABEL_TYPES):
                params.setdefault(key, found)
        return {**params, "ls_stop": stop} if stop else params

    # One answer.

    def _reported(
        self, messages: list[Any], call: ModelCall, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> tuple[ChatResult, RunInfo | None]:
        call.start(messages)
        try:
            with call.inside():
                result = self._answer(messages, stop, call, kwargs)
        except BaseException as error:
            call.fail(error, response=LLMResult([]))
            raise
        call.end(call.brought(result))
        return result, None if call.run_id is None else RunInfo(call.run_id)

    async def _areported(
        self, messages: list[Any], call: ModelCall, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> tuple[ChatResult, RunInfo | None]:
        await call.start_async(messages)
        try:
            with call.inside():
                result = await self._aanswer(messages, stop, call, kwargs)
        except BaseException as error:
            await call.fail_async(error, response=LLMResult([]))
            raise
        await call.end_async(call.brought(result))
        return result, None if call.run_id is None else RunInfo(call.run_id)

    def _answer(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> ChatResult:
        cache = cache_of(self)
        key = None if cache is None else key_of(self, messages, stop, kwargs)
        if key is not None and (found := cache.lookup(*key)) is not None:
            return identified(revived(found), identity_of(_run(call)))
        if self._should_stream(call, kwargs, is_async=False):
            result = whole(list(self._chunks(messages, stop, call, kwargs)))
        else:
            if self.rate_limiter is not None:
                self.rate_limiter.acquire(blocking=True)
            given = _told(type(self)._generate, _run(call), kwargs)
            result = identified(self._generate(messages, stop=stop, **given), identity_of(call))
        if key is not None:
            cache.update(*key, kept(result))
        return result

    async def _aanswer(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> ChatResult:
        cache = cache_of(self)
        key = None if cache is None else key_of(self, messages, stop, kwargs)
        if key is not None and (found := await cache.alookup(*key)) is not None:
            return identified(revived(found), identity_of(_run(call)))
        if self._should_stream(call, kwargs, is_async=True):
            result = whole([chunk async for chunk in self._achunks(messages, stop, call, kwargs)])
        else:
            if self.rate_limiter is not None:
                await self.rate_limiter.aacquire(blocking=True)
            given = _told(type(self)._agenerate, _run(call), kwargs)
            result = identified(await self._agenerate(messages, stop=stop, **given), identity_of(call))
        if key is not None:
            await cache.aupdate(*key, kept(result))
        return result

    def _chunks(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """Make a request and yield the chunks of its answer, each once it has been reported."""
        if self.rate_limiter is not None:
            self.rate_limiter.acquire(blocking=True)
        run = _run(call)
        identity, is_last = identity_of(call), False
        with nullcontext() if call is None else call.inside():
            chunks = self._stream(messages, stop=stop, **_without_stream(kwargs))
        if call is not None:
            chunks = iterate_inside(call.frame, chunks)
        try:
            for chunk in chunks:
                identified_chunk(chunk, identity)
                if call is not None and run is not None:
                    call.report(chunk)
                is_last = chunk.message.chunk_position == "last"
                yield chunk
        finally:
            close(chunks)
        if not is_last:
            chunk = ending(identity)
            if call is not None and run is not None:
                call.report(chunk)
            yield chunk

    async def _achunks(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> AsyncGenerator[ChatGenerationChunk, None]:
        """Make a request and yield the chunks of its answer, each once it has been reported."""
        if self.rate_limiter is not None:
            await self.rate_limiter.aacquire(blocking=True)
        run = _run(call)
        identity, is_last = identity_of(call), False
        with nullcontext() if call is None else call.inside():
            chunks = self._astream(messages, stop=stop, **_without_stream(kwargs))
        if call is not None:
            chunks = iterate_inside_async(call.frame, chunks)
        try:
            async for chunk in chunks:
                identified_chunk(chunk, identity)
                if call is not None and run is not None:
                    await call.report(chunk)
                is_last = chunk.message.chunk_position == "last"
                yield chunk
        finally:
            await aclose(chunks)
        if not is_last:
            chunk = ending(identity)
            if call is not None and run is not None:
                await call.report(chunk)
            yield chunk

    def _should_stream(self, call: ModelCall | None, kwargs: dict[str, Any], *, is_async: bool) -> bool:
        """Return whether an answer that is wanted whole is streamed: somebody says so, or somebody hears tokens."""
        if not self._can_stream(kwargs, is_async=is_async):
            return False
        if "stream" in kwargs:
            return bool(kwargs["stream"])
        return bool(getattr(self, "streaming", None)) or (call is not None and call.wants_tokens)

    def _can_stream(self, kwargs: dict[str, Any], *, is_async: bool) -> bool:
        if "streaming" in self.model_fields_set and getattr(self, "streaming", None) is False:
            return False
        if self.disable_streaming == "tool_calling":
            return self._streams(is_async=is_async) and not kwargs.get("tools")
        return self._streams(is_async=is_async) and not self.disable_streaming

    def _streams(self, *, is_async: bool) -> bool:
        """Return whether there is a hook that gives chunks."""
        own = type(self)
        return own._stream is not Answering._stream or (is_async and own._astream is not Answering._astream)


def _run(call: ModelCall | None) -> Any:
    return None if call is None else call.run


def _not_nothing(chunks: list[ChatGenerationChunk], model: Any) -> list[ChatGenerationChunk]:
    if not chunks:
        raise ValueError(f"the stream of {model.get_name()} gave no chunk; expected one at least")
    return chunks


def _without_stream(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments as hooks get them: which of them is called has been decided."""
    return {key: value for key, value in kwargs.items() if key != "stream"} if "stream" in kwargs else kwargs


def _told(hook: Callable[..., Any], run: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a hook: with what reports of the run, where it takes that."""
    kwargs = _without_stream(kwargs)
    return {**kwargs, "run_manager": run} if _takes_run_manager(hook) else kwargs


@lru_cache(maxsize=1024)
def _takes_run_manager(hook: Callable[..., Any]) -> bool:
    return "run_manager" in inspect.signature(hook).parameters
