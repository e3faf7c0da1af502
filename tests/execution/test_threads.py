"""Calling sync functions from async code."""

import asyncio
import contextvars
import threading

import pytest

from stepgraph.execution.threads import in_thread
from tests.pregel.colours import PATIENCE, turns


async def test_it_calls_in_one_of_the_engine_s_threads():
    def call(first, *, second):
        return threading.current_thread().name, first, second

    name, *arguments = await in_thread(call, 1, second=2)
    assert name.startswith("stepgraph-")
    assert arguments == [1, 2]


async def test_arguments_may_have_any_name():
    assert await in_thread(dict, function=1, call=2, self=3) == {"function": 1, "call": 2, "self": 3}


async def test_it_calls_in_a_copy_of_the_context():
    variable = contextvars.ContextVar("variable")
    variable.set("caller")

    def call():
        found = variable.get()
        variable.set("thread")
        return found

    assert await in_thread(call) == "caller"
    assert variable.get() == "caller"


class Unstoppable(BaseException):
    """What is no Exception."""


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, Unstoppable, asyncio.CancelledError])
async def test_errors_of_every_kind_come_out(error):
    def fails():
        raise error("no")

    with pytest.raises(error):
        await in_thread(fails)


async def test_the_end_of_an_iterator_comes_out_as_a_runtime_error():
    with pytest.raises(RuntimeError, match="raised StopIteration") as failed:
        await in_thread(next, iter(()))
    assert isinstance(failed.value.__cause__, StopIteration)


async def test_whoever_is_cancelled_does_not_wait():
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def call():
        begun.set()
        let_go.wait(PATIENCE)
        ended.set()

    task = asyncio.ensure_future(in_thread(call))
    await asyncio.to_thread(begun.wait, PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not ended.is_set()
    let_go.set()
    assert ended.wait(PATIENCE)
    await turns(5)


async def test_results_may_be_anything():
    assert isinstance(await in_thread(lambda: ValueError("a result")), ValueError)
    assert await in_thread(lambda: None) is None
