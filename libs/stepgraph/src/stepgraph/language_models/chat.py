"""BaseChatModel: what a chat model of any provider is to those who call it.

The doors take a prompt in any form and report to callback handlers; where nobody listens they are as good as the hooks.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from functools import partial
from typing import Any

from stepgraph.callbacks.ids import new_run_id
from stepgraph.config import RunnableConfig
from stepgraph.execution.branches import gather
from stepgraph.execution.guard import GUARD
from stepgraph.language_models.answering import Answering
from stepgraph.language_models.answers import as_chunk, whole
from stepgraph.language_models.base import LanguageModelInput
from stepgraph.language_models.call import ModelCall
from stepgraph.messages import AIMessage, AIMessageChunk, convert_to_messages
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult, LLMResult, RunInfo
from stepgraph.runnables import Runnable
from stepgraph.runnables.adapted import close
from stepgraph.signatures import marked

__all__ = ["BaseChatModel", "SimpleChatModel"]


class BaseChatModel(Answering):
    """A chat model: messages in, a message out, whole or in chunks; its hooks are those of `Answering`."""

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | dict[str, Any] | bool | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call.

        Args:
            tools: Tools, functions, pydantic models or JSON schemas.
            tool_choice: Which one it must call, by name; `"any"` for at least one.
            kwargs: For each call of the model.
        """
        raise NotImplementedError(f"{type(self).__name__} does not call tools: it must define bind_tools()")

    def with_structured_output(
        self, schema: Any, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model so that it answers in a form of yours.

        Args:
            schema: A pydantic model, whose instances are returned, or a TypedDict, a JSON schema or the schema of a
                tool, for which dicts are.
            include_raw: Whether the result is a dict of `raw` (the message), `parsed` and `parsing_error`, where that
                is returned which else would be raised.
            kwargs: For `bind_tools`.
        """
        from stepgraph.language_models.structured import structured  # noqa: PLC0415 - parsers and tools with it

        return structured(self, schema, include_raw, kwargs)

    # Doors.

    def invoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Answer.

        Args:
            input: Text, messages in any of their forms, or what a prompt has made.
            config: Tags, metadata, callbacks.
            stop: Texts at which the answer ends.
            kwargs: For the provider.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        messages = convert_to_messages(input)
        if self.is_unheard(config):
            return self._answer(messages, stop, None, kwargs).generations[0].message  # type: ignore[no-any-return]
        result, _ = self._reported(messages, ModelCall(self, config, stop, kwargs), stop, kwargs)
        return result.generations[0].message  # type: ignore[no-any-return]

    @marked("coroutine")
    def ainvoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Coroutine[Any, Any, AIMessage]:
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
    ) -> AIMessage:
        messages = convert_to_messages(input)
        if self.is_unheard(config):
            answer = await self._aanswer(messages, stop, None, kwargs)
        else:
            answer, _ = await self._areported(messages, ModelCall(self, config, stop, kwargs), stop, kwargs)
        return answer.generations[0].message  # type: ignore[no-any-return]

    def stream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        """Answer in chunks, which add up to the message; see `invoke`."""
        if not self._can_stream(kwargs, is_async=False):
            yield as_chunk(self.invoke(input, config, stop=stop, **kwargs))
            return
        if GUARD.on:
            GUARD.sync_entry(self, "stream")
        messages = convert_to_messages(input)
        if self.is_unheard(config):
            for chunk in self._chunks(messages, stop, None, kwargs):
                yield chunk.message
            return
        call = ModelCall(self, config, stop, kwargs)
        call.start(messages)
        shown: list[ChatGenerationChunk] = []
        chunks = self._chunks(messages, stop, call, kwargs)
        try:
            try:
                for chunk in chunks:
                    if call.run is not None:
                        shown.append(chunk)
                    yield chunk.message
            finally:
                close(chunks)
            result = _brought(call, shown)
        except GeneratorExit:
            call.end(_brought(call, shown))
            raise
        except BaseException as error:
            call.fail(error, response=_so_far(shown))
            raise
        call.end(result)

    async def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[AIMessageChunk, None]:
        """Answer in chunks, which add up to the message; see `invoke`. Closing the stream ends the request."""
        if not self._can_stream(kwargs, is_async=True):
            yield as_chunk(await self.ainvoke(input, config, stop=stop, **kwargs))
            return
        if GUARD.on:
            GUARD.watch_loop()
        messages = convert_to_messages(input)
        call = None if self.is_unheard(config) else ModelCall(self, config, stop, kwargs)
        if call is not None:
            await call.start_async(messages)
        shown: list[ChatGenerationChunk] = []
        chunks = self._achunks(messages, stop, call, kwargs)
        try:
            try:
                async for chunk in chunks:
                    if call is not None and call.run is not None:
                        shown.append(chunk)
                    yield chunk.message
            finally:
                await chunks.aclose()
            result = None if call is None else _brought(call, shown)
        except GeneratorExit:
            if call is not None:
                await call.end_async(_brought(call, shown))
            raise
        except BaseException as error:
            if call is not None:
                await call.fail_async(error, response=_so_far(shown))
            raise
        if call is not None:
            await call.end_async(result)

    def generate(
        self,
        messages: Sequence[Sequence[Any]],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        run_name: str | None = None,
        run_id: Any = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Answer several lists of messages, one after another.

        Args:
            messages: The lists.
            stop: Texts at which answers end.
            callbacks: Handlers, or a manager.
            tags: Labels of the runs.
            metadata: What is said of the runs.
            run_name: What the runs are called.
            run_id: The id of the first run.
            kwargs: For the provider.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "generate")
        configs = _configs(len(messages), callbacks, tags, metadata, run_name, run_id)
        answers = []
        for each, config in zip(messages, configs, strict=True):
            call = ModelCall(self, config, stop, kwargs, len(messages))
            answers.append(self._reported(convert_to_messages(list(each)), call, stop, kwargs))
        return self._together(answers)

    async def agenerate(
        self,
        messages: Sequence[Sequence[Any]],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        run_name: str | None = None,
        run_id: Any = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Answer several lists of messages side by side; all are waited for before the first error leaves."""
        configs = _configs(len(messages), callbacks, tags, metadata, run_name, run_id)

        async def answered(each: Sequence[Any], config: RunnableConfig, _: Any) -> Any:
            call = ModelCall(self, config, stop, kwargs, len(messages))
            try:
                return await self._areported(convert_to_messages(list(each)), call, stop, kwargs)
            except Exception as error:
                return error

        answers = await gather([partial(answered, *pair) for pair in zip(messages, configs, strict=True)])
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return self._together(answers)

    def generate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `generate`."""
        return self.generate([convert_to_messages(each) for each in prompts], stop, callbacks, **kwargs)

    async def agenerate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `agenerate`."""
        return await self.agenerate([convert_to_messages(each) for each in prompts], stop, callbacks, **kwargs)

    def _together(self, answers: Sequence[tuple[ChatResult, RunInfo | None]]) -> LLMResult:
        runs = [run for _, run in answers if run is not None]
        output = self._combine_llm_outputs([result.llm_output for result, _ in answers])
        return LLMResult([result.generations for result, _ in answers], output, runs or None)


class SimpleChatModel(BaseChatModel):
    """A chat model that answers with a text: subclasses write `_call`."""

    def _call(self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        """Return the text of the answer."""
        raise NotImplementedError(f"{type(self).__name__} must define _call()")

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        text = self._call(messages, stop=stop, run_manager=run_manager, **kwargs)
        return ChatResult([ChatGeneration(AIMessage(text))])


def _brought(call: ModelCall, shown: Sequence[ChatGenerationChunk]) -> LLMResult | None:
    """Return what handlers are told of a stream; nothing is added up where there are none."""
    return None if call.run is None else call.brought(whole(shown))


def _so_far(shown: Sequence[ChatGenerationChunk]) -> LLMResult:
    """Return what handlers are told of an answer that broke off."""
    return LLMResult([whole(shown).generations] if shown else [])


def _configs(
    count: int,
    callbacks: Any,
    tags: list[str] | None,
    metadata: dict[str, Any] | None,
    run_name: str | None,
    run_id: Any,
) -> list[RunnableConfig]:
    """Return a config for each of several prompts; only one can have the run id that was given."""
    given = {"callbacks": callbacks, "tags": tags, "metadata": metadata, "run_name": run_name}
    config: Any = {key: value for key, value in given.items() if value is not None}
    configs: list[Any] = [{**config, "run_id": new_run_id()} for _ in range(count)]
    if configs and run_id is not None:
        configs[0]["run_id"] = run_id
    return configs
