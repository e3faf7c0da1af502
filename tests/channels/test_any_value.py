"""AnyValue: one of several writes that are taken to be equal."""

from stepgraph.channels import AnyValue, EphemeralValue
from stepgraph.channels.base import MISSING
from tests.channels.faces import life, restored, value_of


def test_the_rule():
    channel = AnyValue(int)
    assert channel.initial() is MISSING
    assert channel.fold(MISSING, [1, 1, 1]) == channel.fold(5, [2, 1]) == 1
    assert (channel.read(1), channel.settle(1), channel.spend(1), channel.release(1)) == (1, MISSING, 1, 1)
    assert (channel.transient, channel.deferred, channel.saved) == (True, False, True)


def test_a_superstep_without_a_write_clears_it():
    calls = ([], [1, 2], "consume", "finish", [], [])
    assert life(AnyValue(int), *calls) == [
        (False, MISSING),
        (True, 2),
        (False, 2),
        (False, 2),
        (True, MISSING),
        (False, MISSING),
    ]


def test_it_goes_on_from_its_checkpoint():
    channel = AnyValue(int)
    assert value_of(restored(channel)) is MISSING
    channel.update([1])
    assert value_of(restored(channel)) == 1


def test_equality():
    assert AnyValue(int) == AnyValue(str)
    assert AnyValue(int) != EphemeralValue(int)
