"""BaseChatModel: what a chat model of any provider is to those who call it, beside the doors of all models."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from stepgraph.execution.branches import gather
from stepgraph.execution.guard import GUARD
from stepgraph.language_models.answering import Answering
from stepgraph.language_models.base import LanguageModelInput
from stepgraph.language_models.call import ModelCall, ModelCalls
from stepgraph.language_models.configs import configs_of
from stepgraph.messages import AIMessage
from stepgraph.outputs import ChatGeneration, ChatResult, LLMResult
from stepgraph.runnables import Runnable

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
        configs = configs_of(len(messages), callbacks, tags, metadata, run_name, run_id)
        calls = [ModelCall(self, config, stop, kwargs, len(messages)) for config in configs]
        answers = [
            self._reported(self._prompt_of(list(each)), call, stop, kwargs)
            for each, call in zip(messages, calls, strict=True)
        ]
        return self._together(answers, calls)

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
        configs = configs_of(len(messages), callbacks, tags, metadata, run_name, run_id)
        calls = [ModelCall(self, config, stop, kwargs, len(messages)) for config in configs]

        async def answered(each: Sequence[Any], call: ModelCall, _: Any) -> Any:
            try:
                return await self._areported(self._prompt_of(list(each)), call, stop, kwargs)
            except Exception as error:
                return error

        answers = await gather([partial(answered, *pair) for pair in zip(messages, calls, strict=True)])
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return self._together(answers, calls)

    def generate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `generate`."""
        return self.generate([self._prompt_of(each) for each in prompts], stop, callbacks, **kwargs)

    async def agenerate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `agenerate`."""
        return await self.agenerate([self._prompt_of(each) for each in prompts], stop, callbacks, **kwargs)

    def _together(self, answers: Sequence[ChatResult], calls: Sequence[ModelCall]) -> LLMResult:
        output = self._combine_llm_outputs([result.llm_output for result in answers])
        return LLMResult([result.generations for result in answers], output, ModelCalls(calls).runs)


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
