"""Models in async code: what blocks the loop is reported on request, and a forgotten await names the model."""

import asyncio
import inspect

import pytest

from stepgraph.errors import SyncEntryError
from stepgraph.execution.guard import set_loop_guard
from stepgraph.runnables import RunnableLambda
from tests.language_models.models import TEXT, AllHooks, OnlyGenerates


@pytest.fixture
def _guard():
    set_loop_guard("raise", blocked_after=60)
    yield
    set_loop_guard("off")


@pytest.mark.usefixtures("_guard")
async def test_sync_doors_on_a_running_loop():
    with pytest.raises(SyncEntryError, match=r"invoke\(\) of 'AllHooks' was called on a running event loop"):
        AllHooks().invoke("hi")
    with pytest.raises(SyncEntryError, match=r"generate\(\) of 'AllHooks' was called on a running event loop"):
        AllHooks().generate([["hi"]])
    for model in (AllHooks(), OnlyGenerates()):
        with pytest.raises(SyncEntryError, match="was called on a running event loop"):
            next(model.stream("hi"))
    assert (await OnlyGenerates().ainvoke("hi")).content == TEXT
    assert [chunk.content async for chunk in OnlyGenerates().astream("hi")] == [TEXT]
    assert (await asyncio.to_thread(AllHooks().invoke, "hi")).content == TEXT


def test_a_forgotten_await_names_the_model():
    coroutine = AllHooks(name="mine").ainvoke("hi")
    assert coroutine.__qualname__ == "mine.ainvoke"
    coroutine.close()
    coroutine = AllHooks().ainvoke("hi")
    assert coroutine.__qualname__ == "AllHooks.ainvoke"
    coroutine.close()


async def test_the_doors_are_told_for_what_they_are():
    model = AllHooks()
    assert (await RunnableLambda(model.ainvoke).ainvoke("hi")).content == TEXT
    assert (await RunnableLambda(lambda x: model.ainvoke(x)).ainvoke("hi")).content == TEXT
    assert inspect.isawaitable(coroutine := model.ainvoke("hi"))
    assert (await coroutine).content == TEXT
