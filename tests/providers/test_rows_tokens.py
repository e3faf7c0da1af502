"""Tokens of both providers: out of nodes, models and chains. The numbers are those of the rows to be shown."""

from __future__ import annotations

import asyncio
from typing import TypedDict

import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessageChunk
from stepgraph.output_parsers import StrOutputParser
from stepgraph.prompts import ChatPromptTemplate
from stepgraph.testing import Flag
from tests.providers.both import both_providers, found_in_the_environment
from tests.providers.standin import Answer, Standin

PIECES = ["Why ", "did ", "the ", "ice cream ", "cross ", "the road?"]
JOKE = "".join(PIECES)


@pytest.fixture(autouse=True)
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    found_in_the_environment(standin, monkeypatch)
    return standin


class State(TypedDict):
    topic: str
    joke: str


def graph_of(llm, *, hands_config_on: bool):
    async def with_config(state, config):
        joke_response = await llm.ainvoke(
            [{"role": "user", "content": f"Write a joke about {state['topic']}"}],
            config,
        )
        return {"joke": joke_response.content}

    async def without(state):
        joke_response = await llm.ainvoke([{"role": "user", "content": f"Write a joke about {state['topic']}"}])
        return {"joke": joke_response.content}

    node = with_config if hands_config_on else without
    return StateGraph(State).add_node("call_model", node).add_edge(START, "call_model").compile()


async def pairs_of(graph):
    return [pair async for pair in graph.astream({"topic": "ice cream"}, stream_mode="messages")]


@both_providers
@pytest.mark.parametrize("hands_config_on", [True, False], ids=["0.2", "0.3"])
async def test_0_2_0_3_tokens_of_an_async_node(provider, name, hands_config_on):
    """With a config that the node hands on, and on every Python with one that it never sees."""
    go_on = Flag()
    provider.answers.append(Answer(pieces=PIECES, at={4: go_on}))
    seen = []
    async for message, metadata in graph_of(init_chat_model(name), hands_config_on=hands_config_on).astream(
        {"topic": "ice cream"}, stream_mode="messages"
    ):
        seen.append((message, metadata))
        if message.content and not go_on.is_set():
            assert provider.active == 1  # a token is here, and the answer is not
            go_on.set()
    assert [message.content for message, _ in seen if message.content] == PIECES
    assert {type(message) for message, _ in seen} == {AIMessageChunk}
    assert provider.last.body["messages"] == [{"role": "user", "content": "Write a joke about ice cream"}]  # 0.9


@both_providers
async def test_0_9_messages_as_dicts(provider, name):
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Why?"},
    ]
    assert (await init_chat_model(name).ainvoke(said)).content == "Why?"
    sent = provider.last.body
    system = [{"role": "system", "content": sent["system"]}] if "system" in sent else []
    assert [*system, *sent["messages"]] == said


@both_providers
@pytest.mark.parametrize("hands_config_on", [True, False])
async def test_0_10_what_is_known_of_a_token(provider, name, hands_config_on):
    provider.answers.append(Answer(JOKE))
    model = init_chat_model(name, temperature=0.5)
    for _, metadata in await pairs_of(graph_of(model, hands_config_on=hands_config_on)):
        namespace = metadata["langgraph_checkpoint_ns"]
        assert namespace.startswith("call_model:")
        assert {key: value for key, value in metadata.items() if key != "ls_max_tokens"} == {
            "langgraph_node": "call_model",
            "langgraph_step": 1,
            "langgraph_triggers": ("branch:to:call_model",),
            "langgraph_path": ("__pregel_pull", "call_model"),
            "langgraph_checkpoint_ns": namespace,
            "checkpoint_ns": namespace,
            "ls_provider": name.partition(":")[0],
            "ls_model_name": name.partition(":")[2],
            "ls_model_type": "chat",
            "ls_temperature": 0.5,
        }


