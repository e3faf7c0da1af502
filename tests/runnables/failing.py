"""Steps that fail or wait, and the configs under which they are tried."""

import asyncio

import pytest

from stepgraph.runnables import RunnableParallel
from tests.pregel.colours import PATIENCE, turns
from tests.runnables.recording import AsyncRecorder


class Unstoppable(BaseException):
    """What is no Exception, and nothing that asyncio deals with itself."""


async def wait_long(input):
    await asyncio.sleep(PATIENCE)


async def fail_soon(input):
    await turns(3)
    raise ValueError("no")


async def fail_at_once(input):
    raise ValueError("no")


async def fail_beyond(input):
    await turns(3)
    raise Unstoppable("no")


def parallel(diary, failing=fail_soon):
    """Return steps side by side: two that wait, and one that fails."""
    return RunnableParallel(a=diary.step("a", wait_long), b=diary.step("b", failing), c=diary.step("c", wait_long))


CONFIGS = {
    "plain": lambda: None,
    "config": lambda: {"tags": ["t"]},
    "limited": lambda: {"max_concurrency": 10},
    "heard": lambda: {"callbacks": [AsyncRecorder()]},
}
every_config = pytest.mark.parametrize("config", [pytest.param(make, id=name) for name, make in CONFIGS.items()])


async def until(condition):
    """Let the loop go round until something holds."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise TimeoutError
