"""Connections: none is left open by models and streams that nobody holds any more."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from stepgraph.runnables import ConfigurableField
from stepgraph_anthropic.clients import Settings
from tests.anthropic.models import claude
from tests.providers.standin import Answer, Standin


def test_a_model_that_nobody_holds(standin: Standin):
    claude(standin).invoke("Hi")
    gc.collect()
    standin.wait_until_closed(1.0)


async def test_a_model_that_nobody_holds_in_a_loop(standin: Standin):
    await claude(standin).ainvoke("Hi")
    gc.collect()
    await standin.await_until_closed(1.0)


def test_a_stream_that_is_left_at_the_end_of_its_loop(standin: Standin):
    async def left() -> None:
        standin.answers.append(Answer("one two three", between=0.01))
        async for _ in claude(standin).astream("Hi"):
            break

    asyncio.run(left())
    standin.wait_until_closed(1.0)


async def test_a_model_that_is_closed_while_it_answers(standin: Standin):
    model = claude(standin)
    standin.answers.append(Answer("one two three four five", between=0.02))
    chunks = model.astream("Hi")
    await chunks.__anext__()
    await model.aclose()
    failed: Any = None
    try:
        async for _ in chunks:
            pass
    except Exception as error:
        failed = error
    assert failed is not None
    await standin.await_until_closed(1.0)


async def test_a_loop_that_fails(standin: Standin):
    model = claude(standin)
    results = await asyncio.gather(
        *[model.ainvoke("Hi") for _ in range(20)], model.ainvoke("Hi", max_tokens=-1), return_exceptions=True
    )
    assert [getattr(each, "content", None) for each in results] == ["Hi"] * 20 + [None]
    await model.aclose()
    await standin.await_until_closed(1.0)


def test_models_that_configs_make(standin: Standin):
    field = ConfigurableField(id="limit")
    model = claude(standin).configurable_fields(max_tokens=field)
    assert model.invoke("one two", {"configurable": {"limit": 1}}).content == "one"
    assert model.invoke("one two").content == "one two"


def test_settings_show_no_key():
    settings = Settings(key="a-secret", url="http://a", retries=1, timeout=None, headers={"x": "a-secret"}, proxy=None)
    assert repr(settings) == "Settings(url='http://a')"
