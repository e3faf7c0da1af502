"""Servers that speak a provider's protocol give several answers one id; none of them takes the place of another."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph_openai import ChatOpenAI
from tests.providers.standin import Verbatim

THREAD = {"configurable": {"thread_id": "1"}}
HEAD = {"id": "chatcmpl-7", "created": 1, "model": "local"}


def whole(text: str) -> Verbatim:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return Verbatim(body={**HEAD, "object": "chat.completion", "choices": [choice]})


def streamed(text: str) -> Verbatim:
    def event(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**HEAD, "object": "chat.completion.chunk", "choices": [choice]}

    return Verbatim(events=[event({"content": text}), event({}, "stop"), b"data: [DONE]\n\n"])


@pytest.mark.parametrize("answer", [whole, streamed])
async def test_a_conversation_keeps_all_answers(provider, answer):
    llm = ChatOpenAI(model="gpt-4o-mini", streaming=answer is streamed)

    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await llm.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(ask).add_edge(START, "ask").compile(checkpointer=InMemorySaver())
    provider.answers += [answer("first"), answer("second")]
    await graph.ainvoke({"messages": "one"}, THREAD)
    found = await graph.ainvoke({"messages": "two"}, THREAD)
    assert [message.content for message in found["messages"]] == ["one", "first", "two", "second"]
    assert len({message.id for message in found["messages"]}) == 4
