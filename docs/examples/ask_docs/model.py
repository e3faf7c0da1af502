"""ExtractiveModel: a chat model without weights, which calls a tool to search and answers with what it found.

It is a chat model as those of providers are, so the agent does not know which one it has.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import Field

from ask_docs.found import Found
from ask_docs.quotes import quoted
from stepgraph.chat_models import BaseChatModel
from stepgraph.messages import AIMessage, AIMessageChunk, ToolMessage
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from stepgraph.runnables import Runnable
from stepgraph.tools import convert_to_openai_tool

SEARCH = "search_docs"


class ExtractiveModel(BaseChatModel):
    """Searches for what the user said last, then quotes the sentences that cover it best.

    Attributes:
        pause: Seconds between two tokens, for people who watch.
    """

    pause: float = Field(default=0.0, exclude=True)

    @property
    def _llm_type(self) -> str:
        return "extractive"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | dict[str, Any] | bool | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Return the model with tools; it calls the one that searches."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult([ChatGeneration(_answer(messages, kwargs.get("tools", ())))])

    async def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        answer = _answer(messages, kwargs.get("tools", ()))
        for token in re.findall(r"\s*\S+", str(answer.content)):
            yield ChatGenerationChunk(AIMessageChunk(token))
            await asyncio.sleep(self.pause)
        calls: list[Any] = [
            {**call, "args": json.dumps(call["args"]), "index": index, "type": "tool_call_chunk"}
            for index, call in enumerate(answer.tool_calls)
        ]
        last = AIMessageChunk(
            "", tool_call_chunks=calls, additional_kwargs=answer.additional_kwargs, chunk_position="last"
        )
        yield ChatGenerationChunk(last)


def _answer(messages: Sequence[Any], tools: Sequence[Any]) -> AIMessage:
    """Return a call of the search, or the answer that comes of it."""
    last = messages[-1]
    if isinstance(last, ToolMessage):
        found = last.artifact
        if not isinstance(found, Found):  # the search failed, and says how
            return AIMessage(str(last.text))
        text, sources = quoted(found) if found.sections else (found.regrets, [])
        return AIMessage(text, additional_kwargs={"sources": sources})
    if not any(tool["function"]["name"] == SEARCH for tool in tools):
        return AIMessage(f"I can only quote what {SEARCH} finds, and I was not given that tool.")
    call: Any = {"name": SEARCH, "args": {"question": str(last.text)}, "id": f"search_{len(messages)}"}
    return AIMessage("", tool_calls=[{**call, "type": "tool_call"}])
