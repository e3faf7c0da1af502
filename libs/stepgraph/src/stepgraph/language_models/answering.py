"""Answering: what a provider writes for its chat model, and how one answer comes of it.

A provider writes `_generate` or `_agenerate`, and `_stream` or `_astream` where it can stream; what is missing in async
code runs in the engine's threads. It knows nothing of callbacks, caches or limits: these are dealt with here, and cost
nothing where nobody asked for them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, ClassVar, Literal

from pydantic import Field

from stepgraph.config import RunnableConfig
from stepgraph.language_models.answers import (
    as_chunk,
    ending,
    identified,
    identified_chunk,
    identity_of,
    some,
    total,
    whole,
)
from stepgraph.language_models.caching import cache_of, kept, key_of, revived
from stepgraph.language_models.call import ModelCall
from stepgraph.language_models.doors import ModelDoors
from stepgraph.language_models.hooks import achunks_of, chunks_of, in_a_thread, run_of, stream_in_threads, told
from stepgraph.language_models.model_profile import ModelProfile
from stepgraph.language_models.standard import BlockNumbers, kept_apart, standardize, version_of_environment
from stepgraph.messages import AIMessage, AIMessageChunk, convert_to_messages
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from stepgraph.runnables.adapted import aclose, close

__all__ = ["Answering"]


class Answering(ModelDoors[AIMessage, AIMessageChunk]):
    """What a provider writes, and how one answer comes of it.

    Attributes:
        disable_streaming: Whether the model is never streamed; `"tool_calling"` for calls with tools alone.
        output_version: The form of the content of answers: the provider's own (`"v0"`, or `None`), or the blocks that
            `content_blocks` gives (`"v1"`), in streams too. Without a word it is `LC_OUTPUT_VERSION` of the
            environment. Models of providers may know other forms.
        profile: What the model can do, as whoever makes it says; it is neither shown nor dumped.
    """

    disable_streaming: bool | Literal["tool_calling"] = Field(default=False, exclude=True, repr=False)
    output_version: str | None = Field(default_factory=version_of_environment)
    profile: ModelProfile | None = Field(default=None, exclude=True, repr=False)

    _starts: ClassVar[str] = "on_chat_model_start"
    _kind: ClassVar[str] = "chat"
    _output: ClassVar[attrgetter[Any]] = attrgetter("message")

    # Hooks: what a provider writes.

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        """Answer messages; where it is not overridden, the chunks of `_stream` are added up."""
        if not self._streams(is_async=False):
            raise NotImplementedError(f"{type(self).__name__} must define _generate(), or be run with ainvoke()")
        return whole(some(list(self._stream(messages, stop=stop, **kwargs)), self))

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        """Answer messages; where it is not overridden, `_generate` runs in a thread, or chunks are added up."""
        own = type(self)
        if own._generate is Answering._generate and own._astream is not Answering._astream:
            return whole(some([chunk async for chunk in self._astream(messages, stop=stop, **kwargs)], self))
        return await in_a_thread(self, "_generate", messages, stop, run_manager, kwargs)  # type: ignore[no-any-return]

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        """Answer messages in chunks."""
        raise NotImplementedError(f"{type(self).__name__} does not stream")

    def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Answer messages in chunks; where it is not overridden, `_stream` runs in threads, chunk by chunk."""
        return stream_in_threads(self, messages, stop, None, kwargs)

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Return what is said of several answers together."""
        return {}

    def _provider(self) -> str:
        return type(self).__name__.removeprefix("Chat").removesuffix("Chat").lower()

    # One answer.

    def _prompt_of(self, input: Any) -> list[Any]:
        return convert_to_messages(input)

    def _one(
        self, prompt: list[Any], config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> ChatGeneration:
        if self.is_unheard(config):
            return self._answer(prompt, stop, None, kwargs).generations[0]
        result: ChatResult = self._reported(prompt, ModelCall(self, config, stop, kwargs), stop, kwargs)
        return result.generations[0]

    async def _aone(
        self, prompt: list[Any], config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> ChatGeneration:
        if self.is_unheard(config):
            return (await self._aanswer(prompt, stop, None, kwargs)).generations[0]
        result: ChatResult = await self._areported(prompt, ModelCall(self, config, stop, kwargs), stop, kwargs)
        return result.generations[0]

    def _answer(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> ChatResult:
        cache = cache_of(self)
        key = None if cache is None else key_of(self, messages, stop, kept_apart(self.output_version, kwargs))
        if key is not None and (found := cache.lookup(*key)) is not None:
            return identified(revived(found), identity_of(call))
        if self._should_stream(call, kwargs, is_async=False):
            result = whole(list(self._chunks(messages, stop, call, kwargs)))
        else:
            if self.rate_limiter is not None:
                self.rate_limiter.acquire(blocking=True)
            given = told(type(self)._generate, run_of(call), _without_stream(kwargs))
            result = identified(self._generate(messages, stop=stop, **given), identity_of(call))
            if self.output_version == "v1":
                standardize(result)
        if key is not None:
            cache.update(*key, kept(result))
        return result

    async def _aanswer(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> ChatResult:
        cache = cache_of(self)
        key = None if cache is None else key_of(self, messages, stop, kept_apart(self.output_version, kwargs))
        if key is not None and (found := await cache.alookup(*key)) is not None:
            return identified(revived(found), identity_of(call))
        if self._should_stream(call, kwargs, is_async=True):
            result = whole([chunk async for chunk in self._achunks(messages, stop, call, kwargs)])
        else:
            if self.rate_limiter is not None:
                await self.rate_limiter.aacquire(blocking=True)
            given = told(type(self)._agenerate, run_of(call), _without_stream(kwargs))
            result = identified(await self._agenerate(messages, stop=stop, **given), identity_of(call))
            if self.output_version == "v1":
                standardize(result)
        if key is not None:
            await cache.aupdate(*key, kept(result))
        return result

    def _chunks(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        chunks = chunks_of(self, messages, stop, call, _without_stream(kwargs))
        run = run_of(call)
        identity, is_last = identity_of(call), False
        numbers = BlockNumbers() if self.output_version == "v1" else None
        try:
            for chunk in chunks:
                identified_chunk(chunk, identity)
                if numbers is not None:
                    numbers.standardize(chunk)
                if call is not None and run is not None:
                    call.report(chunk)
                is_last = chunk.message.chunk_position == "last"
                yield chunk
        finally:
            close(chunks)
        if not is_last:
            chunk = ending(identity)
            if numbers is not None:
                numbers.standardize(chunk)
            if call is not None and run is not None:
                call.report(chunk)
            yield chunk

    async def _achunks(
        self, messages: list[Any], stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> AsyncGenerator[ChatGenerationChunk, None]:
        chunks = await achunks_of(self, messages, stop, call, _without_stream(kwargs))
        run = run_of(call)
        identity, is_last = identity_of(call), False
        numbers = BlockNumbers() if self.output_version == "v1" else None
        try:
            async for chunk in chunks:
                identified_chunk(chunk, identity)
                if numbers is not None:
                    numbers.standardize(chunk)
                if call is not None and run is not None:
                    await call.report(chunk)
                is_last = chunk.message.chunk_position == "last"
                yield chunk
        finally:
            await aclose(chunks)
        if not is_last:
            chunk = ending(identity)
            if numbers is not None:
                numbers.standardize(chunk)
            if call is not None and run is not None:
                await call.report(chunk)
            yield chunk

    def _sum(self, chunks: Sequence[ChatGenerationChunk]) -> ChatGenerationChunk:
        return total(chunks)

    def _as_chunk(self, output: Any) -> Any:
        return as_chunk(output)

    def _should_stream(self, call: ModelCall | None, kwargs: dict[str, Any], *, is_async: bool) -> bool:
        """Return whether an answer that is wanted whole is streamed: somebody says so, or somebody hears tokens."""
        if not self._can_stream(kwargs, is_async=is_async):
            return False
        if "stream" in kwargs:
            return bool(kwargs["stream"])
        if _has_streaming(type(self)) and getattr(self, "streaming", None):
            return True
        return call is not None and call.wants_tokens

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


@lru_cache(maxsize=1024)
def _has_streaming(kind: type[Answering]) -> bool:
    """Return whether models of a class say themselves that they are to be streamed; asking a model in vain is slow."""
    return "streaming" in kind.model_fields or hasattr(kind, "streaming")


def _without_stream(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments as hooks get them: which of them is called has been decided."""
    return {key: value for key, value in kwargs.items() if key != "stream"} if "stream" in kwargs else kwargs
