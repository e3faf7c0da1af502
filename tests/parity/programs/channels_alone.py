"""Channels by themselves: what each method returns, in the order of a superstep."""

import operator
from collections.abc import Callable
from typing import Any

from tests.parity.running import outcome


def _told(make: Callable[[], Any], *calls: str) -> list[Any]:
    """Perform `calls` on one channel; each is a method, with its argument after a space."""
    channel = make()
    answers = []
    for call in calls:
        method, _, argument = call.partition(" ")
        arguments = [eval(argument)] if argument else []
        answers.append(outcome(lambda m=method, a=arguments: getattr(channel, m)(*a)))  # type: ignore[misc]
    return answers


COMMON = (
    "is_available",
    "get",
    "update []",
    "update [1]",
    "is_available",
    "get",
    "checkpoint",
    "update []",
    "is_available",
    "get",
    "update [1,2]",
    "get",
    "consume",
    "finish",
    "is_available",
)


def last_value(lg):
    return _told(lambda: lg.channels.LastValue(int), *COMMON)


def any_value(lg):
    return _told(lambda: lg.channels.AnyValue(int), *COMMON)


def ephemeral_value(lg):
    return [
        _told(lambda: lg.channels.EphemeralValue(int), *COMMON),
        _told(lambda: lg.channels.EphemeralValue(int, guard=False), *COMMON),
    ]


def untracked_value(lg):
    calls = [call for call in COMMON if call != "checkpoint"]
    return [
        _told(lambda: lg.channels.UntrackedValue(int), *calls),
        _told(lambda: lg.channels.UntrackedValue(int, guard=False), *calls),
    ]


def untracked_value_is_not_restored(lg):
    return lg.channels.UntrackedValue(int).from_checkpoint(5).is_available()


def last_value_after_finish(lg):
    calls = (
        "update [1]",
        "is_available",
        "get",
        "finish",
        "is_available",
        "get",
        "finish",
        "consume",
        "is_available",
        "update []",
        "update [1,2]",
        "get",
        "finish",
        "get",
        "update [3]",
        "is_available",
    )
    return _told(lambda: lg.channels.LastValueAfterFinish(int), *calls)


def topic(lg):
    calls = (
        "is_available",
        "get",
        "update []",
        "update [1,[2,3]]",
        "get",
        "update [4]",
        "get",
        "update []",
        "is_available",
        "update []",
        "update [[]]",
        "is_available",
        "update [(1,2)]",
        "get",
        "consume",
        "finish",
    )
    return [
        _told(lambda: lg.channels.Topic(int), *calls),
        _told(lambda: lg.channels.Topic(int, accumulate=True), *calls),
    ]


def binary_operator_aggregate(lg):
    calls = (
        "is_available",
        "get",
        "update []",
        "update [[1],[2]]",
        "get",
        "checkpoint",
        "consume",
        "finish",
        "get",
    )
    return _told(lambda: lg.channels.BinaryOperatorAggregate(list, operator.add), *calls)


def aggregates_start_from_an_empty_value(lg):
    aggregate = lg.channels.BinaryOperatorAggregate
    types: list[Any] = [list, dict, set, tuple, str, int, float, bool, frozenset, list[int], dict[str, int]]
    return [outcome(lambda t=t: aggregate(t, operator.add).get()) for t in types]  # type: ignore[misc]


def aggregates_without_an_empty_value(lg):
    aggregate = lg.channels.BinaryOperatorAggregate
    types: list[Any] = [int | None, Any]
    return [outcome(lambda t=t: aggregate(t, operator.add).is_available()) for t in types]  # type: ignore[misc]


def an_aggregate_of_a_maximum(lg):
    return _told(
        lambda: lg.channels.BinaryOperatorAggregate(int, max), "get", "update [-5]", "get", "update [3,1]", "get"
    )


