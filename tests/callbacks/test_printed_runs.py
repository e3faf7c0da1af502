"""Runs that the settings of the process print, whoever calls them and however."""

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest

from stepgraph.callbacks import ConsoleCallbackHandler
from stepgraph.globals import set_debug, set_verbose
from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, run

inner = RunnableLambda(lambda x: x + 1, name="inner")
outer = RunnableLambda(lambda x: inner.invoke(x), name="outer")

STARTS_AND_ENDS = [
    'start  chain:outer  {"input": 1}',
    'start  chain:outer > chain:inner  {"input": 1}',
    'end    chain:outer > chain:inner  …  {"output": 2}',
    'end    chain:outer  …  {"output": 2}',
]


class State(TypedDict):
    x: int


@pytest.fixture(autouse=True)
def unset() -> Iterator[None]:
    yield
    set_debug(False)
    set_verbose(False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [re.sub(r"\d+\.\d m?s", "…", line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("door", COLOURS)
async def test_debug_prints_all_runs_until_it_is_unset(door: str, capsys: pytest.CaptureFixture[str]):
    set_debug(True)
    assert await run(outer, door, 1) == 2
    assert lines(capsys) == STARTS_AND_ENDS
    set_debug(False)
    assert await run(outer, door, 1) == 2
    assert lines(capsys) == []


@pytest.mark.parametrize("door", COLOURS)
async def test_verbose_prints_their_names(door: str, capsys: pytest.CaptureFixture[str]):
    set_verbose(True)
    await run(outer, door, 1)
    assert lines(capsys) == ["> outer starts", "> inner starts", "< inner has ended", "< outer has ended"]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_of_ones_own_that_prints_is_enough(door: str, capsys: pytest.CaptureFixture[str]):
    set_debug(True)
    await run(outer, door, 1, {"callbacks": [ConsoleCallbackHandler()]})
    assert lines(capsys) == STARTS_AND_ENDS


def test_other_threads_are_printed_as_well(capsys: pytest.CaptureFixture[str]):
    set_debug(True)
    thread = threading.Thread(target=outer.invoke, args=(1,))
    thread.start()
    thread.join()
    assert lines(capsys) == STARTS_AND_ENDS


async def test_streams_and_batches_are(capsys: pytest.CaptureFixture[str]):
    set_debug(True)
    assert list(inner.stream(1)) == [2]
    assert [chunk async for chunk in inner.astream(1)] == [2]
    assert inner.batch([1]) == await inner.abatch([1]) == [2]
    once = ['start  chain:inner  {"input": 1}', 'end    chain:inner  …  {"output": 2}']
    assert lines(capsys) == once * 4


@pytest.mark.parametrize("door", COLOURS)
async def test_graphs_are(door: str, capsys: pytest.CaptureFixture[str]):
    def node(state: State) -> State:
        return {"x": inner.invoke(state["x"])}

    builder: Any = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    graph = builder.compile(name="graph")
    set_debug(True)
    assert await run(graph, door, {"x": 1}) == {"x": 2}
    assert lines(capsys) == [
        'start  chain:graph  {"x": 1}',
        'start  chain:graph > chain:node  {"x": 1}',
        'start  chain:graph > chain:node > chain:inner  {"input": 1}',
        'end    chain:graph > chain:node > chain:inner  …  {"output": 2}',
        'end    chain:graph > chain:node  …  {"x": 2}',
        'end    chain:graph  …  {"x": 2}',
    ]


async def test_runs_side_by_side_are_told_apart(capsys: pytest.CaptureFixture[str]):
    set_debug(True)
    assert await asyncio.gather(*(outer.ainvoke(1) for _ in range(5))) == [2] * 5
    assert sorted(lines(capsys)) == sorted(STARTS_AND_ENDS * 5)
