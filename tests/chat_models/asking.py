"""How chat models are asked in the contract's tests, in both colours, and what they are asked with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.outputs import LLMResult
from tests.providers.standin import Answer, Usage

Make = Callable[..., Any]

COLOURS = ("sync", "async")
both_colours = pytest.mark.parametrize("colour", COLOURS)
USED = Usage(input=7, output=3)
JOKE = Answer(pieces=["Why ", "not", "?"], usage=USED)


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


class Sum(BaseModel):
    """A sum."""

    a: int
    b: int


class SumDict(TypedDict):
    """A sum."""

    a: int
    b: int


class Theirs:
    """A message of another library."""

    def __init__(self, type: str, content: Any, **more: Any) -> None:
        self.type, self.content, self.id, self.name = type, content, None, None
        self.additional_kwargs: dict[str, Any] = {}
        self.response_metadata: dict[str, Any] = {}
        self.__dict__.update(more)


def call(model: Any, colour: str, *args: Any, **kwargs: Any) -> AIMessage:
    if colour == "sync":
        return model.invoke(*args, **kwargs)
    return asyncio.run(model.ainvoke(*args, **kwargs))


def stream(model: Any, colour: str, *args: Any, **kwargs: Any) -> list[Any]:
    if colour == "sync":
        return list(model.stream(*args, **kwargs))

    async def collected() -> list[Any]:
        return [chunk async for chunk in model.astream(*args, **kwargs)]

    return asyncio.run(collected())


def total(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return chunks[0] + chunks[1:]


class Heard(BaseCallbackHandler):
    """Writes down what it hears."""

    run_inline = True

    def __init__(self) -> None:
        self.events: list[str] = []
        self.facts: list[Any] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self.events.append("start")
        self.facts.append((serialized, messages, kwargs))

    def on_llm_new_token(self, token: str, **kwargs: Any) -> None:
        self.events.append(f"token {token}")
        self.facts.append(kwargs)

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        self.events.append(f"end {response.generations[0][0].text}")
        self.facts.append((response, kwargs))

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.events.append(f"error {type(error).__name__}")
        self.facts.append((error, kwargs))


class HeardAsync(AsyncCallbackHandler):
    """The same in coroutines, slowly."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        await asyncio.sleep(0.01)
        self.events.append("start")

    async def on_llm_new_token(self, token: str, **kwargs: Any) -> None:
        await asyncio.sleep(0)
        self.events.append(f"token {token}")

    async def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        await asyncio.sleep(0)
        self.events.append("end")
