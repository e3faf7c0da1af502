"""Branches: coroutines side by side, none of which outlasts whoever started them."""

import asyncio
from contextlib import aclosing

import pytest

from stepgraph.errors import GraphInterrupt
from stepgraph.execution.branches import as_completed, gather
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Slot
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.pregel.meters import Meter


class Waits:
    """A branch that waits until it is told to go on, and notes what became of it."""

    def __init__(self, result=None, error=None, cleanup=0):
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.fate = None
        self.slot = "none was given"
        self._result, self._error, self._cleanup = result, error, cleanup

    async def __call__(self, slot):
        self.slot = slot
        self.begun.set()
        try:
            await asyncio.wait_for(self.go_on.wait(), PATIENCE)
            self.fate = "done"
        except asyncio.CancelledError:
            await turns(self._cleanup)
            self.fate = "cancelled"
            raise
        if self._error is not None:
            raise self._error
        return self._result


async def test_results_stand_in_the_order_of_the_branches():
    branches = [Waits(number) for number in range(4)]
    running = asyncio.ensure_future(gather(branches))
    for branch in reversed(branches):
        await branch.begun.wait()
        branch.go_on.set()
        await turns(2)
    assert await running == [0, 1, 2, 3]
    assert [branch.slot for branch in branches] == [None] * 4


async def test_no_branches_no_results():
    assert await gather([]) == []
    assert await gather([], Limiter(1)) == []
    assert [pair async for pair in as_completed([])] == []


@pytest.mark.parametrize("limit", [None, 5])
async def test_the_first_that_fails_ends_the_others_and_is_raised_when_they_are_over(limit):
    first, fails, last = Waits(cleanup=5), Waits(error=ValueError("no")), Waits(cleanup=9)
    async with nothing_left():
        running = asyncio.ensure_future(gather([first, fails, last], limit and Limiter(limit)))
        await last.begun.wait()
        fails.go_on.set()
        with pytest.raises(ValueError, match="no"):
            await running
        assert (first.fate, fails.fate, last.fate) == ("cancelled", "done", "cancelled")


async def test_an_error_in_the_cleanup_of_the_others_does_not_hide_the_first():
    async def bad_cleanup(_):
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            raise TypeError("cleanup")

    fails = Waits(error=ValueError("no"))
    fails.go_on.set()
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await gather([bad_cleanup, fails, bad_cleanup])


async def test_a_branch_that_fails_before_it_waits_keeps_later_ones_from_starting_or_cancels_them():
    async def fails(_):
        raise ValueError("no")

    other = Waits()
    async with nothing_left():
        with pytest.raises(ValueError, match="no"):
            await gather([fails, other])
    assert other.fate in (None, "cancelled")


async def test_a_branch_that_cancels_itself_cancels_the_whole():
    async def gives_up(_):
        raise asyncio.CancelledError

    async with nothing_left():
        with pytest.raises(asyncio.CancelledError):
            await gather([gives_up, _at_once])


async def _at_once(_):
    return "done"


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_is_cancelled_waits_for_the_branches(times):
    branches = [Waits(cleanup=20), Waits(cleanup=20)]
    async with nothing_left():
        running = asyncio.ensure_future(gather(branches))
        await branches[1].begun.wait()
        for _ in range(times):
            running.cancel()
            await turns(2)
        assert not running.done()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [branch.fate for branch in branches] == ["cancelled"] * 2


async def test_as_completed_yields_in_the_order_of_ending():
    branches = [Waits(number) for number in range(3)]
    pairs = as_completed(branches)
    branches[2].go_on.set()
    assert await pairs.__anext__() == (2, 2)
    branches[0].go_on.set()
    assert await pairs.__anext__() == (0, 0)
    branches[1].go_on.set()
    assert await pairs.__anext__() == (1, 1)
    with pytest.raises(StopAsyncIteration):
        await pairs.__anext__()


async def test_leaving_as_completed_early_cancels_and_waits():
    branches = [Waits(), Waits(cleanup=9), Waits(cleanup=9)]
    branches[0].go_on.set()
    async with nothing_left(), aclosing(as_completed(branches, Limiter(3))) as pairs:
        await pairs.__anext__()
    assert [branch.fate for branch in branches] == ["done", "cancelled", "cancelled"]


async def test_a_limiter_bounds_the_branches_and_each_has_a_slot():
    meter, slots = Meter(), []

    async def branch(slot):
        slots.append(slot)
        with meter:
            await turns(3)

    await gather([branch] * 7, Limiter(3))
    assert meter.peak == 3
    assert all(isinstance(slot, Slot) and not slot.has_slot for slot in slots)
    assert len({id(slot) for slot in slots}) == 7


async def test_who_waits_for_branches_gives_its_own_slot_back_meanwhile():
    limiter, meter = Limiter(1), Meter()

    async def leaf(slot):
        with meter:
            await turns(2)

    async def nests(slot):
        await gather([leaf, leaf], limiter, slot)
        assert slot.has_slot
        with meter:  # it has its slot again
            await turns(2)

    await asyncio.wait_for(gather([nests] * 3, limiter), PATIENCE)
    assert (meter.total, meter.peak) == (9, 1)
    assert limiter.acquire(lambda: None)


async def test_slots_of_branches_that_never_ran_are_free_again():
    limiter = Limiter(1)
    holds, waits = Waits(), Waits()
    async with nothing_left():
        running = asyncio.ensure_future(gather([holds, waits], limiter))
        await holds.begun.wait()
        assert not waits.begun.is_set()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert limiter.acquire(lambda: None)
    assert not limiter.acquire(lambda: None)


@pytest.mark.parametrize("limit", [None, 1])
async def test_one_that_asks_lets_the_others_go_on_and_is_heard_when_they_are_over(limit):
    ended = []

    def branch(number):
        async def run(slot):
            if number == 1:
                raise GraphInterrupt(("?",))
            await asyncio.sleep(0)
            ended.append(number)

        return run

    limiter = None if limit is None else Limiter(limit)
    with pytest.raises(GraphInterrupt):
        await gather([branch(number) for number in range(4)], limiter)
    assert ended == [0, 2, 3]
    found = []

    async def collect():
        async for number, _ in as_completed([branch(number) for number in range(4)], limiter):
            found.append(number)

    with pytest.raises(GraphInterrupt):
        await collect()
    assert sorted(found) == [0, 2, 3]


async def test_an_error_counts_for_more_than_a_question():
    def branch(number):
        async def run(slot):
            await asyncio.sleep(0)
            raise KeyError(number) if number else GraphInterrupt(("?",))

        return run

    with pytest.raises(KeyError):
        await gather([branch(0), branch(1)])
