"""Config and handlers that get lost, or show where they should not: what must hold here."""

import asyncio
import contextvars
import gc
import threading

import pytest

from stepgraph.callbacks import (
    AsyncCallbackHandler,
    adispatch_custom_event,
    dispatch_custom_event,
)
from stepgraph.config import get_config
from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.runnables.doors import listed
from tests.runnables.recording import RECORDERS, AsyncRecorder, Recorder

CONFIG = {"tags": ["t"], "metadata": {"who": "Ann"}, "configurable": {"user": "ada"}}


def child(input):
    config = get_config()
    return (config["tags"], config["metadata"], config["configurable"])


FOUND = (["t"], {"who": "Ann"}, {"user": "ada"})


# Config and callbacks get lost in async code, on Python 3.10 above all.


async def _awaited(input):
    return await CHILD.ainvoke(input)


async def _gathered(input):
    first, _ = await asyncio.gather(CHILD.ainvoke(input), asyncio.sleep(0))
    return first


async def _in_a_task(input):
    return await asyncio.create_task(CHILD.ainvoke(input))


async def _in_a_task_of_a_task(input):
    return await asyncio.create_task(_in_a_task(input))


async def _in_a_thread(input):
    return await asyncio.to_thread(CHILD.invoke, input)


async def _in_a_loop_of_its_own(input):
    return await asyncio.to_thread(lambda: asyncio.run(CHILD.ainvoke(input)))


async def _after_waiting(input):
    await asyncio.wait_for(asyncio.sleep(0), PATIENCE)
    return await asyncio.shield(CHILD.ainvoke(input))


async def _in_a_generator(input):
    async def items():
        yield await CHILD.ainvoke(input)

    return (await listed(items()))[0]


async def _through_a_stream(input):
    return (await listed(CHILD.astream(input)))[0]


async def _through_a_batch(input):
    return (await CHILD.abatch([input, input]))[0]


async def _through_a_parallel(input):
    return (await RunnableParallel(a=CHILD, b=RunnablePassthrough()).ainvoke(input))["a"]


def _sync(input):
    return CHILD.invoke(input)


def _in_a_copied_context(input):
    found = []
    thread = threading.Thread(target=contextvars.copy_context().run, args=(lambda: found.append(CHILD.invoke(input)),))
    thread.start()
    thread.join()
    return found[0]


async def _yielded(input):
    yield await CHILD.ainvoke(input)


def _yielded_sync(input):
    yield CHILD.invoke(input)


CHILD = RunnableLambda(child)
WAYS = [
    _awaited,
    _gathered,
    _in_a_task,
    _in_a_task_of_a_task,
    _in_a_thread,
    _in_a_loop_of_its_own,
    _after_waiting,
    _in_a_generator,
    _through_a_stream,
    _through_a_batch,
    _through_a_parallel,
    _sync,
    _in_a_copied_context,
    _yielded,
    _yielded_sync,
]


@pytest.mark.parametrize("door", ["ainvoke", "astream", "abatch"])
@pytest.mark.parametrize("way", WAYS)
async def test_config_and_handlers_reach_runs_inside_without_being_passed(way, door):
    handler = Recorder(inline=True)
    parent, config = RunnableLambda(way), {**CONFIG, "callbacks": [handler]}
    if door == "ainvoke":
        result = await parent.ainvoke("x", config)
    elif door == "abatch":
        result = (await parent.abatch(["x"], config))[0]
    else:
        (result,) = await listed(parent.astream("x", config))
    assert (sorted(result[0])[-1], *result[1:]) == ("t", *FOUND[1:])
    (root,) = handler.heard.roots
    assert root.name == way.__name__
    for run in handler.heard.runs.values():
        assert "t" in run.tags
        assert run.metadata == {"who": "Ann"}
    assert "child" in handler.heard.names
    handler.heard.check()


@pytest.mark.parametrize("way", WAYS)
async def test_a_config_alone_reaches_what_is_inside(way):
    assert await RunnableLambda(way).ainvoke("x", CONFIG) == FOUND


async def test_config_and_handlers_reach_runs_inside_of_generators():
    async def transform(chunks):
        async for chunk in chunks:
            yield await CHILD.ainvoke(chunk)

    def transform_sync(chunks):
        for chunk in chunks:
            yield CHILD.invoke(chunk)

    for made in (RunnableGenerator(transform), RunnableGenerator(transform_sync)):
        handler = Recorder(inline=True)
        assert await listed(made.astream("x", {**CONFIG, "callbacks": [handler]})) == [FOUND]
        assert [run.name for run in handler.heard.below(handler.heard.roots[0])] == ["child"]


async def test_custom_events_find_their_run():
    told = []

    class Listens(AsyncCallbackHandler):
        async def on_custom_event(self, name, data, *, run_id, tags, **kwargs):
            told.append((name, data, run_id, tags))

    async def tells(input):
        await adispatch_custom_event("one", 1)
        await asyncio.gather(adispatch_custom_event("two", 2))
        await asyncio.to_thread(dispatch_custom_event, "three", 3)

    recorder = AsyncRecorder()
    await RunnableLambda(tells).ainvoke("x", {"callbacks": [Listens(), recorder], "tags": ["t"]})
    (run,) = recorder.heard.roots
    assert told == [("one", 1, run.id, ["t"]), ("two", 2, run.id, ["t"]), ("three", 3, run.id, ["t"])]


# Context variables reset in another context.


@pytest.mark.parametrize("handler", [None, *RECORDERS])
@pytest.mark.parametrize("how", ["task", "context", "collected"])
async def test_a_stream_may_be_read_in_one_context_and_closed_in_another(how, handler):
    diary = []

    async def source(text):
        try:
            for letter in text:
                yield letter
        finally:
            diary.append("closed")

    made = RunnableLambda(source) | RunnablePassthrough()
    config = {**CONFIG} if handler is None else {**CONFIG, "callbacks": [RECORDERS[handler]()]}
    async with nothing_left(20):
        chunks = made.astream("abc", config)
        assert await asyncio.ensure_future(chunks.__anext__()) == "a"
        assert await asyncio.ensure_future(chunks.__anext__()) == "b"
        if how == "task":
            await asyncio.ensure_future(chunks.aclose())
        elif how == "context":
            await contextvars.copy_context().run(asyncio.ensure_future, chunks.aclose())
        else:
            del chunks
            gc.collect()
            await turns(5)
            while len(asyncio.all_tasks()) > 1:  # the loop closes it; handlers hear of that in threads
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
                await turns(5)
    assert diary == ["closed"]
    with pytest.raises(RuntimeError):
        get_config()


async def test_a_stream_shows_its_consumer_nothing_of_what_is_around_its_steps():
    async def source(text):
        for letter in text:
            yield letter, get_config()["tags"]

    async for _, tags in RunnableLambda(source).astream("ab", {"tags": ["t"]}):
        assert tags == ["t"]
        with pytest.raises(RuntimeError):
            get_config()
    for _ in RunnableLambda(lambda text: (yield get_config()["tags"])).stream("ab", {"tags": ["t"]}):
        with pytest.raises(RuntimeError):
            get_config()
