"""Topic: a list of what was published to it."""

from collections.abc import Sequence
from typing import Any

import pytest

from stepgraph.channels import LastValue, Topic
from stepgraph.channels.base import MISSING, UNCHANGED
from stepgraph.types import Overwrite
from tests.channels.faces import life, restored, value_of


@pytest.mark.parametrize(
    ("accumulate", "stored", "writes", "after"),
    [
        (False, MISSING, ["a", "b"], ["a", "b"]),
        (False, ["old"], ["a"], ["a"]),
        (False, ["old"], [["a", "b"], "c", []], ["a", "b", "c"]),
        (False, MISSING, [("a", "b")], [("a", "b")]),
        (False, ["old"], [[]], MISSING),
        (False, MISSING, [[]], UNCHANGED),
        (True, MISSING, ["a", ["b"]], ["a", "b"]),
        (True, ["old"], ["a", ["b"]], ["old", "a", "b"]),
        (True, ["old"], [[]], UNCHANGED),
        (True, MISSING, [[]], UNCHANGED),
        (True, ["old"], ["a", Overwrite(["b", "c"]), "d"], ["b", "c"]),
        (True, ["old"], [Overwrite([])], MISSING),
        (False, ["old"], [{"__overwrite__": ["b"]}], ["b"]),
    ],
)
def test_folding(accumulate: bool, stored: Any, writes: list[Any], after: Any):
    before = list(stored) if stored else stored
    assert Topic(str, accumulate).fold(stored, writes) == after
    assert stored == before


@pytest.mark.parametrize(("accumulate", "settled"), [(False, MISSING), (True, ["a"])])
def test_the_rest_of_the_rule(accumulate: bool, settled: Any):
    channel = Topic(str, accumulate)
    assert channel.initial() is MISSING
    assert (channel.read(["a"]), channel.settle(["a"])) == (["a"], settled)
    assert (channel.spend(["a"]), channel.release(["a"])) == (["a"], ["a"])
    assert (channel.transient, channel.deferred, channel.saved) == (not accumulate, False, True)


def test_it_is_emptied_by_a_superstep_without_a_write():
    calls = ([], ["a", ["b"]], "consume", "finish", ["c"], [], [], [[]])
    assert life(Topic(str), *calls) == [
        (False, MISSING),
        (True, ["a", "b"]),
        (False, ["a", "b"]),
        (False, ["a", "b"]),
        (True, ["c"]),
        (True, MISSING),
        (False, MISSING),
        (False, MISSING),
    ]


def test_one_that_accumulates_keeps_everything():
    calls = (["a"], [], ["b", "b"], [[]])
    assert life(Topic(str, accumulate=True), *calls) == [
        (True, ["a"]),
        (False, ["a"]),
        (True, ["a", "b", "b"]),
        (False, ["a", "b", "b"]),
    ]


@pytest.mark.parametrize("accumulate", [False, True])
def test_it_goes_on_from_its_checkpoint(accumulate: bool):
    channel = Topic(str, accumulate)
    assert value_of(restored(channel)) is MISSING
    channel.update(["a"])
    twin = restored(channel)
    twin.update(["b"])
    assert (channel.checkpoint(), value_of(twin)) == (["a"], ["a", "b"] if accumulate else ["b"])


def test_its_types():
    assert Topic(str).ValueType == Sequence[str]
    assert Topic(str).UpdateType == str | list[str]


def test_equality_asks_whether_it_accumulates():
    assert Topic(int) == Topic(str)
    assert Topic(int) != Topic(int, accumulate=True)
    assert Topic(int) != LastValue(int)
