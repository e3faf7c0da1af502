"""Guard: reports, where users ask for it, what blocks an event loop."""

import asyncio
import logging
import threading
import time
import warnings

import pytest

from stepgraph.errors import BlockedLoopWarning, SyncEntryError, SyncEntryWarning
from stepgraph.execution.guard import GUARD, Guard, set_loop_guard
from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RunnableLambda
from tests.pregel.colours import PATIENCE
from tests.pregel.states import Log


class Named:
    def get_name(self):
        return "named"


@pytest.fixture
def loop_guard():
    yield set_loop_guard
    set_loop_guard("off")


class Reports(logging.Handler):
    """Keeps what is logged, and says so to other threads."""

    def __init__(self):
        super().__init__()
        self.texts, self.come = [], threading.Event()

    def emit(self, record):
        self.texts.append(record.getMessage())
        self.come.set()


@pytest.fixture
def reports():
    handler, logger = Reports(), logging.getLogger("stepgraph.guard")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def block_until(event):
    deadline = time.monotonic() + PATIENCE
    while not event.is_set() and time.monotonic() < deadline:
        time.sleep(0.001)


def test_it_is_off_by_default():
    assert not Guard().on
    assert not GUARD.on


@pytest.mark.parametrize(("mode", "after"), [("on", 0.1), (True, 0.1), ("warn", 0), ("warn", -1)])
def test_settings_that_make_no_sense(mode, after):
    with pytest.raises(ValueError, match=r"'off', 'warn' or 'raise'|above 0"):
        set_loop_guard(mode, blocked_after=after)
    assert not GUARD.on


async def test_a_sync_door_on_a_loop():
    guard = Guard()
    guard.set("warn", 60)
    with pytest.warns(
        SyncEntryWarning, match=r"invoke\(\) of 'named' was called on a running event loop.*await ….ainvoke"
    ):
        guard.sync_entry(Named(), "invoke")
    with pytest.warns(SyncEntryWarning, match=r"async for … in ….astream"):
        guard.sync_entry(Named(), "stream")
    guard.set("raise", 60)
    with pytest.raises(SyncEntryError, match="'named'"):
        guard.sync_entry(Named(), "batch")


def test_a_sync_door_where_no_loop_runs():
    guard = Guard()
    guard.set("raise", 60)
    guard.sync_entry(Named(), "invoke")


def guards():
    return {thread for thread in threading.enumerate() if thread.name == "stepgraph-guard"}


def test_a_loop_is_watched_once_and_forgotten_when_it_is_closed(loop_guard):
    loop_guard("warn", blocked_after=0.01)

    async def main():
        before = guards()
        for _ in range(3):
            GUARD.watch_loop()
        return guards() - before

    (thread,) = asyncio.run(main())
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert all(not loop.is_closed() for loop in GUARD._watched)


@pytest.mark.parametrize("after", [0.01, 600])
def test_switching_it_off_ends_its_threads(loop_guard, after):
    loop_guard("warn", blocked_after=after)

    async def main():
        before = guards()
        GUARD.watch_loop()
        (thread,) = guards() - before
        loop_guard("off")
        await asyncio.to_thread(thread.join, PATIENCE)
        return thread.is_alive()

    assert asyncio.run(main()) is False


def test_a_new_setting_holds_for_loops_that_are_watched_already(loop_guard, reports):
    loop_guard("warn", blocked_after=600)

    async def main():
        GUARD.watch_loop()
        loop_guard("warn", blocked_after=0.02)
        await asyncio.sleep(0)
        GUARD.watch_loop()
        block_until(reports.come)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BlockedLoopWarning)
        asyncio.run(main())
    assert len(reports.texts) == 1


@pytest.mark.parametrize("what", ["runnable", "node", "nobody's"])
def test_a_loop_that_stands_still_is_reported_with_whose_code_it_is(what, loop_guard, reports):
    loop_guard("warn", blocked_after=0.02)

    async def blocks(_):
        block_until(reports.come)

    async def main():
        await RunnableLambda(_nothing).ainvoke("x")
        await asyncio.sleep(0)
        if what == "runnable":
            await RunnableLambda(blocks).ainvoke("x")
        elif what == "node":
            await StateGraph(Log).add_node("blocker", blocks).add_edge(START, "blocker").compile().ainvoke({"log": []})
        else:
            await blocks("x")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BlockedLoopWarning)
        asyncio.run(main())
    (report,) = reports.texts
    assert "the event loop has stood still for" in report
    assert {"runnable": "in 'blocks'", "node": "node 'blocker'", "nobody's": "no node and no runnable"}[what] in report
    assert "in block_until" in report  # the stack


async def _nothing(_):
    return None


def test_a_blocked_loop_is_reported_once_each_time(loop_guard, reports):
    loop_guard("warn", blocked_after=0.02)

    async def main():
        GUARD.watch_loop()
        for count in (1, 2):
            await asyncio.sleep(0.05)  # a sign of life
            reports.come.clear()
            block_until(reports.come)
            assert len(reports.texts) == count

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BlockedLoopWarning)
        asyncio.run(main())


def test_a_warning_made_an_error_by_a_filter_ends_no_thread(loop_guard, reports):
    loop_guard("warn", blocked_after=0.02)

    async def main():
        GUARD.watch_loop()
        block_until(reports.come)
        await asyncio.sleep(0.05)
        reports.come.clear()
        block_until(reports.come)

    asyncio.run(main())
    assert len(reports.texts) == 2
