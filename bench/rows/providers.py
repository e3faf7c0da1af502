"""providers: what a chat model costs above the SDK that it stands on, over HTTP on loopback.

- `openai-tokens`, `anthropic-tokens`: a token of an answer of 1,000, through `astream` of the provider's chat model.
  The plain side reads the same stream from the SDK's own async client; stepgraph may cost 10 µs a token more than that.

The provider is the stand-in of the tests, in a process of its own; `--cpu` leaves out what it does. A row whose SDK is
not installed is left out.
"""

from __future__ import annotations

import atexit
import importlib
from contextlib import ExitStack
from functools import lru_cache
from typing import Any, Final

from bench.engine import PEER, Engine, is_installed
from bench.row import Job, Row

__all__ = ["ROWS"]

TOKENS: Final = 1_000
_MODEL: Final = f"tokens-{TOKENS}"
_QUESTION: Final = [{"role": "user", "content": "Count."}]


@lru_cache(maxsize=1)
def _address() -> str:
    """Return where the stand-in is; it goes when this process does."""
    stack = ExitStack()
    atexit.register(stack.close)
    process = importlib.import_module("tests.providers.standin.process")
    address: str = stack.enter_context(process.standin_process())
    return address


def _model(engine: Engine, provider: str, name: str, **given: Any) -> Any:
    module = f"langchain_{provider}" if engine.root == PEER else f"{engine.root}_{provider}"
    return getattr(importlib.import_module(module), name)(model=_MODEL, api_key="test-key", **given)


def _streamed(model: Any) -> Job:
    async def job() -> int:
        length = 0
        async for chunk in model.astream(_QUESTION):
            length += len(chunk.text if isinstance(chunk.text, str) else chunk.text())
        return length

    return job


def _openai(engine: Engine) -> Job:
    return _streamed(_model(engine, "openai", "ChatOpenAI", base_url=f"{_address()}/v1"))


def _plain_openai() -> Job:
    client = importlib.import_module("openai").AsyncOpenAI(base_url=f"{_address()}/v1", api_key="test-key")

    async def job() -> int:
        length = 0
        options = {"include_usage": True}
        stream = await client.chat.completions.create(
            model=_MODEL, messages=_QUESTION, stream=True, stream_options=options
        )
        async for chunk in stream:
            if chunk.choices:
                length += len(chunk.choices[0].delta.content or "")
        return length

    return job


def _anthropic(engine: Engine) -> Job:
    return _streamed(_model(engine, "anthropic", "ChatAnthropic", base_url=_address(), max_tokens=4_096))


def _plain_anthropic() -> Job:
    client = importlib.import_module("anthropic").AsyncAnthropic(base_url=_address(), api_key="test-key")

    async def job() -> int:
        length = 0
        stream = await client.messages.create(model=_MODEL, messages=_QUESTION, stream=True, max_tokens=4_096)
        async for event in stream:
            if event.type == "content_block_delta":
                length += len(event.delta.text)
        return length

    return job


def _rows() -> list[Row]:
    rows = []
    if is_installed("openai") and is_installed("stepgraph_openai"):
        rows.append(Row("openai-tokens", "ChatOpenAI, astream", "token", TOKENS, _openai, _plain_openai))
    if is_installed("anthropic") and is_installed("stepgraph_anthropic"):
        rows.append(Row("anthropic-tokens", "ChatAnthropic, astream", "token", TOKENS, _anthropic, _plain_anthropic))
    return rows


ROWS = tuple(_rows())
"""The rows whose SDKs are there."""
