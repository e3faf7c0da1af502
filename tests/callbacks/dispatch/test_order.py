"""In which order handlers hear an event, and what waits for it."""

import asyncio
import threading
from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from tests.callbacks.dispatch.steps import events
from tests.callbacks.ears import COLOURS, AsyncEar, Ear, InlineEar


async def test_an_event_is_dealt_with_before_the_run_goes_on():
    known: list[Any] = []
    handlers: list[Ear] = [Ear(), AsyncEar(), InlineEar()]

    async def body(x: int) -> int:
        known.extend(list(handler.events) for handler in handlers)
        return x

    await events("ainvoke", *handlers, function=body)
    assert known == [["on_chain_start"]] * 3


@pytest.mark.parametrize("door", COLOURS)
async def test_sync_handlers_hear_an_event_in_the_order_of_the_list(door: str):
    order: list[str] = []

    class Named(BaseCallbackHandler):
        def __init__(self, name: str, inline: bool = False) -> None:
            self.name, self.run_inline = name, inline

        def on_chain_start(self, *args, **facts):
            order.append(self.name)

    await events(door, Named("a"), Named("b", inline=True), Named("c"))
    assert order == (["a", "b", "c"] if door == "invoke" else ["b", "a", "c"])


async def test_async_handlers_deal_with_an_event_side_by_side():
    barrier: asyncio.Event = asyncio.Event()

    class Waits(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            await barrier.wait()

    class Opens(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            barrier.set()

    assert await events("ainvoke", Waits(), Opens()) == 2


async def test_an_async_handler_does_not_wait_for_a_blocking_one():
    told = threading.Event()

    class Blocks(BaseCallbackHandler):
        def on_chain_start(self, *args, **facts):
            assert told.wait(10)

    class Tells(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            told.set()

    handlers = [Blocks(), Tells()]
    for handler in handlers:
        handler.raise_error = True
    assert await events("ainvoke", *handlers) == 2
