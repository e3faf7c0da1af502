"""UntrackedValue: kept in memory, never in a checkpoint."""

import pytest

from stepgraph.channels import UntrackedValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError
from tests.channels.faces import life, restored, value_of


def test_the_rule():
    channel = UntrackedValue(int, guard=False)
    assert channel.initial() is MISSING
    assert channel.fold(MISSING, [1]) == channel.fold(5, [2, 1]) == 1
    assert (channel.read(1), channel.settle(1), channel.spend(1), channel.release(1)) == (1, 1, 1, 1)
    assert (channel.transient, channel.deferred, channel.saved) == (False, False, False)


def test_it_keeps_the_last_value():
    calls = ([], [1], [], "consume", "finish", [2])
    assert life(UntrackedValue(int), *calls) == [
        (False, MISSING),
        (True, 1),
        (False, 1),
        (False, 1),
        (False, 1),
        (True, 2),
    ]


def test_a_guarded_one_refuses_several_writes():
    with pytest.raises(InvalidUpdateError, match="UntrackedValue takes one value per superstep and got 2"):
        UntrackedValue(int).update([2, 3])


def test_no_checkpoint_has_it():
    channel = UntrackedValue(int)
    channel.update([1])
    assert channel.checkpoint() is MISSING
    assert value_of(restored(channel)) is MISSING
    assert value_of(channel.from_checkpoint(5)) is MISSING
    assert value_of(channel.copy()) == 1


def test_equality_asks_for_the_guard():
    assert UntrackedValue(int) == UntrackedValue(str)
    assert UntrackedValue(int) != UntrackedValue(int, guard=False)
