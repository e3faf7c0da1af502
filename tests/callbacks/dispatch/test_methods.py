"""What the methods of handlers may be and do, and which of them are called."""

from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.callbacks.dispatch import hears
from stepgraph.runnables import RunnableLambda
from tests.callbacks.dispatch.steps import events, increment
from tests.callbacks.ears import COLOURS, KINDS, ear


@pytest.mark.parametrize("door", COLOURS)
async def test_a_method_that_is_not_overridden_is_never_called(door: str, monkeypatch: pytest.MonkeyPatch):
    class Silent(BaseCallbackHandler):
        def on_llm_new_token(self, *args, **facts):
            raise AssertionError("there was no token")

    class SilentAsync(AsyncCallbackHandler):
        pass

    used: list[Any] = []
    monkeypatch.setattr("stepgraph.callbacks.dispatch.in_thread", lambda *args: used.append(args))
    monkeypatch.setattr("stepgraph.callbacks.dispatch.wait_for", used.append)
    assert await events(door, Silent(), SilentAsync()) == 2
    assert used == []


@pytest.mark.parametrize("door", COLOURS)
@pytest.mark.parametrize("inline", [False, True])
async def test_a_sync_method_may_return_something_to_await(door: str, inline: bool):
    heard = []

    async def later(what: str) -> None:
        heard.append(what)

    class Late(BaseCallbackHandler):
        run_inline = inline

        def on_chain_start(self, *args, **facts):
            return later("start")

    await events(door, Late())
    assert heard == ["start"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_may_run_something_itself(door: str, kind: str):
    inner, handler = ear(kind), ear(kind)
    results: list[int] = []

    class Runs(BaseCallbackHandler):
        run_inline = kind == "inline"
        raise_error = True

        def on_chain_end(self, *args, **facts):
            results.append(RunnableLambda(increment, name="inner").invoke(10, {"callbacks": [inner]}))

    class RunsAsync(AsyncCallbackHandler):
        raise_error = True

        async def on_chain_end(self, *args, **facts):
            results.append(RunnableLambda(increment, name="inner").invoke(10, {"callbacks": [inner]}))
            results.append(await RunnableLambda(increment, name="inner").ainvoke(10, {"callbacks": [inner]}))

    assert await events(door, RunsAsync() if kind == "async" else Runs(), handler) == 2
    assert results == [11] * (2 if kind == "async" else 1)
    assert inner.events == ["on_chain_start", "on_chain_end"] * len(results)
    assert handler.events == ["on_chain_start", "on_chain_end"]


def test_hears_says_whether_anybody_wants_a_kind_of_events():
    deaf = BaseCallbackHandler()
    deaf.ignore_llm = True
    assert not hears([], "ignore_llm")
    assert not hears([deaf], "ignore_llm")
    assert hears([deaf], "ignore_chain")
    assert hears([deaf, BaseCallbackHandler()], "ignore_llm")
