"""EphemeralValue: a value that lives for one superstep."""

import pytest

from stepgraph.channels import EphemeralValue, UntrackedValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError
from tests.channels.faces import life, restored, value_of


def test_the_rule():
    channel = EphemeralValue(int, guard=False)
    assert channel.initial() is MISSING
    assert channel.fold(MISSING, [1]) == channel.fold(5, [2, 1]) == 1
    assert (channel.read(1), channel.settle(1), channel.spend(1), channel.release(1)) == (1, MISSING, 1, 1)
    assert (channel.transient, channel.deferred, channel.saved) == (True, False, True)


def test_it_lives_for_one_superstep():
    calls = ([], [1], "consume", "finish", [2], [], [])
    assert life(EphemeralValue(int), *calls) == [
        (False, MISSING),
        (True, 1),
        (False, 1),
        (False, 1),
        (True, 2),
        (True, MISSING),
        (False, MISSING),
    ]


def test_a_guarded_one_refuses_several_writes():
    channel = EphemeralValue(int)
    channel.update([1])
    with pytest.raises(InvalidUpdateError, match="EphemeralValue takes one value per superstep and got 2"):
        channel.update([2, 3])
    assert value_of(channel) == 1


def test_it_goes_on_from_its_checkpoint():
    channel = EphemeralValue(int)
    assert value_of(restored(channel)) is MISSING
    channel.update([1])
    assert (channel.checkpoint(), value_of(restored(channel))) == (1, 1)


def test_equality_asks_for_the_guard():
    assert EphemeralValue(int) == EphemeralValue(str)
    assert EphemeralValue(int) != EphemeralValue(int, guard=False)
    assert EphemeralValue(int) != UntrackedValue(int)
