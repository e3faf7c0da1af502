"""A run that keeps checkpoints, cancelled wherever it can wait: nothing is left, and whoever comes back goes on.

What was shown is saved, however late the saves come: a cancelled run ends in good order, unlike one that is killed.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from tests.pregel.colours import turns
from tests.pregel.leftovers import nothing_left
from tests.reliability.colours import Hand
from tests.reliability.effort import THOROUGH, TIMEOUT
from tests.reliability.ledger import Notes, check
from tests.reliability.probe import Probe, ProbedSaver
from tests.reliability.workloads import CONFIG, WORKLOADS, history_of

pytestmark = pytest.mark.timeout(TIMEOUT)

MOST = 1000  # waits; more of them would be a run that does not end

Strike = Callable[[], object]

each_durability = pytest.mark.parametrize("durability", ["sync", "async", "exit"])


@types.coroutine
def struck(coroutine: Coroutine[Any, Any, Any], nth: int, strike: Strike) -> Generator[Any, Any, Any]:
    """Await `coroutine`, and call `strike` when it waits for the n-th time."""
    step, given = coroutine.send, None
    for number in itertools.count(1):
        try:
            waiting = step(given)
        except StopIteration as end:
            return end.value
        if number == nth:
            strike()
        try:
            step, given = coroutine.send, (yield waiting)
        except BaseException as error:
            step, given = coroutine.throw, error
    return None


class Case:
    """A workload in a durability.

    Args:
        saver: Where it keeps its thread.
    """

    def __init__(self, saver: BaseCheckpointSaver, workload: str, durability: str) -> None:
        self.notes = Notes()
        probe, hand = Probe(self.notes), Hand("async")
        self._workload = WORKLOADS[workload](ProbedSaver(saver, probe), probe, hand, durability, crashes=False)

    async def finish(self) -> Any:
        return (await self._workload.finish()).values

    async def history(self) -> list[Any]:
        return history_of([state async for state in self._workload.graph.aget_state_history(CONFIG)])


async def check_cancelled(
    open_saver: Callable[[], Any], workload: str, durability: str, begin: Callable[[Any, int], Any], at: int
) -> bool:
    """Cancel a run at one place and go on with its thread; return whether it ended before that."""
    saver = open_saver()
    undisturbed = Case(InMemorySaver(), workload, durability)
    values = await undisturbed.finish()
    case = Case(saver, workload, durability)
    async with nothing_left(collect=False):
        running = await begin(case.finish(), at)
        await asyncio.wait([running])
    ended = not running.cancelled()
    if ended:
        assert running.result() == values
    assert await case.finish() == values
    check(case.notes.entries)
    if durability != "exit":  # there, an early end is saved where it happens
        assert await case.history() == await undisturbed.history()
    return ended


async def at_the_nth_round(run: Any, at: int) -> asyncio.Task[Any]:
    running = asyncio.ensure_future(run)
    await turns(at)
    running.cancel()
    return running


async def at_the_nth_wait(run: Any, at: int) -> asyncio.Task[Any]:
    async def everything() -> Any:
        here: Any = asyncio.current_task()
        return await struck(run, at, here.cancel)

    return asyncio.ensure_future(everything())


async def over_and_over(run: Any, at: int) -> asyncio.Task[Any]:
    running = asyncio.ensure_future(run)
    await turns(at)
    while not running.done():
        running.cancel()
        await asyncio.sleep(0)
    return running


@each_durability
@pytest.mark.parametrize(
    ("workload", "begin"),
    [
        *((workload, at_the_nth_round) for workload in WORKLOADS),
        *((workload, over_and_over) for workload in (WORKLOADS if THOROUGH else ["parallel", "nested"])),
    ],
)
async def test_cancelled_in_each_round_of_the_loop(workload: str, durability: str, begin: Any):
    for at in range(MOST):
        if await check_cancelled(InMemorySaver, workload, durability, begin, at):
            assert at > 10
            return
    raise AssertionError("there is no end of rounds")


@pytest.fixture(params=[SqliteSaver, AsyncSqliteSaver])
def open_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens savers of empty files; closing one must leave no thread and no open file."""
    opened: list[Any] = []
    before = set(threading.enumerate())

    def close() -> None:
        while opened:
            opened.pop().close()
            assert not [name for name in _open_files() if name.startswith(str(tmp_path))]
            left = {thread.name for thread in set(threading.enumerate()) - before}
            assert not [name for name in left if not name.startswith(("asyncio_", "stepgraph-node"))], left

    def open_one() -> Any:
        close()
        for path in tmp_path.iterdir():
            path.unlink()
        opened.append(request.param(tmp_path / "saver.sqlite"))
        return opened[0]

    yield open_one
    close()


def _open_files() -> Iterator[str]:
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            yield os.readlink(descriptor)
        except FileNotFoundError:  # the one that this loop reads
            continue


@each_durability
@pytest.mark.parametrize("workload", list(WORKLOADS) if THOROUGH else ["parallel", "steps"])
async def test_cancelled_wherever_it_waits_for_a_file(open_file: Callable[[], Any], workload: str, durability: str):
    for at in range(1, MOST, 1 if THOROUGH else 4):
        if await check_cancelled(open_file, workload, durability, at_the_nth_wait, at):
            assert at > 5
            return
    raise AssertionError("there is no end of waits")
