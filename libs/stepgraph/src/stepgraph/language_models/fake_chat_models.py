"""Fake chat models for tests, under the names that others know; `stepgraph.testing` has one that can do more."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic import Field

from stepgraph.language_models.chat import BaseChatModel, SimpleChatModel
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.messages.tool_calls import as_fragment
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

__all__ = [
    "FakeChatModel",
    "FakeListChatModel",
    "FakeListChatModelError",
    "FakeMessagesListChatModel",
    "GenericFakeChatModel",
    "ParrotFakeChatModel",
]


class FakeListChatModelError(Exception):
    """What a fake model raises when it is told to."""


class FakeListChatModel(SimpleChatModel):
    """Answers with texts, one after another and then from the start again; it streams them letter by letter.

    Attributes:
        responses: The texts.
        sleep: How many seconds each answer, or letter of one, takes.
        i: The number of the next answer.
        error_on_chunk_number: Before which letter it fails, if any.
    """

    responses: list[str]
    sleep: float | None = None
    i: int = 0
    error_on_chunk_number: int | None = None

    @property
    def _llm_type(self) -> str:
        return "fake-list-chat-model"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"responses": self.responses}

    def _next(self) -> str:
        response = self.responses[self.i]
        self.i = (self.i + 1) % len(self.responses)
        return response

    def _call(self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        if self.sleep is not None:
            time.sleep(self.sleep)
        return self._next()

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if self.sleep is not None:
            await asyncio.sleep(self.sleep)
        return ChatResult([ChatGeneration(AIMessage(self._next()))])

    def _letters(self) -> Iterator[ChatGenerationChunk]:
        response = self._next()
        for number, letter in enumerate(response):
            if number == self.error_on_chunk_number:
                raise FakeListChatModelError
            last = number == len(response) - 1
            yield ChatGenerationChunk(AIMessageChunk(letter, chunk_position="last" if last else None))

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._letters():
            if self.sleep is not None:
                time.sleep(self.sleep)
            yield chunk

    async def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._letters():
            if self.sleep is not None:
                await asyncio.sleep(self.sleep)
            yield chunk


class FakeMessagesListChatModel(BaseChatModel):
    """Answers with messages, one after another and then from the start again.

    Attributes:
        responses: The messages.
        sleep: How many seconds each answer takes.
        i: The number of the next answer.
    """

    responses: list[Any]
    sleep: float | None = None
    i: int = 0

    @property
    def _llm_type(self) -> str:
        return "fake-messages-list-chat-model"

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if self.sleep is not None:
            time.sleep(self.sleep)
        response = self.responses[self.i].model_copy()
        self.i = (self.i + 1) % len(self.responses)
        return ChatResult([ChatGeneration(response)])


class FakeChatModel(SimpleChatModel):
    """Answers "fake response", always."""

    @property
    def _llm_type(self) -> str:
        return "fake-chat-model"

    def _call(self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        return "fake response"


class ParrotFakeChatModel(BaseChatModel):
    """Answers with the last message that it was given."""

    @property
    def _llm_type(self) -> str:
        return "parrot-fake-chat-model"

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if not messages:
            raise ValueError("a parrot needs at least one message to repeat, got none")
        return ChatResult([ChatGeneration(messages[-1])])


class GenericFakeChatModel(BaseChatModel):
    """Answers with what an iterator gives, texts or messages; it streams them word by word.

    Attributes:
        messages: The iterator. Where it ends, the model fails.
    """

    messages: Any = Field(exclude=True)

    @property
    def _llm_type(self) -> str:
        return "generic-fake-chat-model"

    def _next(self) -> Any:
        message = next(self.messages, None)
        if message is None:
            raise RuntimeError("GenericFakeChatModel has no message left; give its iterator one for each call")
        return AIMessage(message) if isinstance(message, str) else message.model_copy()

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult([ChatGeneration(self._next())])

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        message = self._next()
        pieces = [piece for piece in re.split(r"(\s)", message.text) if piece] or [""]
        for number, piece in enumerate(pieces):
            chunk = AIMessageChunk(piece, id=message.id)
            if number == len(pieces) - 1:
                chunk.tool_call_chunks = [as_fragment(call) for call in message.tool_calls]
                chunk.usage_metadata = message.usage_metadata
                chunk.additional_kwargs = message.additional_kwargs
                chunk.chunk_position = "last"
            yield ChatGenerationChunk(chunk)
