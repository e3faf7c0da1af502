"""The fake models that others know."""

import asyncio

import pytest

from stepgraph.language_models import (
    FakeListChatModel,
    FakeMessagesListChatModel,
    GenericFakeChatModel,
    ParrotFakeChatModel,
    SimpleChatModel,
    fake_chat_models,
)
from stepgraph.language_models.fake_chat_models import FakeChatModel, FakeListChatModelError
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage
from stepgraph.runnables.adapted import adapted
from tests.pregel.colours import until_error


def content_of(chunks):
    return [chunk.content for chunk in chunks]


async def test_a_list_of_texts_goes_round():
    model = FakeListChatModel(responses=["ab", "c"])
    assert model.invoke("x").content == "ab"
    assert (await model.ainvoke("x")).content == "c"
    assert content_of(model.stream("x")) == ["a", "b"]
    assert content_of([each async for each in model.astream("x")]) == ["c"]
    assert sorted(content_of(await model.abatch(["x", "y"]))) == ["ab", "c"]
    assert sorted(content_of(model.batch(["x", "y"]))) == ["ab", "c"]


async def test_it_fails_before_a_letter():
    for door in ("stream", "astream"):
        model = FakeListChatModel(responses=["abc"], error_on_chunk_number=1)
        seen, error = await until_error(model.astream("x") if door == "astream" else adapted(model.stream, "x"))
        assert content_of(seen) == ["a"]
        assert isinstance(error, FakeListChatModelError)


async def test_it_sleeps():
    model = FakeListChatModel(responses=["a"], sleep=0.001)
    assert model.invoke("x").content == "a"
    assert content_of(model.stream("x")) == ["a"]
    task = asyncio.ensure_future(FakeListChatModel(responses=["a"], sleep=60).ainvoke("x"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_list_of_messages_goes_round_and_gives_new_ones():
    given = [AIMessage("a"), AIMessage("", tool_calls=[{"name": "f", "args": {}, "id": "1"}])]
    model = FakeMessagesListChatModel(responses=given)
    first, second, third = (model.invoke("x") for _ in range(3))
    assert (first.content, second.tool_calls[0]["name"], third.content) == ("a", "f", "a")
    assert first.id != third.id
    assert given[0].id is None
    (chunk,) = model.stream("x")
    assert isinstance(chunk, AIMessageChunk)
    assert chunk.tool_calls[0]["name"] == "f"


async def test_an_iterator_streams_word_by_word():
    model = GenericFakeChatModel(messages=iter(["hello good bye", AIMessage("x y", id="1"), "end", "more"]))
    assert content_of(model.stream("x")) == ["hello", " ", "good", " ", "bye"]
    chunks = [each async for each in model.astream("x")]
    assert (content_of(chunks), {each.id for each in chunks}) == (["x", " ", "y"], {"1"})
    assert model.invoke("x").content == "end"
    assert (await model.ainvoke("x")).content == "more"
    with pytest.raises(RuntimeError, match="no message left; give its iterator one for each call"):
        model.invoke("x")


def test_a_parrot():
    model = ParrotFakeChatModel()
    assert model.invoke([HumanMessage("a"), HumanMessage("b")]).content == "b"
    (only,) = model.stream([AIMessage("a")])
    assert only.content == "a"
    (only,) = model.stream([HumanMessage("a")])
    assert (only.content, only.type) == ("a", "human")
    with pytest.raises(ValueError, match="at least one message"):
        model.invoke([])


def test_simple_models_return_text():
    class Loud(SimpleChatModel):
        def _call(self, messages, stop=None, run_manager=None, **kwargs):
            return messages[-1].content.upper()

    assert Loud().invoke("hi").content == "HI"
    assert FakeChatModel().invoke("hi").content == "fake response"
    with pytest.raises(NotImplementedError, match=r"SimpleChatModel must define _call\(\)"):
        SimpleChatModel().invoke("hi")


def test_names_elsewhere():
    assert fake_chat_models.GenericFakeChatModel is GenericFakeChatModel


def test_counting():
    model = FakeChatModel()
    assert model.get_num_tokens("abcde") == 2
    assert model.get_num_tokens_from_messages([HumanMessage("abcd"), ("ai", "abcde")]) == 3
    with pytest.raises(NotImplementedError, match="custom_get_token_ids"):
        model.get_token_ids("a")
    model = FakeChatModel(custom_get_token_ids=lambda text: list(map(ord, text)))
    assert (model.get_token_ids("ab"), model.get_num_tokens("abc")) == ([97, 98], 3)
