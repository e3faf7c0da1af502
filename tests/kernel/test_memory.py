"""Memory keeps what is readable beside what is stored, and counts commits."""

import operator
from typing import Any

from stepgraph.channels import BinaryOperatorAggregate, EphemeralValue, LastValue, NamedBarrierValue
from stepgraph.channels.base import MISSING
from stepgraph.kernel.memory import Memory
from tests.kernel.fakes import contents, topology

CHANNELS = {
    "total": BinaryOperatorAggregate(int, operator.add),
    "word": LastValue(str),
    "flag": EphemeralValue(Any),
    "join": NamedBarrierValue(str, {"a"}),
    "seed": BinaryOperatorAggregate(list, operator.add),
}


def fresh() -> Memory:
    return Memory(topology([], CHANNELS, public=["total", "word"]))


def test_a_new_memory_shows_first_values_by_audience():
    assert contents(fresh()) == {
        "stored": {"total": 0, "join": frozenset(), "seed": []},
        "view": {"total": 0},
        "control": {"seed": []},
        "versions": {},
        "seen": {},
        "live": set(),
        "clock": 0,
    }


def test_a_commit_makes_changes_readable_and_counts_once():
    memory = fresh()
    memory.commit({"word": "hi", "flag": 1, "join": frozenset({"a"})})
    memory.commit({"total": 5})
    assert contents(memory) == {
        "stored": {"total": 5, "word": "hi", "flag": 1, "join": frozenset({"a"}), "seed": []},
        "view": {"total": 5, "word": "hi"},
        "control": {"seed": [], "flag": 1, "join": None},
        "versions": {"word": 1, "flag": 1, "join": 1, "total": 2},
        "seen": {},
        "live": {"flag"},
        "clock": 2,
    }


def test_a_commit_of_nothing_to_store_clears_a_channel():
    memory = fresh()
    memory.commit({"word": "hi", "flag": 1})
    memory.commit({"word": MISSING, "flag": MISSING})
    assert contents(memory) == {
        "stored": {"total": 0, "join": frozenset(), "seed": []},
        "view": {"total": 0},
        "control": {"seed": []},
        "versions": {"word": 2, "flag": 2},
        "seen": {},
        "live": set(),
        "clock": 2,
    }


def test_a_value_that_becomes_hidden_stays_stored():
    memory = fresh()
    memory.commit({"join": frozenset({"a"})})
    memory.commit({"join": frozenset()})
    assert (("join" in memory.control or "join" in memory.view), memory.stored["join"]) == (False, frozenset())


def test_first_values_come_in_the_order_of_the_state_too():
    channels = {"a": BinaryOperatorAggregate(list, operator.add), "b": BinaryOperatorAggregate(int, operator.add)}
    assert list(Memory(topology([], channels)).view.items()) == [("a", []), ("b", 0)]


def test_the_view_keeps_the_order_in_which_the_state_declares_its_keys():
    memory = Memory(topology([], {name: LastValue(int) for name in "abcd"}))
    memory.commit({"d": 1, "b": 1})
    memory.commit({"c": 1})
    memory.commit({"a": 1, "d": 2})
    assert list(memory.view.items()) == [("a", 1), ("b", 1), ("c", 1), ("d", 2)]


def test_has_asks_both_audiences():
    memory = fresh()
    memory.commit({"word": None, "flag": None})
    assert {name: (name in memory.control or name in memory.view) for name in CHANNELS} == {
        "total": True,
        "word": True,
        "flag": True,
        "join": False,
        "seed": True,
    }
