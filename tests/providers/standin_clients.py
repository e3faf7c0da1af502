"""Clients of the official SDKs for tests of the stand-in, and one way to ask for both colours."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import anthropic
import openai

from tests.providers.standin import Standin

COLOURS = ("sync", "async")
HELLO = [{"role": "user", "content": "Hello there world"}]
GPT = {"model": "gpt-4o-mini", "messages": HELLO}
CLAUDE = {"model": "claude-sonnet-5", "max_tokens": 100, "messages": HELLO}
ADD = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
}


def gpt(standin: Standin, colour: str = "sync", **options: Any) -> Any:
    kind = openai.OpenAI if colour == "sync" else openai.AsyncOpenAI
    return kind(**{"base_url": standin.openai_url, "api_key": standin.key, "max_retries": 0, "timeout": 10, **options})


def claude(standin: Standin, colour: str = "sync", **options: Any) -> Any:
    kind = anthropic.Anthropic if colour == "sync" else anthropic.AsyncAnthropic
    options = {"base_url": standin.anthropic_url, "api_key": standin.key, "max_retries": 0, "timeout": 10, **options}
    return kind(**options)


def ask(client: Any, call: Callable[[Any], Any]) -> Any:
    """Return the answer of a call; a stream is read to its end."""
    if inspect.iscoroutinefunction(client.request):
        return asyncio.run(_aask(client, call))
    with client:
        found = call(client)
        return list(found) if hasattr(found, "__next__") else found


async def _aask(client: Any, call: Callable[[Any], Any]) -> Any:
    async with client:
        found = await call(client)
        return [each async for each in found] if hasattr(found, "__anext__") else found


def chat(standin: Standin, colour: str = "sync", client: dict[str, Any] | None = None, **body: Any) -> Any:
    """Return what OpenAI's SDK makes of a chat completion."""
    return ask(gpt(standin, colour, **(client or {})), lambda sdk: sdk.chat.completions.create(**{**GPT, **body}))


def response(standin: Standin, colour: str = "sync", client: dict[str, Any] | None = None, **body: Any) -> Any:
    """Return what OpenAI's SDK makes of a response."""
    given = {"model": GPT["model"], "input": HELLO, **body}
    return ask(gpt(standin, colour, **(client or {})), lambda sdk: sdk.responses.create(**given))


def message(standin: Standin, colour: str = "sync", client: dict[str, Any] | None = None, **body: Any) -> Any:
    """Return what Anthropic's SDK makes of a message."""
    return ask(claude(standin, colour, **(client or {})), lambda sdk: sdk.messages.create(**{**CLAUDE, **body}))
