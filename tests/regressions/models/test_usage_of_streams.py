"""What a stream used is known, behind a custom address too, inside of graphs, and after tools were called."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph.callbacks import UsageMetadataCallbackHandler
from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.prebuilt import create_react_agent
from stepgraph_openai import ChatOpenAI
from tests.providers.both import both_providers
from tests.providers.standin import Answer, ToolCall, Usage

USED = Usage(input=7, output=3)
EXPECTED = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}


def used(message: Any) -> dict[str, int]:
    return {key: message.usage_metadata[key] for key in EXPECTED}


def summed(chunks: list[Any]) -> Any:
    return chunks[0] + chunks[1:]


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.mark.parametrize("where", ["base_url", "the environment"])
async def test_behind_a_custom_address(provider, where):
    given = {"base_url": provider.openai_url} if where == "base_url" else {}
    provider.answers.append(Answer("Hello", usage=USED))
    assert used(summed([chunk async for chunk in ChatOpenAI(model="gpt-4o-mini", **given).astream("Hi")])) == EXPECTED


@both_providers
async def test_tokens_of_a_graph(provider, name):
    """The chunks add up to what was used, once; and so says the message in the state."""
    llm = init_chat_model(name)

    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await llm.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(ask).add_edge(START, "ask").compile()
    provider.answers.append(Answer("one two three", usage=USED))
    chunks, state = [], {}
    async for mode, found in graph.astream({"messages": "Hi"}, stream_mode=["messages", "values"]):
        if mode == "messages":
            chunks.append(found[0])
        else:
            state = found
    assert used(summed(chunks)) == EXPECTED
    assert used(state["messages"][-1]) == EXPECTED


@both_providers
async def test_every_answer_of_an_agent(provider, name):
    wants = Answer(tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="call_1")], usage=USED)
    provider.answers += [wants, Answer("3", usage=USED)]
    counted = UsageMetadataCallbackHandler()
    agent = create_react_agent(init_chat_model(name), [add])
    by_message: dict[str, list[Any]] = {}
    given: Any = {"messages": "1 + 2?"}
    async for chunk, metadata in agent.astream(given, {"callbacks": [counted]}, stream_mode="messages"):
        if metadata["langgraph_node"] == "agent":
            by_message.setdefault(chunk.id, []).append(chunk)
    assert [used(summed(chunks)) for chunks in by_message.values()] == [EXPECTED] * 2
    (total,) = counted.usage_metadata.values()
    assert {key: total[key] for key in EXPECTED} == {key: 2 * value for key, value in EXPECTED.items()}
