"""Streams of models are tried again, and fall back to another model, before their first chunk and never after."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.language_models.errors import ModelAPIError, StreamCutError
from stepgraph.output_parsers import StrOutputParser
from tests.chat_models.asking import both_colours
from tests.providers.both import NAMES, both_providers
from tests.providers.standin import Answer, Cut, Drop, Failure

SAID = Answer("one two three")


def model(name: str) -> Any:
    return init_chat_model(name, max_retries=0)


def other(name: str) -> Any:
    return model(next(each for each in NAMES.values() if each != name))


def text(runnable: Any, colour: str) -> str:
    """Return what the chunks of a stream add up to."""
    chain = runnable | StrOutputParser()
    if colour == "sync":
        return "".join(chain.stream("Count."))

    async def listed() -> str:
        return "".join([chunk async for chunk in chain.astream("Count.")])

    return asyncio.run(listed())


@both_providers
@both_colours
def test_a_stream_is_tried_again_before_its_first_chunk(provider, name, colour):
    provider.answers += [Failure(500), Drop(), SAID]
    assert text(model(name).with_retry(wait_exponential_jitter=False), colour) == "one two three"
    assert [request.body["stream"] for request in provider.requests] == [True] * 3


@both_providers
@both_colours
def test_a_stream_is_not_tried_again_after_its_first_chunk(provider, name, colour):
    """Or else its consumer would have the beginning twice."""
    provider.answers += [Answer("one two three four", ends=Cut(5)), SAID]
    with pytest.raises(StreamCutError):
        text(model(name).with_retry(wait_exponential_jitter=False), colour)
    assert len(provider.requests) == 1


@both_providers
@both_colours
def test_another_provider_takes_over_before_the_first_chunk(provider, name, colour):
    provider.answers += [Failure(503), SAID]
    assert text(model(name).with_fallbacks([other(name)]), colour) == "one two three"
    assert len({request.path for request in provider.requests}) == 2


@both_providers
@both_colours
def test_no_other_provider_takes_over_after_the_first_chunk(provider, name, colour):
    provider.answers += [Answer("one two three four", ends=Cut(5)), SAID]
    with pytest.raises(StreamCutError):
        text(model(name).with_fallbacks([other(name)]), colour)
    assert len(provider.requests) == 1


@both_providers
async def test_tokens_of_a_node_whose_model_is_tried_again(provider, name):
    """Nothing is shown of the attempt that failed, and nothing twice of the one that did not."""
    llm = model(name).with_retry(wait_exponential_jitter=False).with_fallbacks([other(name)])

    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await llm.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(ask).add_edge(START, "ask").compile()
    provider.answers += [Failure(500), SAID]
    chunks = [chunk.content async for chunk, _ in graph.astream({"messages": "Count."}, stream_mode="messages")]
    assert "".join(chunks) == "one two three"
    provider.answers += [Failure(500)] * 4
    with pytest.raises(ModelAPIError):
        await graph.ainvoke({"messages": "Count."})
