import asyncio

import pytest

from stepgraph.execution import pool_size, set_pool_size
from stepgraph.execution.guard import set_loop_guard


@pytest.fixture
def pool_of():
    """Sets how many threads there are, until the test is over."""
    before = pool_size()
    yield set_pool_size
    set_pool_size(before)


@pytest.fixture
def loop_guard():
    """Sets what the guard of event loops looks for, until the test is over."""
    yield set_loop_guard
    set_loop_guard("off")


@pytest.fixture
def most_at_once():
    """Work that returns its input, and what says how much of it was done at once since the last time somebody asked."""
    now = highest = 0

    async def work(input):
        nonlocal now, highest
        now += 1
        highest = max(highest, now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now -= 1
        return input

    def most():
        nonlocal highest
        found, highest = highest, 0
        return found

    return work, most
