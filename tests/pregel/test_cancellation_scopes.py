"""Cancellation that somebody asked for in part of a program: readers, nodes, and what nodes await."""

import asyncio
import sys

import pytest

from stepgraph.errors import NodeCancelledError
from tests.pregel.colours import in_each_mode, turns
from tests.pregel.leftovers import Diary, nothing_left
from tests.pregel.states import chain, fan, forever, run


@in_each_mode
async def test_a_node_that_ends_late_is_waited_for_however_often_the_reader_is_cancelled(modes):
    clean, cleaned = asyncio.Event(), []

    async def ends_late(state):
        try:
            await forever()
        finally:
            await clean.wait()
            cleaned.append(True)

    async with nothing_left():
        running = asyncio.create_task(run(fan(("one", ends_late), ("two", ends_late)), modes))
        await turns(5)
        for _ in range(5):
            running.cancel()
            await turns(3)
            assert not running.done()
        clean.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert cleaned == [True, True]


async def test_closing_waits_for_a_node_that_ends_late():
    clean, cleaned = asyncio.Event(), []

    async def ends_late(state, writer):
        try:
            writer("begun")
            await forever()
        finally:
            await clean.wait()
            cleaned.append(True)

    async with nothing_left():
        chunks = chain(ends_late).astream({"log": []}, stream_mode="custom")
        await anext(chunks)
        closing = asyncio.create_task(chunks.aclose())
        await turns(5)
        assert not closing.done()
        clean.set()
        await closing
        assert cleaned == [True]


