"""Named barriers: available once every named writer has written."""

from typing import Any

import pytest

from stepgraph.channels import NamedBarrierValue, NamedBarrierValueAfterFinish
from stepgraph.channels.base import MISSING, UNCHANGED
from stepgraph.errors import InvalidUpdateError
from tests.channels.faces import life, restored

NONE, A, AB = frozenset[str](), frozenset({"a"}), frozenset({"a", "b"})


def barrier() -> NamedBarrierValue:
    return NamedBarrierValue(str, ["a", "b", "a"], "join")


def late() -> NamedBarrierValueAfterFinish:
    return NamedBarrierValueAfterFinish(str, {"a", "b"}, "join")


def test_the_rule_of_a_barrier():
    channel = barrier()
    assert (channel.names, channel.initial()) == (AB, NONE)
    assert [channel.fold(NONE, ["a"]), channel.fold(A, ["b", "a"]), channel.fold(A, ["a"])] == [A, AB, UNCHANGED]
    assert [channel.read(stored) for stored in (NONE, A, AB)] == [MISSING, MISSING, None]
    assert [channel.spend(stored) for stored in (NONE, A, AB)] == [NONE, A, NONE]
    assert [channel.missing(stored) for stored in (NONE, A, AB)] == [AB, frozenset({"b"}), NONE]
    assert (channel.settle(A), channel.release(A)) == (A, A)
    assert (channel.transient, channel.deferred, channel.saved) == (False, False, True)


def test_a_barrier_opens_when_all_have_written_and_starts_over():
    calls = ([], ["a"], ["a"], "consume", ["b"], "finish", "consume", "consume", ["b", "a"])
    assert life(barrier(), *calls) == [
        (False, MISSING),
        (True, MISSING),
        (False, MISSING),
        (False, MISSING),
        (True, None),
        (False, None),
        (True, MISSING),
        (False, MISSING),
        (True, None),
    ]


@pytest.mark.parametrize("channel", [barrier(), late()], ids=["at once", "late"])
def test_a_stranger_is_refused_and_changes_nothing(channel: Any):
    before = channel.checkpoint()
    with pytest.raises(InvalidUpdateError, match="the barrier 'join' waits for 'a', 'b' and was written by 'z'"):
        channel.update(["a", "z"])
    assert channel.checkpoint() == before


def test_the_rule_of_a_late_barrier():
    channel = late()
    states = [(NONE, False), (A, False), (AB, False), (AB, True)]
    assert channel.initial() == (NONE, False)
    assert channel.fold((NONE, False), ["a"]) == (A, False)
    assert channel.fold((A, False), ["b"]) == (AB, False)
    assert channel.fold((A, False), ["a"]) is UNCHANGED
    assert [channel.read(stored) for stored in states] == [MISSING, MISSING, MISSING, None]
    assert [channel.spend(stored) for stored in states] == [*states[:3], (NONE, False)]
    assert [channel.release(stored) for stored in states] == [*states[:2], (AB, True), (AB, True)]
    assert [channel.missing(stored) for stored in states] == [AB, frozenset({"b"}), NONE, NONE]
    assert (channel.transient, channel.deferred, channel.saved) == (False, True, True)


def test_a_late_barrier_opens_once_nothing_else_is_left():
    calls = (["a"], "finish", ["b"], "consume", "finish", "finish", "consume", "finish")
    assert life(late(), *calls) == [
        (True, MISSING),
        (False, MISSING),
        (True, MISSING),
        (False, MISSING),
        (True, None),
        (False, None),
        (True, MISSING),
        (False, MISSING),
    ]


@pytest.mark.parametrize("build", [barrier, late])
@pytest.mark.parametrize("calls", [(), (["a"],), (["a", "b"],), (["a", "b"], "finish")])
def test_barriers_go_on_from_their_checkpoint(build: Any, calls: tuple[Any, ...]):
    channel = build()
    life(channel, *calls)
    rest = (["b"], "finish", "consume", ["a"])
    assert life(restored(channel), *rest) == life(channel, *rest)


def test_equality_asks_for_the_names():
    assert barrier() == NamedBarrierValue(int, {"a", "b"})
    assert barrier() != NamedBarrierValue(str, {"a"})
    assert barrier() != late()
