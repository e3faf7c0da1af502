"""Faults that reviews found, in what no single module of the engine is the home of."""

import operator
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import pytest
from typing_extensions import TypedDict

from stepgraph import START, Overwrite, StateGraph, add_messages
from stepgraph.channels import BaseChannel, Topic, UntrackedValue
from stepgraph.channels.base import MISSING
from stepgraph.errors import EmptyChannelError, InvalidUpdateError
from stepgraph.kernel.plan import plan, stale
from tests.graph.states import single
from tests.kernel.fakes import Latest, node, places, started, superstep, topology

T = TypeVar("T")


@dataclass(frozen=True)
class Frozen:
    content: str
    id: str | None = None
    type: str = "human"


def test_two_messages_that_take_no_id_are_two_messages():
    """Both have the id None, so the second replaces the first: a message is lost in silence."""
    assert add_messages([], [Frozen("a"), Frozen("b")]) == [Frozen("a"), Frozen("b")]


class Scaled:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def merge(self, left: int, right: int) -> int:
        return left + self.factor * right


def by(factor: int) -> Any:
    def reducer(left: int, right: int, *, times: int = factor) -> int:
        return left + times * right

    return reducer


@pytest.mark.parametrize(
    "reducers", [(Scaled(1).merge, Scaled(-1).merge), (by(1), by(-1))], ids=["methods", "defaults"]
)
def test_reducers_of_equal_code_that_differ_otherwise_are_two_rules(reducers: Any):
    """Defect 7 again: `_identity` looks through a bound method at its function, and not at keyword defaults."""
    first, second = reducers

    class First(TypedDict):
        total: Annotated[int, first]

    class Second(TypedDict):
        total: Annotated[int, second]

    with pytest.raises(ValueError, match="key 'total' has two rules"):
        StateGraph(First, output_schema=Second)


class Unsaved(BaseChannel[Any, Any]):
    """As LangGraph's UntrackedValue is written: nothing to save, nothing restored."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.value: Any = MISSING

    def update(self, values: Sequence[Any]) -> bool:
        if not values:
            return False
        self.value = values[-1]
        return True

    def get(self) -> Any:
        if self.value is MISSING:
            raise EmptyChannelError
        return self.value

    def checkpoint(self) -> Any:
        return MISSING

    def from_checkpoint(self, checkpoint: Any) -> "Unsaved":
        return Unsaved(self.typ, self.key)


class Logged(UntrackedValue[Any]):
    """One of ours with one method of its own."""

    def get(self) -> Any:
        return super().get()


def read_after(write: Any, channel: Any) -> Any:
    """What a second node reads of what a first one wrote."""

    class State(TypedDict, total=False):
        key: Annotated[Any, channel]
        seen: Any

    graph = StateGraph(State).add_node("a", lambda state: {"key": write})
    graph.add_node("b", lambda state: {"seen": state.get("key")}).add_edge(START, "a").add_edge("a", "b")
    return graph.compile().invoke({})["seen"]


@pytest.mark.parametrize("channel", [Unsaved, Logged])
def test_a_users_channel_that_is_not_saved_keeps_its_value_during_the_run(channel: Any):
    """_StatefulRule stores checkpoint(), which is MISSING: every write vanishes in silence."""
    assert read_after("connection", channel) == "connection"


def test_a_users_channel_may_hold_what_cannot_be_copied():
    """TypeError: cannot pickle '_thread.lock' object, from copy.copy in _StatefulRule._at."""
    lock = threading.Lock()
    assert read_after(lock, Latest) is lock


class Paired(BaseChannel[Any, Any]):
    """Saves its list together with something else, and edits it in place."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.values: list[Any] = []

    def update(self, values: Sequence[Any]) -> bool:
        self.values.extend(values)
        return bool(values)

    def get(self) -> Any:
        return list(self.values)

    def checkpoint(self) -> Any:
        return (len(self.values), self.values)

    def from_checkpoint(self, checkpoint: Any) -> "Paired":
        twin = Paired(self.typ, self.key)
        if checkpoint is not MISSING:
            twin.values = checkpoint[1]
        return twin


def test_a_router_does_not_make_a_write_count_twice_when_the_list_lies_deeper():
    """The shallow copy protects the tuple, not the list in it: ['x', 'x']."""

    class State(TypedDict, total=False):
        own: Annotated[list, Paired]
        total: Annotated[int, operator.add]

    graph = StateGraph(State).add_node("a", lambda state: {"own": "x"}).add_edge(START, "a")
    graph.add_conditional_edges("a", lambda state: "__end__", ["__end__"])
    assert graph.compile().invoke({}) == {"own": ["x"], "total": 0}


class Countdown(Latest):
    def update(self, values: Sequence[Any]) -> bool:
        if not values and self.value is not MISSING and self.value > 0:
            self.value -= 1
            return True
        return super().update(values)


def test_a_channel_that_changes_by_settling_triggers_like_one_that_was_written():
    """LangGraph counts it as updated while it has a value. Here `changed` leaves it out and `stale` has it, so that a
    resumed run goes on where this one ended."""
    machine = started(topology([node("a", "own")], {"own": Countdown(int)}), ("own", 2))
    assert superstep(machine) == ["a"]
    assert places(plan(machine.memory, machine.changed)) == places(plan(machine.memory, stale(machine.memory)))


def test_two_overwrites_of_a_topic_are_refused():
    """The first one counts and the second is lost; a reducer's key refuses them."""
    with pytest.raises(InvalidUpdateError, match="one Overwrite"):
        Topic(int, accumulate=True).update([Overwrite([2]), Overwrite([3])])


class Box(TypedDict, Generic[T]):
    item: T


def test_a_generic_state_with_its_type_has_a_json_schema():
    """TypeError: Box[int] is not a module, class, method, or function."""
    schema = single(lambda state: None, state=Box[int]).get_input_jsonschema()
    assert list(schema["properties"]) == ["item"]