async def test_a_node_that_swallows_its_cancellation_does_not_keep_the_run_alive():
    """Where a node has a task of its own. One that runs in the reader's task is like any coroutine awaited there."""
    later = []

    async def swallows(state):
        try:
            await forever()
        except asyncio.CancelledError:
            return {"log": ["swallowed"]}

    async def follows(state):
        later.append(True)

    async with nothing_left():
        running = asyncio.create_task(run(chain(swallows, follows), "custom"))
        await turns(5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert not later


@in_each_mode
async def test_a_node_that_answers_its_cancellation_with_an_error(modes):
    """From Python 3.11 on, one that runs in the reader's task is like any coroutine awaited there."""

    async def fails(state):
        try:
            await forever()
        except asyncio.CancelledError:
            raise ValueError("instead") from None

    async with nothing_left():
        running = asyncio.create_task(run(chain(fails), modes))
        await turns(5)
        running.cancel()
        in_the_readers_task = modes == "values" and sys.version_info >= (3, 11)
        with pytest.raises(ValueError if in_the_readers_task else asyncio.CancelledError):
            await running


@in_each_mode
async def test_a_node_that_raises_cancelled_error_itself_has_failed(modes):
    async def raises(state):
        raise asyncio.CancelledError

    async with nothing_left():
        with pytest.raises(NodeCancelledError, match="node 'raises'"):
            await run(chain(raises), modes)


@in_each_mode
async def test_a_node_that_awaits_what_others_cancel_has_failed(modes):
    async def awaits(state):
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        await future

    async with nothing_left():
        with pytest.raises(NodeCancelledError, match="node 'awaits'"):
            await run(chain(awaits), modes)


@in_each_mode
async def test_a_node_that_awaits_a_task_that_was_cancelled_has_failed(modes):
    async def awaits(state):
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        task.cancel()
        await task

    async with nothing_left():
        with pytest.raises(NodeCancelledError, match="node 'awaits'"):
            await run(chain(awaits), modes)


@in_each_mode
async def test_a_nested_run_that_somebody_cancels_is_an_error_of_its_node(modes):
    inner = chain(("deep", forever))

    async def calls(state):
        nested = asyncio.create_task(inner.ainvoke({"log": []}))
        await turns(3)
        nested.cancel()
        await nested

    async with nothing_left():
        with pytest.raises(NodeCancelledError, match="node 'calls'"):
            await run(chain(calls), modes)


@in_each_mode
async def test_a_node_may_shield_what_must_not_be_cancelled(modes):
    done, go = [], asyncio.Event()

    async def precious():
        await go.wait()
        done.append(True)

    async def shields(state):
        await asyncio.shield(asyncio.ensure_future(precious()))

    running = asyncio.create_task(run(chain(shields), modes))
    await turns(5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    go.set()
    await turns(3)
    assert done == [True]


@in_each_mode
async def test_tasks_that_a_node_gathers_are_cancelled_with_it(modes):
    diary = Diary()

    async def gathers(state):
        await asyncio.gather(*(diary.node(name, forever)(state) for name in "abc"))

    async with nothing_left():
        running = asyncio.create_task(run(chain(gathers), modes))
        await turns(5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert diary.names("cancelled") == ["a", "b", "c"]


@in_each_mode
async def test_the_message_of_a_cancellation_reaches_the_caller(modes):
    running = asyncio.create_task(run(chain(("waits", forever)), modes))
    await turns(5)
    running.cancel("because")
    with pytest.raises(asyncio.CancelledError) as caught:
        await running
    assert "because" in str(caught.value) or sys.version_info < (3, 11)


async def test_the_cancellation_count_of_the_caller_is_as_if_it_had_awaited_something_else():
    async def caller():
        try:
            await chain(("waits", forever)).ainvoke({"log": []})
        except asyncio.CancelledError:
            task = asyncio.current_task()
            counts.append(task.cancelling() if sys.version_info >= (3, 11) else 1)

    counts = []
    running = asyncio.create_task(caller())
    await turns(5)
    running.cancel()
    await running
    assert counts == [1]


@in_each_mode
async def test_a_task_that_was_cancelled_before_it_runs_a_graph_is_cancelled(modes):
    async def caller():
        asyncio.current_task().cancel()
        await run(chain(("waits", forever)), modes)

    async with nothing_left():
        running = asyncio.create_task(caller())
        with pytest.raises(asyncio.CancelledError):
            await running


@in_each_mode
@pytest.mark.parametrize("how", ["gather", "group"])
async def test_a_node_whose_own_tasks_fail_may_go_on(modes, how):
    """On Python 3.11 and 3.12 a `TaskGroup` whose task fails leaves a cancellation counted that nobody asked for."""

    async def fails():
        await asyncio.sleep(0)
        raise ValueError("as planned")

    async def together():
        if how == "gather" or sys.version_info < (3, 11):
            await asyncio.gather(fails(), asyncio.sleep(0))
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                group.create_task(forever())

    async def node(state):
        try:
            await together()
        except BaseException as error:
            kinds.append(type(error).__name__)
        await asyncio.sleep(0)
        return {"log": ["went on"]}

    kinds = []
    async with nothing_left():
        chunks = await run(chain(("one", node), ("two", node)), ["updates", modes])
    assert [chunk for mode, chunk in chunks if mode == "updates"] == [
        {"one": {"log": ["went on"]}},
        {"two": {"log": ["went on"]}},
    ]
    assert "CancelledError" not in kinds


async def test_closing_a_stream_from_inside_its_loop_ends_it():
    async with nothing_left():
        chunks = fan(("a", forever), ("b", chain(("c", forever)))).astream({"log": []}, stream_mode="tasks")
        async for _ in chunks:
            await chunks.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(chunks)


async def test_cancelling_a_gather_of_runs_cancels_all_of_them():
    diary = Diary()
    graph = fan(*((name, diary.node(name, forever)) for name in "ab"))
    async with nothing_left():
        running = asyncio.gather(*(graph.ainvoke({"log": []}) for _ in range(10)))
        await turns(5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await turns(5)
    assert diary.names("cancelled") == ["a"] * 10 + ["b"] * 10


def test_a_loop_that_shuts_down_ends_a_run_that_nobody_awaits():
    diary = Diary()
    graph = fan(*((name, diary.node(name, forever)) for name in "ab"))

    async def main():
        main.background = asyncio.create_task(graph.ainvoke({"log": []}))
        await turns(5)

    asyncio.run(main())
    diary.check()
    assert main.background.cancelled()
