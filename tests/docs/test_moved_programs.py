"""Programs written for LangGraph that run once their imports are changed, on Python 3.10 as on any other.

On Python before 3.11 they had to hand `config` and `writer` along. They may go on doing so, and need not.
"""

from typing import Any, TypedDict

import pytest

from stepgraph.config import get_config, get_stream_writer
from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.pregel import stream_message
from stepgraph.types import StreamWriter


class State(TypedDict):
    topic: str
    joke: str


class Model:
    """Stands for a chat model that streams what it says while it is invoked."""

    async def ainvoke(self, messages: list[dict[str, str]], config: dict[str, Any] | None = None) -> AIMessage:
        assert config is None or config == get_config()
        words = ["Why", " did", " the", " cat", " melt?"]
        for word in words:
            stream_message(AIMessageChunk(word, id="joke"))
        return AIMessage("".join(words), id="joke")


async def call_model(state, config):
    response = await Model().ainvoke([{"role": "user", "content": f"Write a joke about {state['topic']}"}], config)
    return {"joke": response.content}


async def call_model_without_config(state):
    response = await Model().ainvoke([{"role": "user", "content": f"Write a joke about {state['topic']}"}])
    return {"joke": response.content}


async def generate_joke(state: State, writer: StreamWriter):
    writer({"custom_key": "Streaming custom data while generating a joke"})
    return {"joke": f"This is a joke about {state['topic']}"}


async def generate_joke_without_writer(state: State):
    get_stream_writer()({"custom_key": "Streaming custom data while generating a joke"})
    return {"joke": f"This is a joke about {state['topic']}"}


@pytest.mark.parametrize("node", [call_model, call_model_without_config])
async def test_tokens_of_an_async_model_call(node):
    graph = StateGraph(State).add_node("call_model", node).add_edge(START, "call_model").compile()
    said = [
        (chunk.content, metadata["langgraph_node"])
        async for chunk, metadata in graph.astream({"topic": "ice cream"}, stream_mode="messages")
    ]
    assert said == [(word, "call_model") for word in ("Why", " did", " the", " cat", " melt?")]


@pytest.mark.parametrize("node", [generate_joke, generate_joke_without_writer])
async def test_custom_chunks_of_an_async_node(node):
    graph = StateGraph(State).add_node("joke_node", node).add_edge(START, "joke_node").compile()
    chunks = [chunk async for chunk in graph.astream({"topic": "ice cream"}, stream_mode="custom")]
    assert chunks == [{"custom_key": "Streaming custom data while generating a joke"}]