def overwrite(lg):
    channel = lg.channels.BinaryOperatorAggregate(list, operator.add)
    value = lg.types.Overwrite
    steps = [
        [[1], value([7]), [2]],
        [[3]],
        [value(None)],
        [value([9])],
        [{"__overwrite__": [5]}],
    ]
    answers = []
    for step in steps:
        answers.append([outcome(lambda s=step: channel.update(s)), outcome(channel.get)])  # type: ignore[misc]
    return answers


def two_overwrites(lg):
    channel = lg.channels.BinaryOperatorAggregate(list, operator.add)
    value = lg.types.Overwrite
    return outcome(lambda: channel.update([value([1]), value([2])]))


def an_overwrite_as_the_first_write(lg):
    channel = lg.channels.BinaryOperatorAggregate(int | None, lambda left, right: right)
    channel.update([lg.types.Overwrite(3)])
    return outcome(channel.get)


def named_barrier(lg):
    calls = (
        "is_available",
        "get",
        "update ['a']",
        "update ['a']",
        "is_available",
        "update ['b']",
        "is_available",
        "get",
        "consume",
        "is_available",
        "consume",
        "update []",
        "finish",
        "update ['a','b']",
        "is_available",
    )
    return _told(lambda: lg.channels.NamedBarrierValue(str, {"a", "b"}), *calls)


def named_barrier_refuses_strangers(lg):
    channel = lg.channels.NamedBarrierValue(str, {"a", "b"})
    return outcome(lambda: channel.update(["z"]))


def named_barrier_after_finish(lg):
    calls = (
        "update ['a','b']",
        "is_available",
        "finish",
        "is_available",
        "get",
        "finish",
        "consume",
        "is_available",
        "finish",
    )
    return _told(lambda: lg.channels.NamedBarrierValueAfterFinish(str, {"a", "b"}), *calls)


def restored(lg):
    channels = lg.channels
    return [
        outcome(lambda: channels.LastValue(int).from_checkpoint(5).get()),
        outcome(lambda: channels.AnyValue(int).from_checkpoint(5).get()),
        outcome(lambda: channels.EphemeralValue(int).from_checkpoint(5).get()),
        outcome(lambda: channels.Topic(int).from_checkpoint([5]).get()),
        outcome(lambda: channels.BinaryOperatorAggregate(list, operator.add).from_checkpoint([5]).get()),
        outcome(lambda: channels.NamedBarrierValue(str, {"a"}).from_checkpoint({"a"}).is_available()),
    ]


def a_round_through_a_checkpoint(lg):
    channels = lg.channels
    answers = []
    for make in (
        lambda: channels.LastValue(int),
        lambda: channels.AnyValue(int),
        lambda: channels.EphemeralValue(int),
        lambda: channels.Topic(int, accumulate=True),
        lambda: channels.BinaryOperatorAggregate(int, operator.add),
    ):
        full, empty = make(), make()
        full.update([4])
        answers.append(full.from_checkpoint(full.checkpoint()).get())
        answers.append(empty.from_checkpoint(empty.checkpoint()).is_available())
    return answers


def copies_are_independent(lg):
    channel = lg.channels.BinaryOperatorAggregate(list, operator.add)
    channel.update([[1]])
    copy = channel.copy()
    copy.update([[2]])
    return [channel.get(), copy.get()]


def equality(lg):
    channels = lg.channels
    aggregate = channels.BinaryOperatorAggregate
    return [
        channels.LastValue(int) == channels.LastValue(int),
        channels.LastValue(int) == channels.AnyValue(int),
        channels.Topic(int) == channels.Topic(int, accumulate=True),
        channels.EphemeralValue(int) == channels.EphemeralValue(int, guard=False),
        aggregate(list, operator.add) == aggregate(list, operator.add),
        aggregate(list, operator.add) == aggregate(list, operator.or_),
        channels.NamedBarrierValue(str, {"a"}) == channels.NamedBarrierValue(str, {"b"}),
    ]


def value_and_update_types(lg):
    channels = lg.channels
    return [
        channels.LastValue(int).ValueType is int,
        channels.LastValue(int).UpdateType is int,
        channels.BinaryOperatorAggregate(list, operator.add).ValueType is list,
        channels.LastValue(int).key,
    ]
