"""How events reach handlers: in which order, where, and what becomes of their exceptions."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.callbacks.dispatch import hears
from stepgraph.messages import HumanMessage
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, KINDS, AsyncEar, Ear, InlineEar, awaited, ear, manager_of, run

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.WARNING, logger="stepgraph.callbacks"):
        yield caplog


def increment(x: int) -> int:
    return x + 1


async def events(door: str, *handlers: Any, input: Any = 1, function: Any = increment) -> Any:
    return await run(RunnableLambda(function, name="step"), door, input, {"callbacks": list(handlers)})


# Where and in which order.


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


# What handlers may be.


@pytest.mark.parametrize("door", COLOURS)
async def test_a_method_that_is_not_overridden_is_never_called(door: str, monkeypatch: pytest.MonkeyPatch):
    class Silent(BaseCallbackHandler):
        def on_llm_new_token(self, *args, **facts):
            raise AssertionError("there was no token")

    class SilentAsync(AsyncCallbackHandler):
        pass

    used: list[Any] = []
    monkeypatch.setattr("stepgraph.callbacks.dispatch.in_thread", lambda *args: used.append(args))
    monkeypatch.setattr("stepgraph.callbacks.dispatch._wait_for", used.append)
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


# Exceptions.


def failing(kind: str, error: BaseException, raise_error: bool = False) -> Any:
    """Return a handler of one of `KINDS` that raises when a run starts."""

    class Fails(BaseCallbackHandler):
        def on_chain_start(self, *args, **facts):
            raise error

    class FailsAsync(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            raise error

    handler = FailsAsync() if kind == "async" else Fails()
    handler.run_inline = kind == "inline"
    handler.raise_error = raise_error
    return handler


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_that_raises_is_logged_with_its_name(door: str, kind: str, warned: pytest.LogCaptureFixture):
    others = [ear(each) for each in KINDS]
    assert await events(door, failing(kind, ValueError("no")), *others) == 2
    [record] = warned.records
    name = "FailsAsync" if kind == "async" else "Fails"
    assert record.getMessage() == f"callback handler {name} failed in on_chain_start: ValueError: no"
    assert (record.name, record.levelname) == ("stepgraph.callbacks", "WARNING")
    assert record.exc_info is not None
    for other in others:
        assert other.events == ["on_chain_start", "on_chain_end"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_with_raise_error_its_exception_ends_the_run(door: str, kind: str, warned: pytest.LogCaptureFixture):
    called = []
    with pytest.raises(ValueError, match=r"^no$"):
        await events(door, failing(kind, ValueError("no"), raise_error=True), function=called.append)
    assert called == []
    assert warned.records == []


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_the_others_are_told_before_it_does(kind: str):
    other = AsyncEar()
    with pytest.raises(ValueError, match="no"):
        await events("ainvoke", other, failing(kind, ValueError("no"), raise_error=True))
    assert other.events == ["on_chain_start", "on_chain_error"]


@pytest.mark.parametrize("raised", ["start", "end", "error"])
@pytest.mark.parametrize("door", COLOURS)
async def test_it_does_not_matter_in_which_event(door: str, raised: str, warned: pytest.LogCaptureFixture):
    def fail(self, *args, **facts):
        raise LookupError(raised)

    handler_type = type("Fails", (BaseCallbackHandler,), {f"on_chain_{raised}": fail})

    def body(x: int) -> int:
        return x // 0 if raised == "error" else x

    if raised == "error":
        with pytest.raises(ZeroDivisionError):
            await events(door, handler_type(), function=body)
    else:
        assert await events(door, handler_type(), function=body) == 1
    [record] = warned.records
    assert record.getMessage() == f"callback handler Fails failed in on_chain_{raised}: LookupError: {raised}"


class Stop(BaseException):
    """Not an `Exception`."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_what_is_no_exception_is_never_held_back(door: str, kind: str, warned: pytest.LogCaptureFixture):
    with pytest.raises(Stop):
        await events(door, failing(kind, Stop()))
    assert warned.records == []


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


# Runs of other kinds than chains.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_tokens_come_in_order(door: str, kind: str):
    handler = ear(kind)
    [model] = await awaited(manager_of(door, handler).on_llm_start({}, ["hi"]))
    for number in range(20):
        await awaited(model.on_llm_new_token(str(number)))
    tokens = [each.args[0] for each in handler.heard if each.event == "on_llm_new_token"]
    assert tokens == [str(number) for number in range(20)]


def test_hears_says_whether_anybody_wants_a_kind_of_events():
    deaf = BaseCallbackHandler()
    deaf.ignore_llm = True
    assert not hears([], "ignore_llm")
    assert not hears([deaf], "ignore_llm")
    assert hears([deaf], "ignore_chain")
    assert hears([deaf, BaseCallbackHandler()], "ignore_llm")


# What starts also ends.


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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_may_say_that_it_does_not_know_chat_models(door: str, kind: str):
    handler = ear(kind)

    def refuse(*args: Any, **facts: Any) -> None:
        raise NotImplementedError

    async def refuse_async(*args: Any, **facts: Any) -> None:
        raise NotImplementedError

    handler.on_chat_model_start = refuse_async if kind == "async" else refuse  # type: ignore[method-assign]
    await awaited(manager_of(door, handler).on_chat_model_start({}, [[HumanMessage("hi")]]))
    assert handler.events == ["on_llm_start"]
    assert handler.heard[0].args == ({}, ["Human: hi"])
