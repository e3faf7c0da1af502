"""Failure in sync calls: a thread cannot be stopped, but no error waits for one, and none is swallowed."""

import asyncio
import threading

import pytest

from stepgraph.runnables import RunnableBranch, RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.pregel.colours import PATIENCE
from tests.runnables.doors import ASYNC, SYNC
from tests.runnables.failing import Unstoppable
from tests.runnables.recording import Recorder

# Sync failure.


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration])
@pytest.mark.parametrize("door", SYNC)
def test_a_sync_error_leaves_at_once_and_drops_what_has_not_begun(door, error, pool_of):
    """A thread cannot be stopped, but nobody waits for it."""
    pool_of(2)
    let_go, begun = threading.Event(), []

    def fails(input):
        raise error("no")

    def waits(input):
        begun.append(input)
        let_go.wait(PATIENCE)

    made = RunnableParallel(a=fails, b=waits, c=waits, d=waits, e=waits)
    try:
        # What a generator raises as StopIteration is RuntimeError, by Python's own rule.
        with pytest.raises((error, RuntimeError)):
            SYNC[door](made, ["x"], None)
        assert len(begun) <= 2
    finally:
        let_go.set()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, Unstoppable])
@pytest.mark.parametrize("door", SYNC)
@pytest.mark.parametrize("heard", [False, True])
def test_no_combinator_swallows_what_is_no_exception(door, error, heard):
    def fails(input):
        raise error("no")

    def yields(chunks):
        list(chunks)
        raise error("no")
        yield

    works = RunnablePassthrough()
    made = [
        RunnableLambda(fails) | works,
        works | yields,
        RunnableParallel(a=fails, b=works),
        RunnableBranch((fails, works), works),
        RunnableLambda(lambda x: {"x": x}).assign(a=fails),
        RunnableLambda(fails).with_config(tags=["t"]),
    ]
    if not issubclass(error, Exception):
        made += [
            RunnableLambda(fails).with_retry(wait_exponential_jitter=False),
            RunnableLambda(fails).with_fallbacks([works]),
        ]
    for each in made:
        recorder = Recorder()
        with pytest.raises(error):
            SYNC[door](each, ["x", "y"], {"callbacks": [recorder]} if heard else None)
        if heard and "batch" not in door:
            recorder.heard.check()
            assert all(type(run.error) is error for run in recorder.heard.roots)


@pytest.mark.parametrize("door", ["ainvoke", "astream", "abatch"])
async def test_a_sync_function_that_cannot_be_stopped_holds_back_no_error(door):
    let_go, begun = threading.Event(), threading.Event()

    def waits(input):
        begun.set()
        let_go.wait(PATIENCE)

    async def fails(input):
        await asyncio.to_thread(begun.wait, PATIENCE)
        raise ValueError("no")

    try:
        with pytest.raises(ValueError, match="no"):
            await ASYNC[door](RunnableParallel(a=waits, b=fails), ["x"], None)
        assert not let_go.is_set()
    finally:
        let_go.set()
