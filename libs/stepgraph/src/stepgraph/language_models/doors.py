"""Doors: how callers reach a language model of any kind, whole or in chunks, and what handlers hear of it.

Kinds differ in what they take and in what they give: chat models messages, text models texts. Where nobody listens a
door is as good as the hook behind it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from operator import attrgetter
from typing import Any, ClassVar, Final, Generic

from pydantic import Field
from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.execution.guard import GUARD
from stepgraph.language_models.base import BaseLanguageModel, LanguageModelInput, OutputT
from stepgraph.language_models.call import ModelCall
from stepgraph.outputs import LLMResult
from stepgraph.runnables.adapted import close
from stepgraph.signatures import marked

__all__ = ["ModelDoors"]

_LABELS: Final = (
    ("model", "ls_model_name"),
    ("model_name", "ls_model_name"),
    ("temperature", "ls_temperature"),
    ("max_tokens", "ls_max_tokens"),
)
"""Attributes of models, and what tracers call them."""

_LABEL_TYPES: Final = (str, int, float)

ChunkT = TypeVar("ChunkT", default=Any)


class ModelDoors(BaseLanguageModel[OutputT], Generic[OutputT, ChunkT]):
    """What callers do with a language model.

    Attributes:
        rate_limiter: What says when a request may be made; see `stepgraph.rate_limiters`.
    """

    rate_limiter: Any = Field(default=None, exclude=True, repr=False)

    # What a kind of models says of itself.

    _starts: ClassVar[str] = "on_llm_start"
    """The event by which handlers hear of a call."""

    _kind: ClassVar[str] = "llm"
    """What tracers call the kind."""

    _output: ClassVar[attrgetter[Any]] = attrgetter("text")
    """What callers get of a generation, or of a chunk of one."""

    def _prompt_of(self, input: Any) -> Any:
        """Return what hooks take, for a prompt in any form."""
        raise NotImplementedError

    def _one(self, prompt: Any, config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]) -> Any:
        """Return the generation that answers a prompt."""
        raise NotImplementedError

    async def _aone(
        self, prompt: Any, config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Any:
        raise NotImplementedError

    def _answer(self, asked: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]) -> Any:
        """Return the result that the hooks give for what they are asked at once."""
        raise NotImplementedError

    async def _aanswer(self, asked: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _can_stream(self, kwargs: dict[str, Any], *, is_async: bool) -> bool:
        """Return whether a call gives chunks."""
        raise NotImplementedError

    def _chunks(self, prompt: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]) -> Iterator[Any]:
        """Make a request and yield the chunks of its answer, each once it has been reported."""
        raise NotImplementedError

    def _achunks(
        self, prompt: Any, stop: list[str] | None, call: Any, kwargs: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        raise NotImplementedError

    def _sum(self, chunks: Sequence[Any]) -> Any:
        """Return the generation that chunks add up to."""
        raise NotImplementedError

    def _as_chunk(self, output: Any) -> Any:
        """Return an output as the only chunk of a stream."""
        return output

    # Doors.

    def invoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> OutputT:
        """Answer.

        Args:
            input: Text, messages in any of their forms, or what a prompt has made.
            config: Tags, metadata, callbacks.
            stop: Texts at which the answer ends.
            kwargs: For the provider.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        return self._output(self._one(self._prompt_of(input), config, stop, kwargs))  # type: ignore[no-any-return]

    @marked("coroutine")
    def ainvoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Coroutine[Any, Any, OutputT]:
        """Answer; see `invoke`.

        The coroutine bears the model's name, so that Python's warning about one that nobody awaits says whose it is.
        """
        if GUARD.on:
            GUARD.watch_loop()
        coroutine = self._ainvoke(input, config, stop, kwargs)
        named: Any = coroutine
        named.__qualname__ = f"{self.name or type(self).__name__}.ainvoke"
        return coroutine

    async def _ainvoke(
        self, input: LanguageModelInput, config: RunnableConfig | None, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> OutputT:
        return self._output(await self._aone(self._prompt_of(input), config, stop, kwargs))  # type: ignore[no-any-return]

    def stream(  # type: ignore[override]  # a chunk is an output: chunks of messages are messages
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[ChunkT]:
        """Answer in chunks, which add up to the output; see `invoke`."""
        if not self._can_stream(kwargs, is_async=False):
            yield self._as_chunk(self.invoke(input, config, stop=stop, **kwargs))
            return
        if GUARD.on:
            GUARD.sync_entry(self, "stream")
        prompt, output = self._prompt_of(input), self._output
        call = None if self.is_unheard(config) else ModelCall(self, config, stop, kwargs)
        if call is not None:
            call.start(prompt)
        heard = call is not None and call.run is not None
        shown: list[Any] = []
        chunks = self._chunks(prompt, stop, call, kwargs)
        try:
            try:
                for chunk in chunks:
                    if heard:
                        shown.append(chunk)
                    yield output(chunk)
            finally:
                close(chunks)
            result = self._brought(call, shown)
        except GeneratorExit:
            if call is not None:
                call.end(self._brought(call, shown))
            raise
        except BaseException as error:
            if call is not None:
                call.fail(error, response=self._so_far(shown))
            raise
        if call is not None:
            call.end(result)

    async def astream(  # type: ignore[override]
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[ChunkT, None]:
        """Answer in chunks, which add up to the output; see `invoke`. Closing the stream ends the request."""
        if not self._can_stream(kwargs, is_async=True):
            yield self._as_chunk(await self.ainvoke(input, config, stop=stop, **kwargs))
            return
        if GUARD.on:
            GUARD.watch_loop()
        prompt, output = self._prompt_of(input), self._output
        call = None if self.is_unheard(config) else ModelCall(self, config, stop, kwargs)
        if call is not None:
            await call.start_async(prompt)
        heard = call is not None and call.run is not None
        shown: list[Any] = []
        chunks = self._achunks(prompt, stop, call, kwargs)
        try:
            try:
                async for chunk in chunks:
                    if heard:
                        shown.append(chunk)
                    yield output(chunk)
            finally:
                await chunks.aclose()
            result = self._brought(call, shown)
        except GeneratorExit:
            if call is not None:
                await call.end_async(self._brought(call, shown))
            raise
        except BaseException as error:
            if call is not None:
                await call.fail_async(error, response=self._so_far(shown))
            raise
        if call is not None:
            await call.end_async(result)

    # What handlers hear.

    def _reported(self, asked: Any, call: Any, stop: list[str] | None, kwargs: dict[str, Any]) -> Any:
        """Answer, and report that to those who listen.

        Args:
            asked: What the hooks take: messages, or prompts.
            call: A `ModelCall`, or the `ModelCalls` of several prompts.
            stop: Texts at which answers end.
            kwargs: For the provider.
        """
        call.start(asked)
        try:
            with call.inside():
                result = self._answer(asked, stop, call, kwargs)
        except BaseException as error:
            call.fail(error, response=LLMResult([]))
            raise
        call.end(call.brought(result))
        return result

    async def _areported(self, asked: Any, call: Any, stop: list[str] | None, kwargs: dict[str, Any]) -> Any:
        await call.start_async(asked)
        try:
            with call.inside():
                result = await self._aanswer(asked, stop, call, kwargs)
        except BaseException as error:
            await call.fail_async(error, response=LLMResult([]))
            raise
        await call.end_async(call.brought(result))
        return result

    def _brought(self, call: ModelCall | None, shown: Sequence[Any]) -> LLMResult | None:
        """Return what handlers are told of a stream; nothing is added up where there are none."""
        return None if call is None or call.run is None else LLMResult([[self._sum(shown)]], run=call.runs)

    def _so_far(self, shown: Sequence[Any]) -> LLMResult:
        """Return what handlers are told of an answer that broke off."""
        return LLMResult([[self._sum(shown)]] if shown else [])

    def asdict(self) -> dict[str, Any]:
        """Return what tells this model from others, with its kind under `_type`."""
        return {**self._identifying_params, "_type": self._llm_type}

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return what handlers are told that the model is called with."""
        return {**self.asdict(), "stop": stop, **kwargs}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return what the metadata of its runs says of the model; tracers know these keys."""
        params: dict[str, Any] = {"ls_provider": self._provider(), "ls_model_type": self._kind}
        for name, key in _LABELS:
            found = kwargs.get(name, getattr(self, name, None))
            if isinstance(found, _LABEL_TYPES):
                params.setdefault(key, found)
        return {**params, "ls_stop": stop} if stop else params

    def _provider(self) -> str:
        """Return whose model it seems to be, by the name of its class."""
        return type(self).__name__.removesuffix("LLM").lower()
