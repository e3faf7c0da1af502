"""Custom events: from inside a run to its handlers."""

import asyncio
from typing import Any

import pytest

from stepgraph.callbacks import BaseCallbackHandler, adispatch_custom_event, dispatch_custom_event
from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel
from tests.callbacks.ears import COLOURS, KINDS, ear, run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_sync_function_tells_the_handlers_of_its_run(door: str, kind: str):
    handler = ear(kind)

    def work(x: int) -> int:
        dispatch_custom_event("half", {"done": x})
        return x

    config = {"callbacks": [handler], "tags": ["a"], "metadata": {"m": 1}}
    assert await run(RunnableLambda(work), door, 1, config) == 1
    assert handler.events == ["on_chain_start", "on_custom_event", "on_chain_end"]
    event = handler.of("on_custom_event")
    assert event.args == ("half", {"done": 1})
    assert event.facts == {"run_id": handler.heard[0].facts["run_id"], "tags": ["a"], "metadata": {"m": 1}}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_async_function_waits_until_the_handlers_know(kind: str):
    handler = ear(kind)

    async def work(x: int) -> list[str]:
        await adispatch_custom_event("half", x)
        return list(handler.events)

    known = await RunnableLambda(work).ainvoke(1, {"callbacks": [handler]})
    assert known == ["on_chain_start", "on_custom_event"]


async def test_tasks_generators_and_branches_tell_the_run_that_they_are_in():
    handler = ear("async")

    async def tasks(x: int) -> int:
        await asyncio.gather(*(asyncio.create_task(adispatch_custom_event(f"task {n}", n)) for n in range(2)))
        return x

    async def items(chunks: Any) -> Any:
        async for chunk in chunks:
            await adispatch_custom_event("item", chunk)
            yield chunk

    async def branch(x: int) -> int:
        await adispatch_custom_event("branch", x)
        return x

    whole = RunnableLambda(tasks) | RunnableGenerator(items) | RunnableParallel(a=branch, b=branch)
    await whole.ainvoke(1, {"callbacks": [handler]})
    names = {each.facts["run_id"]: each.facts["name"] for each in handler.heard if each.event == "on_chain_start"}
    told = [(each.args[0], names[each.facts["run_id"]]) for each in handler.heard if each.event == "on_custom_event"]
    expected = [("task 0", "tasks"), ("task 1", "tasks"), ("item", "items"), ("branch", "branch"), ("branch", "branch")]
    assert sorted(told) == sorted(expected)


@pytest.mark.parametrize("door", COLOURS)
async def test_a_run_without_handlers_may_tell_of_events_too(door: str):
    def work(x: int) -> int:
        dispatch_custom_event("half", x)
        return x

    assert await run(RunnableLambda(work), door, 1, {"tags": ["a"]}) == 1


async def test_a_config_says_which_run_is_meant():
    handler = ear("inline")

    def work(x: int, config: Any) -> Any:
        return config

    config = await RunnableLambda(work).ainvoke(1, {"callbacks": [handler]})
    dispatch_custom_event("late", 1, config=config)
    await adispatch_custom_event("later", 2, config=config)
    told = [each for each in handler.heard if each.event == "on_custom_event"]
    assert [each.args for each in told] == [("late", 1), ("later", 2)]
    assert {each.facts["run_id"] for each in told} == {handler.heard[0].facts["run_id"]}


async def test_an_event_that_nobody_can_hear_is_none():
    """Code cannot know whether somebody listens, so the same function works with handlers and without."""
    dispatch_custom_event("x", 1)
    await adispatch_custom_event("x", 1)

    async def work(x: int) -> int:
        dispatch_custom_event("x", x)
        await adispatch_custom_event("x", x)
        return x

    assert await RunnableLambda(work).ainvoke(1) == 1


def test_an_event_for_which_no_run_can_be_named_is_an_error():
    with pytest.raises(RuntimeError, match="outside of a run"):
        dispatch_custom_event("x", 1, config={"callbacks": [BaseCallbackHandler()]})


@pytest.mark.parametrize("door", COLOURS)
async def test_who_ignores_everything_else_still_hears_of_events(door: str):
    handler = ear("inline")
    handler.ignore_chain = True

    def work(x: int) -> int:
        dispatch_custom_event("half", x)
        return x

    await run(RunnableLambda(lambda x: x) | RunnableLambda(work), door, 1, {"callbacks": [handler]})
    assert handler.events == ["on_custom_event"]
    assert handler.heard[0].facts["run_id"] is not None
