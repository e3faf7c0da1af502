"""Calls of both providers, one and many. The numbers are those of the rows to be shown."""

from __future__ import annotations

import asyncio
import gc
import threading

import openai
import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.embeddings import Embeddings
from stepgraph.testing import Flag
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI, OpenAIEmbeddings
from tests.pregel.leftovers import nothing_left
from tests.providers.both import both_providers, found_in_the_environment
from tests.providers.standin import Answer, Standin

MANY = 200


@pytest.fixture(autouse=True)
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    found_in_the_environment(standin, monkeypatch)
    return standin


async def asked(llm):
    """Ask many questions at once and check that each gets its own answer."""
    answers = await asyncio.gather(*(llm.ainvoke(f"number {number}") for number in range(MANY)))
    assert [answer.content for answer in answers] == [f"number {number}" for number in range(MANY)]


async def test_1_5_a_model_without_arguments(provider):
    llm = ChatOpenAI()
    response = await llm.ainvoke("Explain async programming")
    assert response.content == "Explain async programming"
    assert provider.last.body["model"] == "gpt-3.5-turbo"
    assert provider.last.key_ok


@both_providers
async def test_1_6_a_batch_is_with_the_provider_at_once(provider, name):
    all_there = Flag()
    provider.answer_with(lambda ask: Answer(f"{ask.said}!", before=all_there))
    prompts = ["Explain graphs", "Explain agents", "Explain memory"]
    batch = asyncio.ensure_future(init_chat_model(name).abatch(prompts))
    await provider.await_for(lambda: provider.active == 3)
    all_there.set()
    assert [message.content for message in await batch] == [f"{prompt}!" for prompt in prompts]
    assert (provider.most_active, len(provider.requests)) == (3, 3)


@both_providers
async def test_1_11_all_are_with_the_provider_at_once_and_right(provider, name):
    llm, all_there = init_chat_model(name, max_retries=0), Flag()
    provider.answer_with(lambda ask: Answer(ask.said, before=all_there))
    asking = asyncio.ensure_future(asked(llm))
    await provider.await_for(lambda: provider.active == MANY, 30)
    all_there.set()
    await asking
    assert (provider.most_active, provider.most_connections, len(provider.requests)) == (MANY, MANY, MANY)
    await provider.await_for(lambda: provider.open_connections <= 100)  # what the SDK keeps for later
    await llm.aclose()
    await provider.await_until_closed(1.0)


async def test_1_11_a_pool_of_the_users_own_bounds_them(provider):
    limits = openai.DEFAULT_CONNECTION_LIMITS.__class__(max_connections=10)
    async with openai.DefaultAsyncHttpxClient(limits=limits) as client:
        await asked(ChatOpenAI(model="gpt-4o-mini", http_async_client=client, max_retries=0))
    assert provider.most_active <= 10
    assert provider.most_connections <= 10
    assert len(provider.requests) == MANY


@both_providers
async def test_1_11_a_config_bounds_them(provider, name):
    llm = init_chat_model(name, max_retries=0)
    answers = await llm.abatch([f"number {number}" for number in range(MANY)], {"max_concurrency": 10})
    assert [answer.content for answer in answers] == [f"number {number}" for number in range(MANY)]
    assert provider.most_active <= 10
    assert len(provider.requests) == MANY


@both_providers
async def test_1_11_nothing_is_left_of_them(provider, name):
    """However many were asked before, after each round there is what was there after the round before."""
    llm = init_chat_model(name, max_retries=0)
    held = []
    async with nothing_left():
        for _ in range(4):
            await asked(llm)
            await llm.aclose()
            await provider.await_until_closed(5.0)
            provider.reset()  # it keeps what it was asked
            gc.collect()
            held.append(len(gc.get_objects()))
    assert min(held[2:]) - held[1] < MANY  # less than one object for each call; what is left adds up


async def test_2_4_embeddings_are_native_over_http(provider, monkeypatch):
    embeddings = OpenAIEmbeddings(model="text-embedding-3-small")
    query = await embeddings.aembed_query("one two")
    with monkeypatch.context() as patched:
        patched.setattr("threading.Thread.start", None)
        found = await embeddings.aembed_documents(["one two", "three"])
        assert found == [query, await embeddings.aembed_query("three")]
    assert {request.path for request in provider.requests} == {"/v1/embeddings"}


async def test_2_4_embeddings_that_are_sync_only_go_to_a_thread():
    class Own(Embeddings):
        def embed_documents(self, texts):
            return [[float(threading.get_ident()), float(len(text))] for text in texts]

        def embed_query(self, text):
            return self.embed_documents([text])[0]

    here = float(threading.get_ident())
    for vector in (await Own().aembed_query("abc"), *await Own().aembed_documents(["abc"])):
        assert vector[0] != here
        assert vector[1] == 3.0


@both_providers
async def test_2_6_calls_overlap_and_need_no_thread(provider, name, monkeypatch):
    llm, both_there = init_chat_model(name), Flag()
    await llm.ainvoke("Hi")  # an SDK finds out in a thread what machine this is, once
    provider.answer_with(lambda ask: Answer("yes", before=both_there))
    with monkeypatch.context() as patched:
        patched.setattr("threading.Thread.start", None)
        calls = [asyncio.ensure_future(llm.ainvoke("Hi")) for _ in range(2)]
        while provider.active < 2:  # noqa: ASYNC110 - a wait of the stand-in's needs a thread
            await asyncio.sleep(0.001)
        both_there.set()
        assert [answer.content for answer in await asyncio.gather(*calls)] == ["yes", "yes"]
        assert [chunk.content async for chunk in llm.astream("Hi") if chunk.content] == ["yes"]


@both_providers
async def test_3_12_the_key_is_read_when_the_model_is_made(provider, name, monkeypatch):
    variable = f"{name.partition(':')[0].upper()}_API_KEY"
    key = "sk-typed-in-by-hand"
    provider.rules.key = key
    monkeypatch.setenv(variable, key)
    llm = init_chat_model(name)
    monkeypatch.setenv(variable, "another")
    assert (await llm.ainvoke("Hi")).content == "Hi"
    monkeypatch.delenv(variable)
    assert (await llm.ainvoke("Hi")).content == "Hi"
    assert [request.key_ok for request in provider.requests] == [True, True]


def test_3_12_the_classes_read_it_too(provider):
    assert ChatAnthropic(model="claude-sonnet-5").invoke("Hi").content == "Hi"
    assert ChatOpenAI(model="gpt-4o-mini").invoke("Hi").content == "Hi"
    assert len(OpenAIEmbeddings().embed_query("Hi")) == 1536
