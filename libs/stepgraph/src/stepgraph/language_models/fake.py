"""Fake text models for tests, under the names that others know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.language_models.base import LanguageModelInput
from stepgraph.language_models.llms import LLM

__all__ = ["FakeListLLM", "FakeListLLMError", "FakeStreamingListLLM"]


class FakeListLLMError(Exception):
    """What a fake model raises when it is told to."""


class FakeListLLM(LLM):
    """Completes prompts with texts, one after another and then from the start again.

    Attributes:
        responses: The texts.
        sleep: How many seconds each letter of an answer takes, where it is streamed.
        i: The number of the next answer.
    """

    responses: list[str]
    sleep: float | None = None
    i: int = 0

    @property
    def _llm_type(self) -> str:
        return "fake-list"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"responses": self.responses}

    def _call(self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        response = self.responses[self.i]
        self.i = (self.i + 1) % len(self.responses)
        return response

    async def _acall(self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        return self._call(prompt)


class FakeStreamingListLLM(FakeListLLM):
    """Streams its texts letter by letter; for handlers each is whole before the first letter is seen.

    Attributes:
        error_on_chunk_number: Before which letter it fails, if any.
    """

    error_on_chunk_number: int | None = None

    def stream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[str]:
        """Answer letter by letter; see `invoke`."""
        for number, letter in enumerate(self.invoke(input, config, stop=stop, **kwargs)):
            if self.sleep is not None:
                time.sleep(self.sleep)
            self._fail_before(number)
            yield letter

    async def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[str, None]:
        """Answer letter by letter; see `invoke`."""
        for number, letter in enumerate(await self.ainvoke(input, config, stop=stop, **kwargs)):
            if self.sleep is not None:
                await asyncio.sleep(self.sleep)
            self._fail_before(number)
            yield letter

    def _fail_before(self, number: int) -> None:
        if number == self.error_on_chunk_number:
            raise FakeListLLMError
