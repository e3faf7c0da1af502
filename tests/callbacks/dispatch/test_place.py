"""Where handlers are called: in which thread, on which loop, with which context."""

import asyncio
import contextvars
import threading

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.runnables import RunnableLambda
from tests.callbacks.dispatch.steps import events, increment
from tests.callbacks.ears import AsyncEar, Ear, ear

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


async def test_a_sync_handler_of_an_async_run_is_called_off_the_loop_in_order():
    handler = Ear()
    step = RunnableLambda(increment)
    await (step | step | step).ainvoke(1, {"callbacks": [handler]})
    assert handler.events == [
        "on_chain_start",
        *["on_chain_start", "on_chain_end"] * 3,
        "on_chain_end",
    ]
    assert threading.get_ident() not in {each.thread for each in handler.heard}
    assert {each.loop for each in handler.heard} == {None}


async def test_it_sees_the_context_variables_of_the_run():
    seen: list[str] = []

    class Handler(BaseCallbackHandler):
        def on_chain_start(self, *args, **facts):
            seen.append(VARIABLE.get())

        on_chain_end = on_chain_start

    VARIABLE.set("set")
    await events("ainvoke", Handler())
    assert seen == ["set", "set"]


@pytest.mark.parametrize("kind", ["inline", "async"])
async def test_an_inline_or_async_handler_of_an_async_run_is_called_on_the_loop(kind: str):
    handler = ear(kind)
    await events("ainvoke", handler)
    assert {each.thread for each in handler.heard} == {threading.get_ident()}
    assert {each.loop for each in handler.heard} == {asyncio.get_running_loop()}


@pytest.mark.parametrize("kind", ["inline", "sync"])
async def test_a_sync_handler_of_a_sync_run_is_called_in_its_thread(kind: str):
    handler = ear(kind)
    await events("invoke", handler)
    assert {each.thread for each in handler.heard} == {threading.get_ident()}


async def test_async_handlers_of_sync_runs_share_one_loop_of_their_own():
    one, other = AsyncEar(), AsyncEar()
    await events("invoke", one, other)
    await asyncio.to_thread(RunnableLambda(increment).invoke, 1, {"callbacks": [one]})
    loops = {each.loop for each in (*one.heard, *other.heard)}
    assert len(loops) == 1
    assert loops.isdisjoint({None, asyncio.get_running_loop()})
    assert len({each.thread for each in one.heard} | {threading.get_ident()}) == 2
