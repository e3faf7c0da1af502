"""Handlers of both colours in the constructor, as the guide to callbacks in async code has them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.outputs import ChatGeneration, LLMResult
from stepgraph_anthropic import ChatAnthropic
from tests.providers.standin import Answer, Standin

PIECES = ["Here", "'s", " a", " joke", ":", "\n\nWhy", " can", "'t", " a", " bicycle", " stan", "d up", "?"]

said: list[str] = []


class MyCustomSyncHandler(BaseCallbackHandler):
    def on_llm_new_token(self, token: str, **kwargs: Any) -> None:
        said.append(f"token: {token}")


class MyCustomAsyncHandler(AsyncCallbackHandler):
    async def on_llm_start(self, serialized: dict[str, Any], prompts: list[str], **kwargs: Any) -> None:
        said.append("zzzz....")
        await asyncio.sleep(0.01)
        said.append(f"Hi! I just woke up. Your llm is starting: {serialized['name']}, {prompts}")

    async def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        said.append("zzzz....")
        await asyncio.sleep(0.01)
        said.append("Hi! I just woke up. Your llm is ending")


@pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning")
async def test_the_guides_example(standin: Standin, monkeypatch: pytest.MonkeyPatch):
    said.clear()
    standin.rules.models.add("claude-3-sonnet")
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    standin.answers.append(Answer(pieces=PIECES))

    chat = ChatAnthropic(
        model="claude-3-sonnet-20240229",
        max_tokens=25,
        streaming=True,
        callbacks=[MyCustomSyncHandler(), MyCustomAsyncHandler()],
    )
    result = await chat.agenerate([[HumanMessage(content="Tell me a joke")]])

    heard = [each for each in said if each != "token: "]  # the start and the end of a stream have no text
    assert heard == [
        "zzzz....",
        "Hi! I just woke up. Your llm is starting: ChatAnthropic, ['Human: Tell me a joke']",
        *[f"token: {piece}" for piece in PIECES],
        "zzzz....",
        "Hi! I just woke up. Your llm is ending",
    ]
    assert type(result) is LLMResult
    ((generation,),) = result.generations
    assert type(generation) is ChatGeneration
    assert type(generation.message) is AIMessage
    assert generation.text == generation.message.content == "".join(PIECES)
    assert result.llm_output == {}
    assert result.run is not None
    assert len(result.run) == 1
    assert standin.last.body["max_tokens"] == 25
    assert standin.last.body["stream"] is True
    await chat.aclose()
