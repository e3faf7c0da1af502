"""What handlers of composed runnables trip over elsewhere, and what must hold here."""

import asyncio
import contextvars
import functools
import gc
import logging
import threading

import pytest

from stepgraph.callbacks import (
    AsyncCallbackHandler,
    BaseCallbackHandler,
    get_usage_metadata_callback,
)
from stepgraph.config import get_config
from stepgraph.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.runnables.doors import listed
from tests.runnables.recording import Recorder

CONFIG = {"tags": ["t"], "metadata": {"who": "Ann"}, "configurable": {"user": "ada"}}


async def _awaited(input):
    return await RunnableLambda(str.lower, run_inline=True).ainvoke(input)


# Fallbacks lose the run above them.


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "abatch", "astream"])
async def test_fallbacks_stay_below_the_run_that_they_stand_in_for(door):
    def fails(input):
        raise ValueError("no")

    def works(input):
        return get_config()["tags"]

    made = RunnableLambda(fails).with_fallbacks([RunnableLambda(works)])
    outer = RunnableLambda(lambda input: made.invoke(input), made.ainvoke).with_config(run_name="outer")
    handler = Recorder(inline=True)
    config = {"callbacks": [handler], "tags": ["t"]}
    if door == "invoke":
        assert "t" in outer.invoke("x", config)
    elif door == "ainvoke":
        assert "t" in await outer.ainvoke("x", config)
    elif door == "abatch":
        assert "t" in (await outer.abatch(["x"], config))[0]
    else:
        assert "t" in (await listed(outer.astream("x", config)))[0]
    heard = handler.heard
    tried = heard.run("RunnableWithFallbacks")
    assert heard.run("outer").id == tried.parent
    assert [run.name for run in heard.below(tried)] == ["fails", "works"]
    assert heard.run("fails").error is not None
    assert tried.error is None


# Async handlers: never awaited, not called, out of order.


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream", "batch", "abatch"])
async def test_async_handlers_are_awaited_in_order_in_both_colours(door):
    told = []

    class Slow(AsyncCallbackHandler):
        async def on_chain_start(self, serialized, inputs, *, name, **kwargs):
            told.append(("start", name))
            await asyncio.sleep(0)
            told.append(("started", name))

        async def on_chain_end(self, outputs, **kwargs):
            told.append("end")
            await asyncio.sleep(0)
            told.append("ended")

    def first(text):
        told.append("in first")
        return text

    def second(text):
        told.append("in second")
        return text

    made = RunnableLambda(first, _coloured(first)) | RunnableLambda(second, _coloured(second))
    config = {"callbacks": [Slow()]}
    match door:
        case "invoke":
            made.invoke("a", config)
        case "stream":
            list(made.stream("a", config))
        case "batch":
            made.batch(["a"], config)
        case "ainvoke":
            await made.ainvoke("a", config)
        case "astream":
            await listed(made.astream("a", config))
        case _:
            await made.abatch(["a"], config)
    for event in [("start", "first"), ("start", "second"), ("start", "RunnableSequence")]:
        assert told[told.index(event) + 1] == ("started", event[1])
    assert [told[number + 1] for number, event in enumerate(told) if event == "end"] == ["ended"] * 3
    assert told.index(("started", "first")) < told.index("in first") < told.index("in second")


def _coloured(function):
    async def twin(text):
        return function(text)

    functools.update_wrapper(twin, function)
    del twin.__wrapped__  # a coroutine function, whatever it wraps
    return twin


async def test_where_handlers_of_an_async_run_are_called():
    where = {}
    variable = contextvars.ContextVar("variable", default="unset")

    def handler(kind, **attributes):
        def on_chain_start(self, *args, **kwargs):
            where[kind] = (threading.current_thread() is threading.main_thread(), variable.get())

        return type(kind, (BaseCallbackHandler,), {"on_chain_start": on_chain_start, **attributes})()

    class Awaited(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **kwargs):
            where["awaited"] = (threading.current_thread() is threading.main_thread(), variable.get())

    variable.set("set")
    handlers = [handler("threaded"), handler("inline", run_inline=True), Awaited()]
    await RunnableLambda(_awaited).ainvoke("x", {"callbacks": handlers, **CONFIG})
    assert where == {"threaded": (False, "set"), "inline": (True, "set"), "awaited": (True, "set")}


# Exceptions of handlers vanish.


@pytest.mark.parametrize("kind", [BaseCallbackHandler, AsyncCallbackHandler])
@pytest.mark.parametrize("event", ["on_chain_start", "on_chain_end"])
@pytest.mark.parametrize("door", ["invoke", "ainvoke"])
async def test_a_handler_that_raises_is_logged_by_name_or_ends_the_run(kind, event, door, caplog):
    def fails(self, *args, **kwargs):
        raise ZeroDivisionError("in the handler")

    async def afails(self, *args, **kwargs):
        raise ZeroDivisionError("in the handler")

    broken = type("Broken", (kind,), {event: fails if kind is BaseCallbackHandler else afails})()
    made = RunnableLambda(str.upper)

    async def run():
        config = {"callbacks": [broken]}
        return made.invoke("a", config) if door == "invoke" else await made.ainvoke("a", config)

    with caplog.at_level(logging.WARNING, "stepgraph.callbacks"):
        assert await run() == "A"
    assert "Broken" in caplog.text
    assert event in caplog.text
    assert "in the handler" in caplog.text
    broken.raise_error = True
    with pytest.raises(ZeroDivisionError, match="in the handler"):
        await run()


# Things that grow with every use.


async def test_handlers_around_a_block_leave_nothing_behind():
    made = RunnableLambda(str.upper, run_inline=True)

    async def use(times):
        for _ in range(times):
            with get_usage_metadata_callback():
                await made.ainvoke("a")

    await use(20)
    gc.collect()
    before = len(gc.get_objects())
    await use(200)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


@pytest.mark.parametrize("door", ["ainvoke", "astream", "abatch"])
async def test_runs_that_are_heard_leave_nothing_behind(door):
    handler = AsyncCallbackHandler()
    made = RunnableLambda(str.upper, run_inline=True) | RunnableParallel(a=RunnablePassthrough(), b=_awaited)

    async def use(times):
        for _ in range(times):
            config = {**CONFIG, "callbacks": [handler]}
            if door == "ainvoke":
                await made.ainvoke("a", config)
            elif door == "abatch":
                await made.abatch(["a", "b"], config)
            else:
                await listed(made.astream("a", config))

    await use(20)
    gc.collect()
    before = len(gc.get_objects())
    await use(200)
    gc.collect()
    assert len(gc.get_objects()) - before < 100
