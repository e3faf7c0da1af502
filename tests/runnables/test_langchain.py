"""Runnables of langchain-core before and after ours, where it is installed."""

import pytest

from stepgraph.runnables import Runnable, RunnableLambda
from tests.runnables.recording import Recorder

langchain = pytest.importorskip("langchain_core.runnables")


def plus_one(number):
    return number + 1


async def test_one_of_theirs_follows_one_of_ours():
    chain = RunnableLambda(plus_one) | langchain.RunnableLambda(str)
    recorder = Recorder()
    assert chain.invoke(1, {"callbacks": [recorder]}) == await chain.ainvoke(1) == "2"
    (root,) = recorder.heard.roots
    assert [run.name for run in recorder.heard.below(root)] == ["plus_one", "str"]


async def test_one_of_ours_follows_one_of_theirs_that_knows_it():
    langchain.Runnable.register(Runnable)
    chain = langchain.RunnableLambda(lambda number: number * 2) | RunnableLambda(plus_one) | str
    assert chain.invoke(3) == await chain.ainvoke(3) == "7"
    assert chain.batch([1, 2]) == ["3", "5"]
    assert [chunk async for chunk in chain.astream(1)] == ["3"]
    recorder = Recorder()
    chain.invoke(1, {"callbacks": [recorder]})
    (root,) = recorder.heard.roots
    assert len(recorder.heard.below(root)) == 3
