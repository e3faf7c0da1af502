"""What the documents show that need a provider: their examples, with the imports changed, against the stand-in.

The numbers are those of the rows that say what must hold.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TypedDict

import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessageChunk
from stepgraph.output_parsers import StrOutputParser
from stepgraph.prompts import ChatPromptTemplate
from stepgraph.testing import Flag
from stepgraph_openai import ChatOpenAI, OpenAIEmbeddings
from tests.providers.standin import Answer, Standin

JOKE = "Why did the ice cream cross the road? To get to the sundae side."


@pytest.fixture(autouse=True)
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    return standin


class State(TypedDict):
    topic: str
    joke: str


async def streamed(graph):
    return [each async for each in graph.astream({"topic": "ice cream"}, stream_mode="messages")]


async def test_0_2_a_config_that_is_handed_on_streams_tokens(provider):
    llm = init_chat_model(model="openai:gpt-4o-mini")
    provider.answers += [Answer(JOKE)]

    async def call_model(state, config):
        joke_response = await llm.ainvoke(
            [{"role": "user", "content": f"Write a joke about {state['topic']}"}],
            config,
        )
        return {"joke": joke_response.content}

    graph = StateGraph(State).add_node(call_model).add_edge(START, "call_model").compile()
    pairs = await streamed(graph)
    assert "".join(chunk.content for chunk, _ in pairs) == JOKE
    assert len([chunk for chunk, _ in pairs if chunk.content]) >= 2
    assert all(isinstance(chunk, AIMessageChunk) and isinstance(chunk.content, str) for chunk, _ in pairs)  # 0.11
    metadata = pairs[0][1]  # 0.10
    assert metadata["langgraph_node"] == "call_model"
    assert {"langgraph_step", "langgraph_triggers", "langgraph_path", "langgraph_checkpoint_ns"} <= metadata.keys()
    assert (metadata["ls_provider"], metadata["ls_model_name"]) == ("openai", "gpt-4o-mini")
    assert provider.last.body["messages"] == [{"role": "user", "content": "Write a joke about ice cream"}]  # 0.9


async def test_0_3_so_does_one_that_nobody_handed_on(provider):
    llm = init_chat_model("gpt-4o-mini")  # 0.8: its name tells the provider
    provider.answers += [Answer(JOKE)]

    async def call_model(state):
        return {"joke": (await llm.ainvoke(f"Write a joke about {state['topic']}")).content}

    graph = StateGraph(State).add_node(call_model).add_edge(START, "call_model").compile()
    assert "".join(chunk.content for chunk, _ in await streamed(graph)) == JOKE


async def test_1_5_a_model_without_arguments(provider):
    provider.rules.models.add("gpt-3.5-turbo")
    provider.answers += [Answer("Hello.")]
    assert (await ChatOpenAI().ainvoke("Hi")).content == "Hello."
    assert provider.last.body["model"] == "gpt-3.5-turbo"


async def test_1_6_a_batch_is_with_the_provider_at_once(provider):
    llm, all_there = ChatOpenAI(model="gpt-4o-mini"), Flag()
    provider.answer_with(lambda ask: Answer(f"{ask.said}!", before=all_there))
    batch = asyncio.ensure_future(llm.abatch(["one", "two", "three"]))
    await provider.await_for(lambda: provider.active == 3)
    all_there.set()
    assert [message.content for message in await batch] == ["one!", "two!", "three!"]


async def test_1_7_chunks_come_before_the_end_and_add_up(provider):
    llm, go_on = ChatOpenAI(model="gpt-4o-mini"), Flag()
    provider.answers += [Answer("one two three", at={2: go_on}), Answer("one two three")]
    chunks = llm.astream("Count.")
    first = await anext(chunks)
    while not first.content:
        first = first + await anext(chunks)
    assert provider.active == 1
    go_on.set()
    total = first + [chunk async for chunk in chunks]
    whole = await llm.ainvoke("Count.")
    assert total.content == whole.content == "one two three"
    assert total.usage_metadata is not None
    assert total.usage_metadata.keys() == whole.usage_metadata.keys()


async def test_1_11_two_hundred_calls_on_one_loop(provider):
    llm = ChatOpenAI(model="gpt-4o-mini", max_retries=0)
    answers = await asyncio.gather(*(llm.ainvoke(f"number {n}") for n in range(200)))
    assert [answer.content for answer in answers] == [f"number {n}" for n in range(200)]
    assert len(provider.requests) == 200


def test_1_19_a_script_may_run_twice_with_one_model(provider):
    llm = ChatOpenAI(model="gpt-4o-mini", max_retries=0)

    async def main():
        return (await llm.ainvoke("Hi")).content

    assert [asyncio.run(main()) for _ in range(3)] == ["Hi"] * 3
    assert len(provider.requests) == 3
    provider.wait_until_closed(1.0)


async def test_1_20_prompt_model_and_parser(provider):
    prompt = ChatPromptTemplate.from_messages([("system", "Answer in {language}."), ("user", "{question}")])
    chain = prompt | ChatOpenAI(model="gpt-4o-mini") | StrOutputParser()
    asked = {"language": "English", "question": "Why?"}
    provider.answer_with(lambda ask: Answer("Because it is so."))
    assert await chain.ainvoke(asked) == "Because it is so."
    assert await chain.abatch([asked, asked]) == ["Because it is so."] * 2
    assert "".join([text async for text in chain.astream(asked)]) == "Because it is so."


async def test_2_4_embeddings(provider):
    embeddings = OpenAIEmbeddings(model="text-embedding-3-small")
    vectors = await embeddings.aembed_documents(["one two", "three"])
    assert vectors == embeddings.embed_documents(["one two", "three"])
    assert len(await embeddings.aembed_query("one")) == len(vectors[0])


async def test_2_6_two_calls_overlap_and_need_no_thread_of_ours(provider):
    """The HTTP client looks names up in one of the event loop's own."""
    llm, both_there = ChatOpenAI(model="gpt-4o-mini"), Flag()
    provider.answer_with(lambda ask: Answer("yes", before=both_there))
    await asyncio.sleep(0)
    before = set(threading.enumerate())
    calls = [asyncio.ensure_future(llm.ainvoke("Hi")) for _ in range(2)]
    while provider.active < 2:  # noqa: ASYNC110 - a wait of the stand-in's may need a thread
        await asyncio.sleep(0.001)
    both_there.set()
    await asyncio.gather(*calls)
    started = {thread.name for thread in set(threading.enumerate()) - before}
    assert not [name for name in started if name.startswith("stepgraph")]
