"""What starts also ends, for every handler, whatever comes in between."""

import asyncio
import threading

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from tests.callbacks.dispatch.steps import events, failing
from tests.callbacks.ears import COLOURS, KINDS, InlineEar, ear


async def test_a_handler_that_is_cancelled_with_its_run_is_cancelled():
    reached, cancelled = asyncio.Event(), []

    class Hangs(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            reached.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

    for handlers in ([Hangs()], [Hangs(), Hangs()]):
        reached.clear()
        cancelled.clear()
        running = asyncio.ensure_future(events("ainvoke", *handlers))
        await reached.wait()
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert cancelled == [True] * len(handlers)


async def test_a_cancelled_run_is_reported_to_every_kind_of_handler():
    handlers = [ear(kind) for kind in KINDS]
    reached = asyncio.Event()

    async def hang(x: int) -> None:
        reached.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(events("ainvoke", *handlers, function=hang))
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for handler in handlers:
        assert handler.events == ["on_chain_start", "on_chain_error"]
        assert isinstance(handler.of("on_chain_error").args[0], asyncio.CancelledError)


@pytest.mark.parametrize("kind", ["inline", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_who_has_heard_a_start_hears_of_the_end_if_another_handler_raises(door: str, kind: str):
    heard = ear("inline")
    with pytest.raises(ValueError, match="no"):
        await events(door, heard, failing(kind, ValueError("no"), raise_error=True))
    assert heard.events == ["on_chain_start", "on_chain_error"]


async def test_who_has_heard_a_start_hears_of_the_end_if_the_run_is_cancelled_meanwhile():
    reached, heard = asyncio.Event(), InlineEar()

    class Hangs(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            reached.set()
            await asyncio.Event().wait()

    running = asyncio.ensure_future(events("ainvoke", heard, Hangs()))
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert heard.events == ["on_chain_start", "on_chain_error"]


async def test_an_end_does_not_overtake_the_start_in_a_thread():
    reached, go_on, told = asyncio.Event(), threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    heard: list[str] = []

    class Slow(BaseCallbackHandler):
        def on_chain_start(self, *args, **facts):
            loop.call_soon_threadsafe(reached.set)
            go_on.wait(10)
            heard.append("start")

        def on_chain_error(self, *args, **facts):
            heard.append("error")
            told.set()

    running = asyncio.ensure_future(events("ainvoke", Slow()))
    await reached.wait()
    running.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert told.is_set()
    assert heard == ["start", "error"]
