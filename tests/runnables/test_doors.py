"""Doors: those who ask find that `ainvoke` is a coroutine function, and that streams are generator functions."""

import asyncio
import inspect
import sys
from unittest import mock

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RunnableGenerator, RunnableLambda


def graph_of(node):
    return StateGraph(dict).add_node("a", node).add_edge(START, "a").compile()


step = RunnableLambda(lambda x: x + 1)


def test_a_mock_of_ainvoke_can_be_awaited():
    with mock.patch.object(RunnableLambda, "ainvoke", return_value=7) as ainvoke:
        assert isinstance(ainvoke, mock.AsyncMock)
        assert asyncio.run(step.ainvoke(1)) == 7


@pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction':DeprecationWarning")
def test_ainvoke_is_a_coroutine_function():
    assert asyncio.iscoroutinefunction(step.ainvoke)
    assert asyncio.iscoroutinefunction((step | step).ainvoke)
    if sys.version_info >= (3, 12):
        assert inspect.iscoroutinefunction(step.ainvoke)


def test_doors_of_streams_make_runnables_that_stream():
    assert list(RunnableGenerator(step.transform, step.atransform).stream(1)) == [2]
    assert list((step | step.transform).stream(1)) == [3]
    assert list((step | step.bind().transform).stream(1)) == [3]


async def test_async_ones_too():
    assert [chunk async for chunk in RunnableLambda(step.astream).astream(1)] == [2]
    assert [chunk async for chunk in (step | step.atransform).astream(1)] == [3]
    graph = graph_of(lambda state: {"x": 2})
    assert [chunk async for chunk in RunnableLambda(graph.astream).astream({"x": 1})] == [{"a": {"x": 2}}]


async def test_a_door_is_a_node():
    graph = graph_of(RunnableLambda(lambda state: {"x": 2}).ainvoke)
    assert await graph.ainvoke({"x": 1}) == {"x": 2}
