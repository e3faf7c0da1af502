"""BaseLLM and LLM: models that complete a text.

An author of one for a single prompt writes `_call` (see `LLM`); who can ask a provider for several prompts at once
writes `_generate` (see `BaseLLM`). Messages reach either as one text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.execution.branches import gather
from stepgraph.execution.guard import GUARD
from stepgraph.language_models.base import LanguageModelInput
from stepgraph.language_models.completing import Completing
from stepgraph.language_models.configs import configs_of, groups_of
from stepgraph.language_models.hooks import in_a_thread, told
from stepgraph.outputs import Generation, LLMResult

__all__ = ["LLM", "BaseLLM"]


class BaseLLM(Completing):
    """A model that completes texts: text in, text out, whole or in chunks; its hooks are those of `Completing`."""

    def __str__(self) -> str:
        return f"\033[1m{type(self).__name__}\033[0m\nParams: {self._identifying_params}"

    # Doors for several prompts.

    def batch(
        self,
        inputs: Sequence[LanguageModelInput],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """Complete many prompts with one request, or with several where `max_concurrency` bounds them.

        Args:
            inputs: The prompts, in any form.
            config: One config for all, or one for each.
            return_exceptions: Whether the exception of a request stands in the list for each of its prompts.
            kwargs: `stop`, and what is for the provider.

        Raises:
            ValueError: There are not as many configs as inputs.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "batch")
        stop, answers = kwargs.pop("stop", None), []
        for group, configs in groups_of(inputs, config):
            try:
                result = self._several([self._prompt_of(each) for each in group], configs, stop, kwargs)
                answers += [each[0].text for each in result.generations]
            except Exception as error:
                if not return_exceptions:
                    raise
                answers += [error] * len(group)
        return answers

    async def abatch(
        self,
        inputs: Sequence[LanguageModelInput],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """Complete many prompts with one request; see `batch`."""
        if GUARD.on:
            GUARD.watch_loop()
        stop, answers = kwargs.pop("stop", None), []
        for group, configs in groups_of(inputs, config):
            try:
                result = await self._aseveral([self._prompt_of(each) for each in group], configs, stop, kwargs)
                answers += [each[0].text for each in result.generations]
            except Exception as error:
                if not return_exceptions:
                    raise
                answers += [error] * len(group)
        return answers

    def generate(
        self,
        prompts: Sequence[str],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        tags: list[str] | list[list[str]] | None = None,
        metadata: dict[str, Any] | list[dict[str, Any]] | None = None,
        run_name: str | list[str] | None = None,
        run_id: Any = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Complete several prompts with one request; handlers hear of a run for each.

        Prompts whose answers a cache has are not asked again, and nothing is heard of them.

        Args:
            prompts: The prompts, as texts.
            stop: Texts at which answers end.
            callbacks: Handlers, or a manager; or a list of such for each prompt.
            tags: Labels of the runs, or a list of labels for each.
            metadata: What is said of the runs, or of each.
            run_name: What the runs are called, or each.
            run_id: The id of the first run, or a list of ids.
            kwargs: For the provider.

        Raises:
            TypeError: The prompts are no list of texts.
            ValueError: A list has not as many items as there are prompts, or the hook gave too few answers.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "generate")
        given = _checked(prompts)
        return self._several(given, configs_of(len(given), callbacks, tags, metadata, run_name, run_id), stop, kwargs)

    async def agenerate(
        self,
        prompts: Sequence[str],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        tags: list[str] | list[list[str]] | None = None,
        metadata: dict[str, Any] | list[dict[str, Any]] | None = None,
        run_name: str | list[str] | None = None,
        run_id: Any = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Complete several prompts with one request; see `generate`."""
        given = _checked(prompts)
        configs = configs_of(len(given), callbacks, tags, metadata, run_name, run_id)
        return await self._aseveral(given, configs, stop, kwargs)

    def generate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Complete several prompts, in any form; see `generate`."""
        return self.generate([self._prompt_of(each) for each in prompts], stop, callbacks, **kwargs)

    async def agenerate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Complete several prompts, in any form; see `agenerate`."""
        return await self.agenerate([self._prompt_of(each) for each in prompts], stop, callbacks, **kwargs)


class LLM(BaseLLM):
    """A model that completes one text at a time.

    Authors write `_call`, and `_llm_type` and `_identifying_params` beside it; where they can, also `_acall`, `_stream`
    and `_astream`.
    """

    def _call(self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        """Return the text that completes a prompt."""
        raise NotImplementedError(f"{type(self).__name__} must define _call(), or be run with ainvoke()")

    async def _acall(self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        """Return the text that completes a prompt; where it is not overridden, `_call` runs in a thread."""
        return await in_a_thread(self, "_call", prompt, stop, run_manager, kwargs)  # type: ignore[no-any-return]

    def _generate(
        self, prompts: list[str], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> LLMResult:
        given = told(type(self)._call, run_manager, kwargs)
        return self._texts([self._call(each, stop=stop, **given) for each in prompts])

    async def _agenerate(
        self, prompts: list[str], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> LLMResult:
        if type(self)._acall is LLM._acall:  # one thread for all of them
            return await super()._agenerate(prompts, stop, run_manager, **kwargs)
        given = told(type(self)._acall, run_manager, kwargs)

        async def asked(prompt: str, _: Any) -> str:
            return await self._acall(prompt, stop=stop, **given)

        return self._texts(await gather([partial(asked, each) for each in prompts]))

    def _texts(self, texts: list[str]) -> LLMResult:
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"_call() of {self.get_name()} must return a text, got {type(text).__name__}: {text!r}")
        return LLMResult([[Generation(text)] for text in texts])


def _checked(prompts: Sequence[str]) -> list[str]:
    if not isinstance(prompts, (list, tuple)) or not all(isinstance(each, str) for each in prompts):
        raise TypeError(
            f"generate() takes a list of texts, got {type(prompts).__name__}: {prompts!r}; prompts in other forms are "
            "for generate_prompt()"
        )
    return list(prompts)
