"""Faults of `max_concurrency` and of the pool: slots that were not lent, threads that were not there."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from stepgraph.execution import pool_size, set_pool_size
from stepgraph.runnables import RunnableLambda, RunnableParallel, RunnablePick
from tests.regressions.runnables.parts import Heard, one_node

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def one_thread() -> Any:
    before = pool_size()
    set_pool_size(1)
    yield
    set_pool_size(before)


async def test_a_heard_stream_lends_the_slot_of_its_branch():
    low = RunnableLambda(str.lower)

    async def twice(text: str) -> Any:
        return await low.abatch([text, text])

    made = RunnableParallel(a=RunnableLambda(twice))
    config = {"max_concurrency": 1, "callbacks": [Heard()]}
    assert [chunk async for chunk in made.astream("X", config)] == [{"a": ["x", "x"]}]


@pytest.mark.parametrize("kind", ["parallel", "graph"])
async def test_sync_code_on_a_loop_goes_on_in_its_slot(kind: str):
    parallel = RunnableParallel(a=RunnableLambda(str.upper), b=RunnableLambda(str.lower))
    graph = one_node(lambda state: {"x": 1})

    async def runs(text: str) -> Any:
        await asyncio.sleep(0)
        return list(parallel.stream(text)) if kind == "parallel" else graph.invoke({"x": 0})

    expected = [{"a": "X"}, {"b": "x"}] if kind == "parallel" else {"x": 1}
    assert await RunnableLambda(runs).abatch(["x", "x"], {"max_concurrency": 1}) == [expected, expected]


def test_a_loop_over_what_is_completed_may_run_more():
    inner, other = RunnableLambda(lambda x: x), RunnableLambda(str.lower)

    def more(_: Any) -> Any:
        return sorted(other.batch([result])[0] for _, result in inner.batch_as_completed(["A", "B", "C"]))

    assert RunnableLambda(more).batch(["x"], {"max_concurrency": 1}) == [["a", "b", "c"]]


def test_parallels_in_a_row_need_one_thread(one_thread: Any):
    made = RunnableParallel(a=str.upper, b=str.lower) | RunnableParallel(c=RunnablePick("a"), d=RunnablePick("b"))
    assert sorted(map(str, made.stream("x"))) == ["{'c': 'X'}", "{'d': 'x'}"]


@pytest.mark.parametrize("kind", ["batch", "parallel"])
async def test_a_limit_inside_a_limit_is_what_it_says(kind: str):
    now = most = 0

    async def work(_: Any) -> None:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.01)
        now -= 1

    inner, parallel = RunnableLambda(work), RunnableParallel(a=work, b=work, c=work)

    async def runs(_: Any) -> Any:
        limit: Any = {"max_concurrency": 1}
        return await (inner.abatch([1, 2, 3], limit) if kind == "batch" else parallel.ainvoke(1, limit))

    await RunnableLambda(runs).abatch([1], {"max_concurrency": 2})
    assert most == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # of Python 3.12 and later: that there are threads is the point
def test_a_child_of_the_process_has_threads_of_its_own():
    runnable = RunnableLambda(str.upper)
    runnable.batch(["a", "b"])
    child = os.fork()
    if child == 0:
        os._exit(0 if runnable.batch(["a", "b"]) == ["A", "B"] else 1)
    assert os.waitpid(child, 0)[1] == 0
