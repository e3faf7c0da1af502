"""LastValue and LastValueAfterFinish."""

import pytest

from stepgraph.channels import LastValue, LastValueAfterFinish
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError
from stepgraph.types import Overwrite
from tests.channels.faces import life, restored, value_of


def test_the_rule_of_a_last_value():
    channel = LastValue(int)
    assert channel.initial() is MISSING
    assert channel.fold(MISSING, [1]) == channel.fold(5, [1]) == 1
    assert (channel.read(1), channel.settle(1), channel.spend(1), channel.release(1)) == (1, 1, 1, 1)
    assert (channel.transient, channel.deferred, channel.saved) == (False, False, True)


def test_a_last_value_keeps_the_last():
    calls = ([], [1], [], [2], "consume", "finish")
    assert life(LastValue(int), *calls) == [
        (False, MISSING),
        (True, 1),
        (False, 1),
        (True, 2),
        (False, 2),
        (False, 2),
    ]


@pytest.mark.parametrize("falsy", [0, None, "", [], False])
def test_falsy_values_are_values(falsy: object):
    channel = LastValue(object)
    assert life(channel, [falsy]) == [(True, falsy)]
    assert value_of(restored(channel)) == falsy


def test_two_values_at_once_are_refused_and_change_nothing():
    channel = LastValue(int)
    channel.update([1])
    with pytest.raises(
        InvalidUpdateError, match=r"LastValue takes one value per superstep and got 2; annotate the key with a reducer"
    ):
        channel.update([2, 3])
    assert value_of(channel) == 1


def test_an_overwrite_of_a_last_value_is_its_value():
    assert life(LastValue(int), [Overwrite(3)]) == [(True, 3)]


def test_a_last_value_goes_on_from_its_checkpoint():
    channel = LastValue(int, "key")
    assert value_of(restored(channel)) is MISSING
    channel.update([1])
    twin = restored(channel)
    twin.update([2])
    assert (channel.checkpoint(), value_of(channel), value_of(twin), twin.key) == (1, 1, 2, "key")


def test_last_values_are_the_same_rule_whatever_their_type():
    assert LastValue(int) == LastValue(str)
    assert LastValue(int) != LastValueAfterFinish(int)
    assert hash(LastValue(int)) == hash(LastValue(str))


def test_the_rule_of_a_last_value_after_finish():
    channel = LastValueAfterFinish(int)
    assert channel.initial() is MISSING
    assert channel.fold(MISSING, [1, 2]) == channel.fold((0, True), [2]) == (2, False)
    assert [channel.read(stored) for stored in (MISSING, (1, False), (1, True))] == [MISSING, MISSING, 1]
    assert [channel.spend(stored) for stored in (MISSING, (1, False), (1, True))] == [MISSING, (1, False), MISSING]
    assert [channel.release(stored) for stored in (MISSING, (1, False), (1, True))] == [MISSING, (1, True), (1, True)]
    assert channel.settle((1, True)) == (1, True)
    assert (channel.transient, channel.deferred, channel.saved) == (False, True, True)


def test_a_last_value_after_finish_is_seen_once_nothing_else_is_left():
    calls = ("finish", [1, 2], "consume", "finish", "finish", [], "consume", "consume", [3], "finish", [4])
    assert life(LastValueAfterFinish(int), *calls) == [
        (False, MISSING),
        (True, MISSING),
        (False, MISSING),
        (True, 2),
        (False, 2),
        (False, 2),
        (True, MISSING),
        (False, MISSING),
        (True, MISSING),
        (True, 3),
        (True, MISSING),
    ]


@pytest.mark.parametrize("calls", [([1],), ([1], "finish"), ([1], "finish", "consume"), ()])
def test_a_last_value_after_finish_goes_on_from_its_checkpoint(calls: tuple[object, ...]):
    channel = LastValueAfterFinish(int)
    life(channel, *calls)
    twin = restored(channel)
    assert life(twin, "finish", "consume") == life(channel, "finish", "consume")
