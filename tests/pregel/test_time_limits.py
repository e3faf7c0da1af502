"""Time limits around runs, around nested runs, and inside nodes."""

import asyncio
import sys
from contextlib import aclosing

import pytest

from stepgraph.errors import NodeCancelledError
from tests.pregel.colours import in_each_mode
from tests.pregel.leftovers import Diary, nothing_left
from tests.pregel.states import chain, fan, forever, run


def timeout(seconds):
    """Return `asyncio.timeout`, or what stands in for it on Python 3.10."""
    return asyncio.timeout(seconds) if sys.version_info >= (3, 11) else _Timeout(seconds)


class _Timeout:
    """As the package async-timeout does it: cancels the task that entered."""

    def __init__(self, seconds):
        self._seconds, self._expired = seconds, False

    async def __aenter__(self):
        task = asyncio.current_task()

        def expire():
            self._expired = True
            task.cancel()

        self._handle = asyncio.get_running_loop().call_later(self._seconds, expire)

    async def __aexit__(self, kind, error, trace):
        self._handle.cancel()
        if self._expired and kind is asyncio.CancelledError:
            raise asyncio.TimeoutError from error


@in_each_mode
async def test_a_time_limit_around_a_run_ends_it_and_its_nodes(modes):
    diary = Diary()
    graph = fan(*((name, diary.node(name, forever)) for name in "ab"))
    async with nothing_left():
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.01):
                await run(graph, modes)
        assert diary.names("cancelled") == ["a", "b"]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(run(graph, modes), 0.01)
    diary.check()
    await asyncio.sleep(0)  # the test's own task is not cancelled any more


@in_each_mode
@pytest.mark.parametrize("how", ["timeout", "wait_for"])
async def test_a_time_limit_inside_a_node_ends_what_is_inside_of_it_only(modes, how):
    async def limited():
        if how == "wait_for":
            await asyncio.wait_for(forever(), 0.01)
        async with timeout(0.01):
            await forever()

    async def limits(state):
        with pytest.raises(asyncio.TimeoutError):
            await limited()
        await asyncio.sleep(0)
        return {"log": ["went on"]}

    async with nothing_left():
        chunks = await run(chain(("limits", limits), ("next", limits)), ["updates", modes])
    updates = [chunk for mode, chunk in chunks if mode == "updates"]
    assert updates == [{"limits": {"log": ["went on"]}}, {"next": {"log": ["went on"]}}]


@in_each_mode
async def test_a_time_limit_inside_a_node_that_is_not_handled_is_the_nodes_error(modes):
    async def limits(state):
        async with timeout(0.01):
            await forever()

    async with nothing_left():
        with pytest.raises(asyncio.TimeoutError) as caught:
            await run(chain(limits), modes)
    assert "node 'limits'" in " ".join(caught.value.__notes__)


@in_each_mode
async def test_the_outer_of_two_time_limits_is_not_taken_for_the_inner(modes):
    inner_ran_out = []

    async def limits(state):
        try:
            async with timeout(60):
                await forever()
        except asyncio.TimeoutError:
            inner_ran_out.append(True)
            raise

    async with nothing_left():
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.01):
                await run(chain(limits), modes)
    assert not inner_ran_out


@in_each_mode
async def test_a_time_limit_around_a_nested_run_ends_the_nested_run_only(modes):
    diary = Diary()
    inner = fan(*((name, diary.node(name, forever)) for name in "ab"))

    async def calls(state):
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.01):
                await run(inner, modes)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(inner.ainvoke({"log": []}), 0.01)
        diary.check()
        return {"log": ["went on"]}

    async with nothing_left():
        assert await chain(calls).ainvoke({"log": []}) == {"log": ["went on"]}
    assert diary.names("cancelled") == ["a", "a", "b", "b"]


@in_each_mode
async def test_a_node_that_raises_cancelled_error_after_a_time_limit_of_its_own_has_failed(modes):
    async def limits(state):
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.001):
                await forever()
        raise asyncio.CancelledError

    async with nothing_left():
        with pytest.raises(NodeCancelledError, match="node 'limits'"):
            await run(chain(limits), modes)


async def test_a_read_that_runs_out_of_time_ends_the_stream_and_its_nodes():
    diary = Diary()
    graph = chain(("waits", diary.node("waits", forever)))
    async with nothing_left(), aclosing(graph.astream({"log": []})) as chunks:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(chunks), 0.01)
        assert diary.names("cancelled") == ["waits"]
