"""Graphs whose leaves meet, to see how many of them run at once.

Every leaf waits until as many leaves as may run are there, so a bound that is too low shows as well as one that is
too high.
"""

import asyncio

import pytest

from tests.pregel.colours import PATIENCE
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Rendezvous
from tests.pregel.states import fan

at_each_limit = pytest.mark.parametrize("limit", [1, 2, 3])


def leaf_of(colour, meter, limit):
    meeting = Rendezvous(colour, limit)

    async def leaf(state):
        with meter:
            await meeting.met()
            await colour.pause()
        return {"log": [1]}

    return colour.node(leaf)


def leaves_of(count, leaf):
    return fan(*((f"leaf{number}", leaf) for number in range(count)))


async def measured(colour, graph, meter, limit, leaves, **config):
    """Run a graph and check that all leaves ran, at most and at some time exactly `limit` of them at once."""
    async with nothing_left():
        running = colour.invoke(graph, {"log": []}, {"max_concurrency": limit, **config})
        await asyncio.wait_for(running, PATIENCE)
    assert meter.total == leaves
    assert meter.peak == limit
