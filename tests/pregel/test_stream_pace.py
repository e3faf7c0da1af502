"""Streams of tangled graphs read at random paces through small buffers: the same chunks, whoever is slow."""

import asyncio
import random
from contextlib import aclosing

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.pregel import stream_message
from stepgraph.types import Send
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Log, chain, fan

MODES = ["values", "updates", "custom", "messages", "tasks"]


def talker(colour, name, naps):
    async def talks(state, writer):
        for number in range(3):
            writer((name, number))
            stream_message(AIMessageChunk(f"{name}{number}", id=f"{name}{number}"))
            for _ in range(naps.randrange(3)):
                await colour.pause()
        return {"log": [name]}

    return name, colour.node(talks)


def tangled(colour, dice):
    """Return a graph with parallel nodes, sub-graphs as nodes and called, sends and a message that a node returns."""
    flat = fan(*(talker(colour, name, dice) for name in "pq"), name="flat")
    deep = chain(talker(colour, "r", dice), ("flat", flat), talker(colour, "s", dice), name="deep")

    async def calls(state):
        await colour.inner_invoke(flat, {"log": []})
        return {"log": ["called"]}

    async def answers(state):
        return {"log": [AIMessage("answer", id="answer")]}

    graph = StateGraph(Log).add_node(*talker(colour, "each", dice)).add_node("deep", deep)
    graph.add_node("calls", colour.node(calls)).add_node("answers", colour.node(answers))
    graph.add_conditional_edges(
        START, lambda _: [Send("each", {}), Send("each", {}), "calls", "deep"], ["each", "calls", "deep"]
    )
    return graph.add_edge(["calls", "deep"], "answers").compile()


def plain(chunk):
    """Return what does not differ between runs."""
    namespace, mode, payload = chunk
    place = tuple(part.split(":")[0] for part in namespace)
    if mode == "messages":
        payload = (payload[0].content, payload[1]["langgraph_node"])
    if mode == "tasks":
        payload = (payload["name"], "input" in payload)
    return place, mode, repr(payload)


async def read(colour, graph, pace, **config):
    async with aclosing(colour.stream(graph, {"log": []}, config, stream_mode=MODES, subgraphs=True)) as chunks:
        found = []
        async for chunk in chunks:
            found.append(plain(chunk))
            for _ in range(pace.randrange(4)):
                await asyncio.sleep(0.0002 if colour.name == "threads" and pace.random() < 0.2 else 0)
        return found


@pytest.mark.parametrize("seed", range(8))
async def test_the_chunks_are_the_same_at_any_pace(colour, seed):
    dice = random.Random(seed)
    graph = tangled(colour, dice)
    expected = sorted(await asyncio.wait_for(read(colour, graph, random.Random(0)), 20))
    assert len(expected) > 90
    for _ in range(4):
        graph.stream_buffer = dice.choice([1, 2, 5])
        config = {"max_concurrency": dice.choice([1, 2, 3])} if dice.random() < 0.6 else {}
        async with nothing_left(collect=False):
            found = await asyncio.wait_for(read(colour, graph, dice, **config), 20)
        assert sorted(found) == expected
        for name in ("each", "r", "s", "p", "q"):
            said = [payload for _, mode, payload in found if mode == "custom" and f"'{name}'" in payload]
            assert len(said) % 3 == 0
            assert {payload[-2] for payload in said[-1:]} == {"2"}


@pytest.mark.parametrize("seed", range(8))
async def test_closing_at_any_time_at_any_pace_leaves_nothing(colour, seed):
    dice = random.Random(seed)
    graph = tangled(colour, dice)
    for _ in range(6):
        graph.stream_buffer = dice.choice([1, 2, 5])
        config = {"max_concurrency": dice.choice([1, 2, 3])} if dice.random() < 0.6 else {}
        kept = dice.randrange(120)
        async with (
            nothing_left(collect=False),
            aclosing(colour.stream(graph, {"log": []}, config, stream_mode=MODES, subgraphs=True)) as chunks,
        ):
            async for _ in chunks:
                await turns(dice.randrange(3))
                kept -= 1
                if kept < 0:
                    break
