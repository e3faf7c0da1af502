"""Completing: what an author writes for a text model, and how the answers to several prompts come of it.

Several prompts are one request, in which a run is heard for each. Hooks that stream report their tokens themselves, to
the `run_manager` that they are given; of caches and limits they know nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.language_models.answers import some, whole_text
from stepgraph.language_models.caching import cache_of, copied, key_of
from stepgraph.language_models.call import ModelCall, ModelCalls
from stepgraph.language_models.doors import ModelDoors
from stepgraph.language_models.hooks import achunks_of, chunks_of, in_a_thread, run_of, stream_in_threads, told
from stepgraph.messages import convert_to_messages, get_buffer_string
from stepgraph.outputs import Generation, GenerationChunk, LLMResult
from stepgraph.runnables.adapted import aclose, close

__all__ = ["Completing"]


class Completing(ModelDoors[str, str]):
    """What an author writes, and how answers come of it."""

    # Hooks: what an author writes.

    def _generate(
        self, prompts: list[str], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Complete prompts: a list of generations for each."""
        raise NotImplementedError(f"{type(self).__name__} must define _generate(), or be run with ainvoke()")

    async def _agenerate(
        self, prompts: list[str], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Complete prompts; where it is not overridden, `_generate` runs in a thread."""
        return await in_a_thread(self, "_generate", prompts, stop, run_manager, kwargs)  # type: ignore[no-any-return]

    def _stream(
        self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[GenerationChunk]:
        """Complete a prompt in chunks."""
        raise NotImplementedError(f"{type(self).__name__} does not stream")

    def _astream(
        self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[GenerationChunk]:
        """Complete a prompt in chunks; where it is not overridden, `_stream` runs in threads, chunk by chunk."""
        return stream_in_threads(self, prompt, stop, run_manager, kwargs)

    # One prompt.

    def _prompt_of(self, input: Any) -> str:
        if isinstance(input, str):
            return input
        if hasattr(input, "to_string"):  # what a prompt has made
            return str(input.to_string())
        return get_buffer_string(convert_to_messages(input))

    def _one(
        self, prompt: str, config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Generation:
        return self._several([prompt], [config], stop, kwargs).generations[0][0]  # type: ignore[no-any-return]

    async def _aone(
        self, prompt: str, config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Generation:
        return (await self._aseveral([prompt], [config], stop, kwargs)).generations[0][0]  # type: ignore[no-any-return]

    def _can_stream(self, kwargs: dict[str, Any], *, is_async: bool) -> bool:
        own = type(self)
        return own._stream is not Completing._stream or (is_async and own._astream is not Completing._astream)

    def _chunks(
        self, prompt: str, stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> Iterator[GenerationChunk]:
        chunks, count = chunks_of(self, prompt, stop, call, told(type(self)._stream, run_of(call), kwargs)), 0
        try:
            for chunk in chunks:
                count += 1
                yield chunk
        finally:
            close(chunks)
        some(count, self)

    async def _achunks(
        self, prompt: str, stop: list[str] | None, call: ModelCall | None, kwargs: dict[str, Any]
    ) -> AsyncGenerator[GenerationChunk, None]:
        given, count = told(type(self)._astream, run_of(call), kwargs), 0
        chunks = await achunks_of(self, prompt, stop, call, given)
        try:
            async for chunk in chunks:
                count += 1
                yield chunk
        finally:
            await aclose(chunks)
        some(count, self)

    def _sum(self, chunks: Sequence[GenerationChunk]) -> GenerationChunk:
        return whole_text(chunks)

    # Several prompts.

    def _several(
        self, prompts: Sequence[str], configs: Sequence[Any], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        """Return answers to prompts; of those that a cache has nothing is heard."""
        cache = cache_of(self)
        if cache is None:
            return self._asked(prompts, configs, stop, kwargs)
        keys = [key_of(self, each, stop, kwargs) for each in prompts]
        found = [cache.lookup(*key) for key in keys]
        missing = [number for number, each in enumerate(found) if each is None]
        result = self._asked([prompts[each] for each in missing], [configs[each] for each in missing], stop, kwargs)
        for number, answer in zip(missing, result.generations, strict=True):
            cache.update(*keys[number], copied(answer))
            found[number] = answer
        return LLMResult([copied(each) for each in found], result.llm_output, result.run)

    async def _aseveral(
        self, prompts: Sequence[str], configs: Sequence[Any], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        cache = cache_of(self)
        if cache is None:
            return await self._aasked(prompts, configs, stop, kwargs)
        keys = [key_of(self, each, stop, kwargs) for each in prompts]
        found = [await cache.alookup(*key) for key in keys]
        missing = [number for number, each in enumerate(found) if each is None]
        asked = [prompts[each] for each in missing], [configs[each] for each in missing]
        result = await self._aasked(*asked, stop, kwargs)
        for number, answer in zip(missing, result.generations, strict=True):
            await cache.aupdate(*keys[number], copied(answer))
            found[number] = answer
        return LLMResult([copied(each) for each in found], result.llm_output, result.run)

    def _asked(
        self, prompts: Sequence[str], configs: Sequence[Any], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        """Return answers to prompts, for which one request is made."""
        if not prompts:
            return LLMResult([], {})
        if all(self.is_unheard(each) for each in configs):
            return self._answer(prompts, stop, None, kwargs)
        calls = ModelCalls([ModelCall(self, each, stop, kwargs, len(prompts)) for each in configs])
        result = self._reported(prompts, calls, stop, kwargs)
        return LLMResult(result.generations, result.llm_output, calls.runs)

    async def _aasked(
        self, prompts: Sequence[str], configs: Sequence[Any], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        if not prompts:
            return LLMResult([], {})
        if all(self.is_unheard(each) for each in configs):
            return await self._aanswer(prompts, stop, None, kwargs)
        calls = ModelCalls([ModelCall(self, each, stop, kwargs, len(prompts)) for each in configs])
        result = await self._areported(prompts, calls, stop, kwargs)
        return LLMResult(result.generations, result.llm_output, calls.runs)

    def _answer(
        self, asked: Sequence[str], stop: list[str] | None, call: ModelCalls | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        if self.rate_limiter is not None:
            self.rate_limiter.acquire(blocking=True)
        given = told(type(self)._generate, run_of(call), kwargs)
        return self._complete(self._generate(list(asked), stop=stop, **given), len(asked))

    async def _aanswer(
        self, asked: Sequence[str], stop: list[str] | None, call: ModelCalls | None, kwargs: dict[str, Any]
    ) -> LLMResult:
        if self.rate_limiter is not None:
            await self.rate_limiter.aacquire(blocking=True)
        given = told(type(self)._agenerate, run_of(call), kwargs)
        return self._complete(await self._agenerate(list(asked), stop=stop, **given), len(asked))

    def _complete(self, result: LLMResult, count: int) -> LLMResult:
        """Return a result of the hooks that has an answer to each prompt."""
        answered = len([each for each in result.generations if each])
        if answered != count:
            raise ValueError(f"{self.get_name()} was asked for {count} texts and gave {answered}")
        return result
