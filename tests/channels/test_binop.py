"""BinaryOperatorAggregate: a reducer folds every write in."""

import operator
import typing
from collections import Counter, abc
from typing import Any, Literal, Optional

import pytest

from stepgraph.channels import BinaryOperatorAggregate, LastValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError
from stepgraph.types import Overwrite
from tests.channels.faces import life, restored, value_of


class NeedsArguments:
    def __init__(self, size: int) -> None:
        self.size = size


@pytest.mark.parametrize(
    ("typ", "first"),
    [
        (int, 0),
        (float, 0.0),
        (str, ""),
        (bytes, b""),
        (bool, False),
        (list, []),
        (list[int], []),
        (typing.List, []),  # noqa: UP006
        (typing.List[str], []),  # noqa: UP006
        (typing.Dict[str, int], {}),  # noqa: UP006
        (typing.Set[int], set()),  # noqa: UP006
        (typing.FrozenSet[int], frozenset()),  # noqa: UP006
        (typing.Tuple[int, ...], ()),  # noqa: UP006
        (tuple, ()),
        (set[int], set()),
        (frozenset, frozenset()),
        (dict[str, int], {}),
        (Counter, Counter()),
        (abc.Sequence, []),
        (typing.Sequence[int], []),
        (abc.MutableSequence[int], []),
        (abc.Iterable[int], []),
        (abc.Collection[int], []),
        (abc.Set[int], set()),
        (abc.MutableSet[int], set()),
        (abc.Mapping[str, int], {}),
        (abc.MutableMapping[str, int], {}),
        (type(None), None),
        (int | None, MISSING),
        (Optional[int], MISSING),  # noqa: UP045
        (Any, MISSING),
        (Literal["a"], MISSING),
        (NeedsArguments, MISSING),
    ],
    ids=str,
)
def test_first_values(typ: Any, first: Any):
    channel = BinaryOperatorAggregate(typ, operator.add)
    assert channel.initial() == first
    assert type(channel.initial()) is type(first)
    assert value_of(channel) == first


def joined(left: Any, right: Any) -> Any:
    return f"({left}+{right})"


@pytest.mark.parametrize(
    ("stored", "writes", "after"),
    [
        ("0", ["a"], "(0+a)"),
        ("0", ["a", "b", "c"], "(((0+a)+b)+c)"),
        (MISSING, ["a", "b"], "(a+b)"),
        ("0", [Overwrite("x")], "x"),
        ("0", ["a", Overwrite("x"), "b"], "x"),
        (MISSING, [Overwrite("x")], "x"),
        ("0", [Overwrite(None)], None),
        ("0", [{"__overwrite__": "x"}], "x"),
        ("0", ["a", {"__overwrite__": "x"}, "b"], "x"),
        ("0", [{"__overwrite__": "x", "more": 1}], "(0+{'__overwrite__': 'x', 'more': 1})"),
        ("0", [{}], "(0+{})"),
    ],
)
def test_folding(stored: Any, writes: list[Any], after: Any):
    assert BinaryOperatorAggregate(str, joined).fold(stored, writes) == after


def test_folding_leaves_the_stored_value_as_it_is():
    stored = [1]
    assert BinaryOperatorAggregate(list, operator.add).fold(stored, [[2]]) == [1, 2]
    assert stored == [1]


def test_the_rest_of_the_rule():
    channel = BinaryOperatorAggregate(int, operator.add)
    assert (channel.read(1), channel.settle(1), channel.spend(1), channel.release(1)) == (1, 1, 1, 1)
    assert (channel.transient, channel.deferred, channel.saved) == (False, False, True)


@pytest.mark.parametrize("again", [Overwrite(2), {"__overwrite__": 2}])
def test_one_overwrite_per_superstep_counts(again: Any):
    channel = BinaryOperatorAggregate(int, operator.add)
    channel.update([5])
    with pytest.raises(InvalidUpdateError, match="one Overwrite per superstep can count and several came"):
        channel.update([Overwrite(1), again])
    assert value_of(channel) == 5


def test_it_folds_superstep_by_superstep():
    calls = ([], [1], [2, 3], "consume", "finish", [Overwrite(0), 7], [1])
    assert life(BinaryOperatorAggregate(int, operator.add), *calls) == [
        (False, 0),
        (True, 1),
        (True, 6),
        (False, 6),
        (False, 6),
        (True, 0),
        (True, 1),
    ]


def test_a_reducer_that_raises_changes_nothing():
    channel = BinaryOperatorAggregate(int, operator.add)
    channel.update([1])
    with pytest.raises(TypeError):
        channel.update([1, "text"])
    assert value_of(channel) == 1


def test_it_goes_on_from_its_checkpoint():
    channel = BinaryOperatorAggregate(list, operator.add)
    assert value_of(restored(channel)) == []
    channel.update([[1]])
    twin = restored(channel)
    twin.update([[2]])
    assert (channel.checkpoint(), value_of(channel), value_of(twin)) == ([1], [1], [1, 2])
    assert value_of(channel.from_checkpoint(MISSING)) == []


def test_equality_asks_for_the_reducer():
    assert BinaryOperatorAggregate(int, operator.add) == BinaryOperatorAggregate(str, operator.add)
    assert BinaryOperatorAggregate(int, operator.add) != BinaryOperatorAggregate(int, operator.mul)
    assert BinaryOperatorAggregate(int, lambda a, b: a) != BinaryOperatorAggregate(int, lambda a, b: b)
    assert BinaryOperatorAggregate(int, operator.add) != LastValue(int)
