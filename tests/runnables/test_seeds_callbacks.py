"""What guides of callbacks in async code promise."""

import asyncio
import contextvars
import sys
import threading

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.runnables import (
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
)
from tests.pregel.colours import PATIENCE, turns
from tests.runnables.recording import Recorder


async def _alower(text):
    return text.lower()


# Callbacks in async environments.


async def test_async_handlers_never_block_the_loop():
    """The handler waits for a task that can only run while it waits."""
    ticked = asyncio.Event()

    class Slow(AsyncCallbackHandler):
        async def on_chain_start(self, serialized, inputs, **kwargs):
            await asyncio.wait_for(ticked.wait(), PATIENCE)

    async def ticker():
        await turns(5)
        ticked.set()

    ticking = asyncio.ensure_future(ticker())
    assert await RunnableLambda(_alower).ainvoke("A", {"callbacks": [Slow()]}) == "a"
    await ticking


@pytest.mark.parametrize("run_inline", [False, True])
async def test_sync_handlers_of_async_runs_go_to_threads_in_order(run_inline):
    told, variable = [], contextvars.ContextVar("variable")
    variable.set("set")

    class Sync(BaseCallbackHandler):
        def __init__(self):
            self.run_inline = run_inline

        def on_chain_start(self, serialized, inputs, *, name, **kwargs):
            told.append((name, threading.current_thread() is threading.main_thread(), variable.get()))

        def on_custom_event(self, name, data, **kwargs):
            told.append(data)

    async def tells(text):
        from stepgraph.callbacks import adispatch_custom_event  # noqa: PLC0415

        for number in range(20):
            await adispatch_custom_event("token", number)
        return text

    made = RunnableLambda(tells) | RunnableLambda(_alower)
    await made.ainvoke("A", {"callbacks": [Sync()]})
    starts = [event for event in told if isinstance(event, tuple)]
    assert starts == [(name, run_inline, "set") for name in ("RunnableSequence", "tells", "_alower")]
    assert [event for event in told if isinstance(event, int)] == list(range(20))


@pytest.mark.parametrize("python", [sys.version_info[:2]])
async def test_handlers_reach_children_on_every_python_without_passing_them(python):
    handler = Recorder(inline=True)
    child = RunnableLambda(_alower)

    async def each(chunks):
        async for chunk in chunks:
            yield await child.ainvoke(chunk)

    async def all_ways(text):
        await child.ainvoke(text)
        await asyncio.gather(child.ainvoke(text), child.ainvoke(text))
        await asyncio.create_task(child.ainvoke(text))
        await (child | child).ainvoke(text)
        await RunnableParallel(a=child, b=child).ainvoke(text)
        return text

    await (RunnableLambda(all_ways) | RunnableGenerator(each)).ainvoke("A", {"callbacks": [handler]})
    heard = handler.heard
    assert heard.names.count("_alower") == 9
    assert len(heard.roots) == 1
    heard.check()


async def test_what_handlers_are_given():
    told = {}

    class Hears(AsyncCallbackHandler):
        async def on_chain_start(self, serialized, inputs, **kwargs):
            told["start"] = (serialized, inputs, kwargs)

        async def on_chain_end(self, outputs, **kwargs):
            told["end"] = (outputs, kwargs)

    config = {"callbacks": [Hears()], "tags": ["t"], "metadata": {"m": 1}, "run_name": "mine"}
    await RunnableLambda(_alower).ainvoke("A", config)
    serialized, inputs, facts = told["start"]
    assert inputs == "A"
    assert serialized["name"] == "_alower"
    assert facts.keys() >= {"run_id", "parent_run_id", "tags", "metadata", "name"}
    assert (facts["parent_run_id"], facts["tags"], facts["metadata"], facts["name"]) == (None, ["t"], {"m": 1}, "mine")
    outputs, ending = told["end"]
    assert outputs == "a"
    assert ending["run_id"] == facts["run_id"]


async def test_handlers_bound_or_given_are_inherited():
    bound, given = Recorder(inline=True), Recorder(inline=True)
    made = (RunnableLambda(_alower) | _alower).with_config(callbacks=[bound])
    await made.ainvoke("A", {"callbacks": [given]})
    assert bound.heard.names == given.heard.names == ["RunnableSequence", "_alower", "_alower"]