@both_providers
async def test_0_11_tokens_are_printed_as_they_come(provider, name, capsys):
    provider.answers.append(Answer(pieces=PIECES))
    contents = []
    graph = graph_of(init_chat_model(name), hands_config_on=True)
    async for message_chunk, _metadata in graph.astream({"topic": "ice cream"}, stream_mode="messages"):
        contents.append(message_chunk.content)
        if message_chunk.content:
            print(message_chunk.content, end="|", flush=True)
    assert capsys.readouterr().out == "".join(f"{piece}|" for piece in PIECES)
    assert {type(content) for content in contents} == {str}
    assert (contents[0], contents[-1]) == ("", "")


@both_providers
async def test_0_8_a_model_by_its_name(provider, name):
    of, model = name.split(":")
    config = {"configurable": {"model": name}}
    named = {
        "provider:model": init_chat_model(name),
        "model": init_chat_model(model),
        "provider beside it": init_chat_model(model, model_provider=of),
        "configurable": init_chat_model(configurable_fields=("model", "model_provider")).with_config(config),
        "default": init_chat_model(name, configurable_fields="any", config_prefix="first"),
        "prefix": init_chat_model("openai:gpt-4o", configurable_fields=("model", "model_provider"), config_prefix="p"),
    }
    chosen = {"configurable": {"p_model": model, "p_model_provider": of}}
    for form, llm in named.items():
        answer = await llm.ainvoke(form, chosen if form == "prefix" else None)
        assert (answer.content, provider.last.body["model"]) == (form, model)
    assert len(provider.requests) == len(named)


def test_0_8_a_provider_that_nobody_knows(provider):
    with pytest.raises(ValueError, match="provider 'nobody' is not supported") as failed:
        init_chat_model("nobody:x")
    assert all(known in str(failed.value) for known in ("openai", "anthropic", "ollama", "groq"))
    assert provider.requests == []


@both_providers
async def test_1_7_chunks_come_before_the_end_and_add_up(provider, name):
    go_on = Flag()
    provider.answers += [Answer(pieces=PIECES, at={4: go_on}), Answer(pieces=PIECES)]
    llm = init_chat_model(name)
    chunks = []
    async for chunk in llm.astream("Tell me a joke"):
        chunks.append(chunk)
        if chunk.content and not go_on.is_set():
            assert provider.active == 1
            go_on.set()
    whole = await llm.ainvoke("Tell me a joke")
    added = chunks[0]
    for chunk in chunks[1:]:
        added = added + chunk
    assert "".join(chunk.content for chunk in chunks) == added.content == whole.content == JOKE
    assert added.usage_metadata == whole.usage_metadata


@both_providers
async def test_1_20_prompt_model_and_parser(provider, name):
    prompt = ChatPromptTemplate.from_messages([("system", "Answer in {language}."), ("user", "{question}")])
    chain = prompt | init_chat_model(name) | StrOutputParser()
    asked = [{"language": "English", "question": f"Why {number}?"} for number in range(3)]
    provider.answer_with(lambda ask: Answer(f"Because {ask.said}"))
    expected = [f"Because Why {number}?" for number in range(3)]
    assert await chain.ainvoke(asked[0]) == expected[0]
    assert await chain.abatch(asked) == expected
    texts = [text async for text in chain.astream(asked[0])]
    assert "".join(texts) == expected[0]
    assert len([text for text in texts if text]) == 3
    assert chain.invoke(asked[0]) == "".join(chain.stream(asked[0])) == expected[0]
    assert chain.batch(asked) == expected


@both_providers
async def test_1_20_tokens_pass_through_the_chain_while_the_model_goes_on(provider, name):
    never = Flag()
    provider.answers.append(Answer(pieces=PIECES, at={4: never}))
    chunks = (ChatPromptTemplate.from_template("{q}") | init_chat_model(name) | StrOutputParser()).astream({"q": "?"})
    text = ""
    while not text:
        text = await asyncio.wait_for(anext(chunks), 10)
    assert text == PIECES[0]
    await chunks.aclose()
    await provider.await_until_idle(1.0)
