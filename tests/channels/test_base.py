"""What all channels share: copies, errors, the sentinels, and the rule of a channel that users write."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from stepgraph.channels import BaseChannel, EphemeralValue, LastValue, NamedBarrierValue, Topic
from stepgraph.channels.base import MISSING, UNCHANGED, rule_of
from stepgraph.errors import EmptyChannelError
from tests.channels.faces import life, value_of


class Countdown(BaseChannel[int, int]):
    """A channel as LangGraph's users write one: every method of the stateful face, none of the rule."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.value: Any = MISSING

    def update(self, values: Sequence[int]) -> bool:
        if values:
            self.value = sum(values)
        elif self.value is not MISSING and self.value > 0:
            self.value -= 1
        else:
            return False
        return True

    def get(self) -> int:
        if self.value is MISSING:
            raise EmptyChannelError("empty")
        return int(self.value)

    def consume(self) -> bool:
        if self.value is MISSING or self.value < 100:
            return False
        self.value = 0
        return True

    def finish(self) -> bool:
        if self.value != 7:
            return False
        self.value = 77
        return True

    def checkpoint(self) -> Any:
        return self.value

    def from_checkpoint(self, checkpoint: Any) -> "Countdown":
        twin = Countdown(self.typ, self.key)
        twin.value = checkpoint
        return twin


def test_an_empty_channel_says_which_it_is():
    with pytest.raises(EmptyChannelError, match="channel 'word' has no value yet"):
        LastValue(str, "word").get()


def test_a_class_without_a_rule_says_what_to_define():
    class Nothing(BaseChannel[Any, Any]):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must define fold\(\) or update\(\)"):
        Nothing(int).update([1])


@pytest.mark.parametrize(
    "channel", [LastValue(int, "k"), EphemeralValue(int, key="k"), NamedBarrierValue(int, "a", "k")]
)
def test_types_and_key(channel: BaseChannel[Any, Any]):
    assert (channel.ValueType, channel.UpdateType, channel.key) == (int, int, "k")


def test_a_copy_has_the_value_and_a_life_of_its_own():
    channel = Topic(str, accumulate=True, key="k")
    channel.update(["a"])
    twin = channel.copy()
    twin.update(["b"])
    assert (value_of(channel), value_of(twin), twin.key) == (["a"], ["a", "b"], "k")


@pytest.mark.parametrize("sentinel", [MISSING, UNCHANGED])
def test_sentinels_survive_copying_and_are_false(sentinel: Any):
    assert copy.copy(sentinel) is copy.deepcopy([sentinel])[0] is sentinel
    assert not sentinel
    assert repr(sentinel) in ("MISSING", "UNCHANGED")


def test_a_channel_that_defines_the_rule_is_its_own_rule():
    class Largest(BaseChannel[int, int]):
        def fold(self, stored: Any, writes: Sequence[int]) -> int:
            return max(writes) if stored is MISSING else max(stored, *writes)

    channel = Largest(int)
    assert rule_of(channel) is channel
    assert life(channel, [1, 3], [2], []) == [(True, 3), (True, 3), (False, 3)]


def test_a_channel_that_defines_the_stateful_face_is_given_a_rule():
    channel = Countdown(int)
    rule = rule_of(channel)

    def at(value: Any) -> Any:
        return channel.from_checkpoint(value)

    def values(*stored: Any) -> list[Any]:
        return [each.checkpoint() for each in stored]

    assert values(rule.initial()) == [MISSING]
    assert values(rule.fold(at(MISSING), [1, 2]), rule.fold(at(5), [1])) == [3, 1]
    assert (rule.read(at(MISSING)), rule.read(at(3))) == (MISSING, 3)
    assert values(*(rule.settle(at(value)) for value in (3, 0, MISSING))) == [2, 0, MISSING]
    assert values(*(rule.spend(at(value)) for value in (100, 5, MISSING))) == [0, 5, MISSING]
    assert values(*(rule.release(at(value)) for value in (7, 5, MISSING))) == [77, 5, MISSING]
    assert (rule.transient, rule.deferred, rule.saved) == (True, True, True)
    assert channel.value is MISSING


def test_the_rule_of_a_stateful_channel_reports_no_change():
    class Deaf(Countdown):
        def update(self, values: Sequence[int]) -> bool:
            return False

        def from_checkpoint(self, checkpoint: Any) -> "Deaf":
            twin = Deaf(self.typ, self.key)
            twin.value = checkpoint
            return twin

    assert rule_of(Deaf(int)).fold(Deaf(int), [2]) is UNCHANGED


class Doubles(LastValue[int]):
    def get(self) -> int:
        return 2 * super().get()


class Rounds(LastValue[int]):
    def update(self, values: Sequence[int]) -> bool:
        return super().update([round(value, -1) for value in values])


@pytest.mark.parametrize(("channel", "seen"), [(Doubles(int), 14), (Rounds(int), 10)])
def test_one_method_of_the_stateful_face_is_enough(channel: BaseChannel[int, int], seen: int):
    rule = rule_of(channel)
    assert rule.read(rule.fold(rule.initial(), [7])) == seen


def test_a_stateful_channel_may_say_that_it_is_not_saved():
    class Secret(Countdown):
        saved = False

    assert rule_of(Secret(int)).saved is False
