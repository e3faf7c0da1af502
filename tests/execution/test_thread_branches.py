"""Thread branches: functions side by side in the engine's threads."""

import contextvars
import threading
from contextlib import closing

import pytest

from stepgraph.errors import GraphInterrupt
from stepgraph.execution import pool_size, set_pool_size
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.thread_branches import as_completed_in_threads, gather_in_threads
from tests.pregel.colours import PATIENCE
from tests.pregel.meters import Meter


@pytest.fixture
def pool_of():
    before = pool_size()
    yield set_pool_size
    set_pool_size(before)


def test_results_stand_in_the_order_of_the_branches_which_run_at_once():
    all_here = threading.Barrier(4)

    def branch(number):
        return lambda slot: (all_here.wait(PATIENCE), number)[1]

    assert gather_in_threads([branch(number) for number in range(4)]) == [0, 1, 2, 3]
    assert gather_in_threads([]) == []


def test_each_branch_sees_the_context_of_the_caller_and_keeps_its_own():
    variable = contextvars.ContextVar("variable")
    variable.set("caller")

    def branch(slot):
        found = variable.get()
        variable.set("branch")
        return found

    assert gather_in_threads([branch] * 3) == ["caller"] * 3
    assert variable.get() == "caller"


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_at_once_and_what_has_not_begun_is_dropped(error, limit, pool_of):
    pool_of(2)
    let_go, begun, meanwhile = threading.Event(), [], threading.Event()

    def waits(slot):
        begun.append(slot)
        meanwhile.set()
        let_go.wait(PATIENCE)

    def fails(slot):
        meanwhile.wait(PATIENCE)
        raise error("no")

    limiter = limit and Limiter(limit)
    try:
        with pytest.raises(error):
            gather_in_threads([waits, fails, waits, waits, waits], limiter)
        assert len(begun) <= 2
    finally:
        let_go.set()


def test_results_come_as_they_are_there():
    gates = [threading.Event() for _ in range(3)]

    def branch(number):
        return lambda slot: gates[number].wait(PATIENCE) and number

    pairs = as_completed_in_threads([branch(number) for number in range(3)])
    for number in (1, 2, 0):
        gates[number].set()
        assert next(pairs) == (number, number)
    with pytest.raises(StopIteration):
        next(pairs)


def test_leaving_early_drops_what_has_not_begun(pool_of):
    pool_of(1)
    let_go, begun = threading.Event(), []

    def branch(slot):
        begun.append(slot)
        if len(begun) > 1:
            assert let_go.wait(PATIENCE)

    with closing(as_completed_in_threads([branch] * 50, Limiter(1))) as pairs:
        next(pairs)
    let_go.set()
    assert len(begun) <= 2


def test_a_limiter_bounds_the_branches():
    meter = Meter()
    meeting = threading.Barrier(3)

    def branch(slot):
        assert slot.has_slot
        with meter:
            meeting.wait(PATIENCE)

    gather_in_threads([branch] * 9, Limiter(3))
    assert (meter.total, meter.peak) == (9, 3)


def test_who_waits_for_branches_gives_its_slot_and_its_thread_back(pool_of):
    pool_of(1)
    limiter, meter = Limiter(1), Meter()

    def leaf(slot):
        with meter:
            return 1

    def nests(slot):
        return sum(gather_in_threads([leaf, leaf], limiter, slot))

    assert gather_in_threads([nests] * 3, limiter) == [2, 2, 2]
    assert (meter.total, meter.peak) == (6, 1)
    assert limiter.acquire(lambda: None)
    assert not limiter.acquire(lambda: None)


def test_slots_are_free_again_after_a_failure():
    limiter = Limiter(2)

    def fails(slot):
        raise ValueError("no")

    for _ in range(5):
        with pytest.raises(ValueError, match="no"):
            gather_in_threads([fails] * 4, limiter)
    meter, meeting = Meter(), threading.Barrier(2)

    def branch(slot):
        with meter:
            meeting.wait(PATIENCE)

    gather_in_threads([branch] * 4, limiter)
    assert meter.peak == 2


async def test_on_a_running_loop_with_a_limit_they_run_one_by_one_in_this_thread():
    here = threading.get_ident()
    limiter = Limiter(1)
    assert limiter.acquire(lambda: None)  # somebody has it who may need this loop
    found = gather_in_threads([lambda slot: (threading.get_ident(), slot)] * 3, limiter)
    assert found == [(here, None)] * 3


def asking(number):
    def run(slot):
        if number == 1:
            raise GraphInterrupt(("?",))
        return number

    return run


def collected(limiter):
    """Return the numbers of the branches that ended, where one of them asks."""
    found = []

    def collect():
        for number, _ in as_completed_in_threads(list(map(asking, range(4))), limiter):
            found.append(number)

    with pytest.raises(GraphInterrupt):
        collect()
    return found


@pytest.mark.parametrize("limit", [None, 1])
def test_one_that_asks_lets_the_others_go_on(limit):
    assert sorted(collected(None if limit is None else Limiter(limit))) == [0, 2, 3]


async def test_one_that_asks_lets_the_others_go_on_where_they_run_one_by_one():
    assert collected(Limiter(1)) == [0, 2, 3]
