"""Slots of max_concurrency under mishaps in random order: afterwards there are as many of them as before."""

import asyncio
import random
from contextlib import aclosing, closing, suppress

import pytest

from stepgraph.graph import START, StateGraph
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Meter, Rendezvous
from tests.pregel.states import Log, chain, fan

LIMIT = 3


class AsPlanned(Exception):
    pass


async def busy(state, writer):
    for _ in range(3):
        writer(1)
        await asyncio.sleep(0)


async def fails(state):
    await asyncio.sleep(0)
    raise AsPlanned


def sync_busy(state, writer):
    writer(1)


def sync_fails(state):
    raise AsPlanned


def graphs(leaf, failing):
    """Return graphs to run inside a node: fine or failing, flat or nested, with limits of their own or without."""
    flat, broken = fan(("a", leaf), ("b", leaf), ("c", leaf)), fan(("a", leaf), ("f", failing), ("b", leaf))
    found = [flat, broken, fan(("x", flat), ("y", flat)), fan(("x", flat), ("y", broken)), chain(("a", leaf))]
    return [*found, *(graph.with_config(max_concurrency=limit) for graph in found[2:4] for limit in (1, 2, 5))]


def async_mishaps(dice):
    inner = [*graphs(busy, fails), *graphs(sync_busy, sync_fails)]

    async def node(state):
        for _ in range(4):
            graph, how = dice.choice(inner), dice.randrange(6)
            with suppress(AsPlanned, asyncio.TimeoutError, asyncio.CancelledError):
                if how == 0:
                    await graph.ainvoke({"log": []})
                elif how == 1:
                    await asyncio.gather(*(graph.ainvoke({"log": []}) for _ in range(2)), return_exceptions=True)
                elif how == 2:
                    async with aclosing(graph.astream({"log": []}, stream_mode="custom")) as chunks:
                        for _ in range(dice.randrange(4)):
                            await anext(chunks, None)
                elif how == 3:
                    running = asyncio.create_task(graph.ainvoke({"log": []}))
                    await turns(dice.randrange(20))
                    running.cancel()
                    await asyncio.wait([running])
                    running.exception()
                elif how == 4:
                    await asyncio.wait_for(graph.ainvoke({"log": []}), 0.001 * dice.randrange(3))
                else:
                    chunks = graph.astream({"log": []}, stream_mode="updates")
                    await anext(chunks, None)
                    await chunks.aclose()

    return node


def sync_mishaps(dice):
    inner = graphs(sync_busy, sync_fails)

    def node(state):
        for _ in range(4):
            graph, how = dice.choice(inner), dice.randrange(3)
            with suppress(AsPlanned):
                if how == 0:
                    graph.invoke({"log": []})
                elif how == 1:
                    with closing(graph.stream({"log": []}, stream_mode="custom")) as chunks:
                        for _ in range(dice.randrange(4)):
                            next(chunks, None)
                else:
                    asyncio.run(graph.ainvoke({"log": []}))

    return node


@pytest.mark.parametrize("seed", range(20))
async def test_after_any_mishaps_there_are_as_many_slots_as_before(colour, seed):
    dice, meter, meeting = random.Random(seed), Meter(), Rendezvous(colour, LIMIT)
    mishaps = async_mishaps if colour.nodes_async else sync_mishaps

    async def last(state):
        with meter:
            await meeting.met()
            await colour.pause()

    graph = StateGraph(Log).add_node("between", lambda state: None)
    for number in range(4):
        graph.add_node(f"mishap{number}", mishaps(dice)).add_edge(START, f"mishap{number}")
    graph.add_edge([f"mishap{number}" for number in range(4)], "between")
    for number in range(2 * LIMIT):
        graph.add_node(f"last{number}", colour.node(last)).add_edge("between", f"last{number}")
    async with nothing_left(settle=20, collect=False):
        running = colour.invoke(graph.compile(), {"log": []}, {"max_concurrency": LIMIT})
        await asyncio.wait_for(running, 20)
    assert (meter.peak, meter.total) == (LIMIT, 2 * LIMIT)
