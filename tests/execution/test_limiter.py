"""Limiter: slots for tasks, first come, first served, with limits inside limits."""

import gc

from stepgraph.execution.limiter import Limiter
from stepgraph.graph import START, StateGraph
from tests.pregel.states import Log, chain


class Asker:
    """Asks for a slot and notes that it came."""

    def __init__(self, limiter):
        self.limiter = limiter
        self.has = limiter.acquire(self.granted)
        self.late = 0

    def granted(self):
        self.has = True
        self.late += 1


def test_slots_are_handed_out_in_the_order_in_which_they_were_asked_for():
    limiter = Limiter(2)
    askers = [Asker(limiter) for _ in range(5)]
    assert [asker.has for asker in askers] == [True, True, False, False, False]
    limiter.release()
    assert [asker.has for asker in askers] == [True, True, True, False, False]
    limiter.release()
    limiter.release()
    assert [asker.late for asker in askers] == [0, 0, 1, 1, 1]


def test_who_withdraws_is_passed_over_and_gives_back_what_was_granted():
    limiter = Limiter(1)
    first, second, third = (Asker(limiter) for _ in range(3))
    limiter.withdraw(second.granted)
    limiter.release()
    assert (second.has, third.has) == (False, True)
    limiter.withdraw(third.granted)  # it had come already
    assert Asker(limiter).has
    assert first.has


def test_a_limit_inside_a_limit_needs_a_slot_of_both():
    above = Limiter(2)
    inner, other = Limiter(3, above), Limiter(1, above)
    askers = [Asker(inner), Asker(other), Asker(inner), Asker(other)]
    assert [asker.has for asker in askers] == [True, True, False, False]
    other.release()
    assert [asker.has for asker in askers] == [True, True, True, False]
    inner.release()
    assert askers[3].has
    inner.release()
    other.release()
    assert [Asker(inner).has, Asker(inner).has, Asker(inner).has] == [True, True, False]


def test_withdrawing_from_a_limit_inside_a_limit_frees_both():
    above = Limiter(1)
    inner = Limiter(1, above)
    holder = Asker(above)
    waits_above, waits_inside = Asker(inner), Asker(inner)
    assert holder.has
    inner.withdraw(waits_above.granted)
    above.release()
    assert not waits_above.has
    assert waits_inside.has
    inner.release()
    assert [Asker(inner).has, Asker(above).has] == [True, False]


async def test_a_long_run_with_a_limit_inside_a_limit_keeps_nothing_of_its_supersteps():
    """Every superstep asks for slots; what was asked for is forgotten with it."""
    sizes = []

    async def step(state):
        if len(state["log"]) in (20, 220):
            gc.collect()
            sizes.append(len(gc.get_objects()))
        return {"log": [1]}

    graph = StateGraph(Log).add_node("step", step).add_edge(START, "step")
    graph.add_conditional_edges("step", lambda s: "step" if len(s["log"]) < 240 else "__end__", ["step", "__end__"])
    inner = graph.compile().with_config(max_concurrency=2)
    await chain(("sub", inner)).ainvoke({"log": []}, {"max_concurrency": 4})
    assert sizes[1] - sizes[0] < 100
