"""The fake text models that others know."""

import asyncio

import pytest

from stepgraph.language_models import FakeListLLM, FakeStreamingListLLM, fake
from stepgraph.runnables.adapted import adapted
from tests.language_models.texts import TextListener
from tests.pregel.colours import until_error


async def test_a_list_of_texts_goes_round():
    model = FakeListLLM(responses=["ab", "c"])
    assert [model.invoke("x"), await model.ainvoke("x"), model.invoke("x")] == ["ab", "c", "ab"]
    assert model.i == 1
    assert await model.abatch(["x", "y"]) == ["c", "ab"]
    assert list(model.stream("x")) == ["c"]


async def test_it_streams_letters():
    model = FakeStreamingListLLM(responses=["ab", "c"], sleep=0.001)
    assert list(model.stream("x")) == ["a", "b"]
    assert [each async for each in model.astream("x")] == ["c"]
    listener = TextListener()
    chunks = model.stream("x", {"callbacks": [listener]})
    assert next(chunks) == "a"
    assert listener.names == ["start", "end"]  # it is whole before a letter is seen, as elsewhere


async def test_it_fails_before_a_letter():
    for door in ("stream", "astream"):
        model = FakeStreamingListLLM(responses=["abc"], error_on_chunk_number=1)
        seen, error = await until_error(model.astream("x") if door == "astream" else adapted(model.stream, "x"))
        assert seen == ["a"]
        assert isinstance(error, fake.FakeListLLMError)


async def test_it_sleeps_where_it_can_be_cancelled():
    async def read():
        async for _ in FakeStreamingListLLM(responses=["a"], sleep=60).astream("x"):
            pass

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
