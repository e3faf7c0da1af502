"""Failure and handlers: they hear of every end, however it comes; streams close what they read."""

import asyncio
from contextlib import aclosing, closing

import pytest

from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.runnables.diary import Diary
from tests.runnables.doors import ASYNC, apieces, listed, whole
from tests.runnables.failing import every_config, parallel, wait_long
from tests.runnables.recording import RECORDERS, AsyncRecorder

# What handlers are told.


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("door", ASYNC)
async def test_handlers_hear_of_failures_and_of_cancellations(door, kind):
    diary, handler = Diary(), RECORDERS[kind]()
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await ASYNC[door](parallel(diary), ["x"], {"callbacks": [handler]})
    heard = handler.heard
    heard.check()
    (root,) = heard.roots
    errors = sorted(type(run.error).__name__ for run in heard.below(root))
    assert errors == ["CancelledError", "CancelledError", "ValueError"]
    assert type(root.error) is ValueError


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("door", ["ainvoke", "astream"])
async def test_the_report_of_a_cancellation_is_not_cut_off(door, kind):
    """However often the run is cancelled meanwhile."""
    told = []

    class Slow(AsyncRecorder):
        async def on_chain_error(self, error, **facts):
            await turns(10)
            told.append(type(error).__name__)

    handler = Slow()
    config = {"callbacks": [handler, RECORDERS[kind]()]}
    async with nothing_left():
        begun = asyncio.Event()

        async def waits(input):
            begun.set()
            await wait_long(input)

        task = asyncio.ensure_future(ASYNC[door](RunnableLambda(waits) | RunnablePassthrough(), ["x"], config))
        await begun.wait()
        for _ in range(4):
            task.cancel()
            await turns(2)
        with pytest.raises(asyncio.CancelledError):
            await task
    assert told == ["CancelledError"] * 2


@pytest.mark.parametrize("kind", RECORDERS)
async def test_a_run_that_is_cancelled_while_its_end_is_told_has_failed_for_its_handlers(kind):
    """So that every run that was heard to start is heard to end, once everything is over."""
    told, telling = [], asyncio.Event()

    class Slow(AsyncRecorder):
        async def on_chain_end(self, outputs, **facts):
            telling.set()
            await turns(10)
            told.append(outputs)

        async def on_chain_error(self, error, **facts):
            await turns(10)
            told.append(type(error))

    async with nothing_left():
        config = {"callbacks": [Slow(), RECORDERS[kind]()]}
        task = asyncio.ensure_future(RunnableLambda(str.upper, run_inline=True).ainvoke("x", config))
        await telling.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert told == [asyncio.CancelledError]


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("door", ["stream", "astream"])
async def test_a_stream_that_nobody_reads_to_its_end_has_ended_with_what_was_shown(door, kind):
    handler = RECORDERS[kind]()
    made = RunnableLambda(lambda text: (yield from text)) | RunnablePassthrough()
    if door == "stream":
        with closing(made.stream("abc", {"callbacks": [handler]})) as chunks:
            assert [next(chunks), next(chunks)] == ["a", "b"]
    else:
        async with aclosing(made.astream("abc", {"callbacks": [handler]})) as chunks:
            assert [await chunks.__anext__(), await chunks.__anext__()] == ["a", "b"]
    handler.heard.check()
    (root,) = handler.heard.roots
    assert (root.outputs, root.error) == ("ab", None)


# Sources of streams.


async def test_a_stream_that_is_left_closes_what_it_reads():
    diary = []

    async def source():
        try:
            for letter in "abc":
                yield letter
        finally:
            await turns(2)
            diary.append("closed")

    async def passing(chunks):
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk

    for made in (RunnableGenerator(passing) | passing, RunnableGenerator(passing).with_config(tags=["t"])):
        async with nothing_left(), aclosing(made.atransform(source())) as chunks:
            await chunks.__anext__()
        assert diary == ["closed"]
        diary.clear()


async def test_a_failing_source_of_a_transform_fails_it():
    async def source():
        yield "a"
        raise ValueError("no")

    def source_sync():
        yield "a"
        raise ValueError("no")

    def each(chunks):
        yield from chunks

    for made in (
        RunnablePassthrough(),
        RunnableGenerator(each),
        RunnablePassthrough() | each,
        RunnableParallel(a=each, b=RunnablePassthrough()),
        RunnableLambda(str.upper),
        RunnableLambda(str.upper) | each,
    ):
        async with nothing_left():
            with pytest.raises(ValueError, match="no"):
                await listed(made.atransform(source()))
        with pytest.raises(ValueError, match="no"):
            list(made.transform(source_sync()))


@every_config
@pytest.mark.parametrize(
    "kind", ["generator", "retry", "fallbacks", "fallbacks twice", "parallel", "assign", "sequence"]
)
async def test_a_stream_that_is_left_leaves_no_generator_to_the_collector(kind, config):
    """Although a user's generator function closes nothing of what it reads."""

    async def passing(chunks):
        async for chunk in chunks:
            yield chunk

    generator = RunnableGenerator(passing)
    made = {
        "generator": generator,
        "retry": generator.with_retry(),
        "fallbacks": generator.with_fallbacks([generator]),
        "fallbacks twice": generator.with_fallbacks([generator]).with_fallbacks([generator]),
        "parallel": RunnableParallel(a=generator, b=generator),
        "assign": generator.assign(a=generator),
        "sequence": generator | generator.with_retry() | {"a": generator.with_fallbacks([generator])},
    }[kind]
    for doors in ("astream", "atransform"):
        given = {"x": 1} if kind == "assign" else "abc"
        async with nothing_left():
            source = apieces(given)
            async with aclosing(source):
                chunks = getattr(made, doors)(given if doors == "astream" else source, config())
                async with aclosing(chunks):
                    await chunks.__anext__()


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("make", [RunnableParallel, RunnablePassthrough.assign], ids=["parallel", "assign"])
async def test_a_branch_that_ends_early_leaves_nothing_open(make, heard):
    async def source(input):
        for name in "abc":
            yield {name: 1}

    kept = []

    async def first(chunks):
        kept.append(chunks)  # so that it is not closed because nobody has it any more
        async for chunk in chunks:
            yield chunk
            return

    chain = RunnableLambda(source) | make(p=RunnableGenerator(first), q=RunnablePassthrough())
    config = {"callbacks": [AsyncRecorder()]} if heard else None
    async with nothing_left():
        assert whole(await listed(chain.astream(1, config)))["p"] == {"a": 1}
