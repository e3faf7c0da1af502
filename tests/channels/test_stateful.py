"""Channels that users write in LangGraph's style: update/get/checkpoint/from_checkpoint and nothing of the rule."""

import operator
from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import BaseChannel, LastValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import EmptyChannelError, ReducerError
from stepgraph.kernel.plan import plan, stale
from tests.kernel.fakes import Latest, contents, done, node, places, started, superstep, topology


class Collected(BaseChannel[Any, Any]):
    """Edits its own list in place, as LangGraph's own Topic does, and shows a copy of it."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.values: list[Any] = []

    def update(self, values: Sequence[Any]) -> bool:
        self.values.extend(values)
        return bool(values)

    def get(self) -> Any:
        if not self.values:
            raise EmptyChannelError
        return list(self.values)

    def checkpoint(self) -> Any:
        return self.values

    def from_checkpoint(self, checkpoint: Any) -> "Collected":
        twin = Collected(self.typ, self.key)
        if checkpoint is not MISSING:
            twin.values = checkpoint
        return twin


class State(TypedDict, total=False):
    own: Annotated[list, Collected]
    total: Annotated[int, operator.add]


def test_a_router_does_not_make_a_write_count_twice():
    graph = StateGraph(State).add_node("a", lambda state: {"own": "x"}).add_node("b", lambda state: {"own": "y"})
    graph.add_edge(START, "a").add_conditional_edges("a", lambda state: "b", ["b"])
    assert graph.compile().invoke({}) == {"own": ["x", "y"], "total": 0}


def test_a_superstep_that_fails_leaves_such_a_channel_as_it_was():
    machine = started(topology([node("a")], {"own": Collected(list), "total": LastValue(int)}), ("to:a", None))
    (task,) = machine.plan()
    before = contents(machine.memory)
    with pytest.raises(Exception, match="total"):
        machine.commit([done(task, ("own", "x"), ("total", 1), ("total", 2))])
    assert contents(machine.memory) == before


def test_a_channel_that_nothing_changed_is_not_stale():
    machine = started(topology([node("a", "own")], {"own": Latest(int)}), ("own", 1))
    superstep(machine)
    assert places(plan(machine.memory, machine.changed)) == places(plan(machine.memory, stale(machine.memory))) == []


def test_such_a_channel_is_available_when_it_has_a_value():
    channel = Latest(int)
    channel.update([1])
    assert (channel.get(), channel.is_available()) == (1, True)


class ReadOnce(LastValue[Any]):
    """Overrides one method of the stateful face alone."""

    def consume(self) -> bool:
        changed = self.stored is not MISSING
        self.stored = MISSING
        return changed


def test_a_method_that_is_overridden_alone_is_called_too():
    machine = started(topology([node("a", "own")], {"own": ReadOnce(int)}), ("own", 1))
    superstep(machine)
    assert machine.memory.view == {}


class Idle(BaseChannel[int, int]):
    """Counts the supersteps that did not write it; has a value from the start."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.value = 0

    def update(self, values: Sequence[int]) -> bool:
        self.value = values[-1] if values else self.value + 1
        return True

    def get(self) -> int:
        return self.value

    def checkpoint(self) -> Any:
        return self.value

    def from_checkpoint(self, checkpoint: Any) -> "Idle":
        twin = Idle(self.typ, self.key)
        twin.value = 0 if checkpoint is MISSING else checkpoint
        return twin


def test_a_channel_with_a_first_value_settles_before_it_was_ever_written():
    machine = started(topology([node("a"), node("b")], {"own": Idle(int)}), ("to:a", None))
    counted = []
    for writes in ([("to:b", None)], []):
        superstep(machine, a=writes)
        counted.append(machine.memory.view["own"])
    assert counted[1] == counted[0] + 1


def test_a_channel_whose_value_cannot_be_read_fails_the_whole_superstep():
    class Unreadable(Latest):
        def get(self) -> Any:
            if self.value == "bad":
                raise ValueError("cannot be read")
            return super().get()

    machine = started(topology([node("a")], {"first": LastValue(int), "own": Unreadable(int)}), ("to:a", None))
    (task,) = machine.plan()
    before = contents(machine.memory)
    with pytest.raises((ReducerError, ValueError)):
        machine.commit([done(task, ("first", 1), ("own", "bad"))])
    assert contents(machine.memory) == before
