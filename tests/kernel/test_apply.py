"""apply: a superstep's writes land together, in the order of task paths, or not at all."""

import operator
import re
from typing import Any

import pytest

from stepgraph.channels import (
    AnyValue,
    BinaryOperatorAggregate,
    EphemeralValue,
    LastValue,
    LastValueAfterFinish,
    NamedBarrierValue,
    Topic,
)
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError, ReducerError
from stepgraph.kernel.apply import apply, in_path_order, preview
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import PUSH, TASKS, Topology
from stepgraph.types import Overwrite, Send
from tests.kernel.fakes import Latest, contents, done, given, node, task_of, topology


def sent(graph: Topology, name: str, index: int, *writes: tuple[str, Any]) -> Task:
    return done(Task(graph.nodes[name], (PUSH, index), (PUSH,), None), *writes)


def log() -> BinaryOperatorAggregate[Any]:
    return BinaryOperatorAggregate(list, operator.add)


def test_writes_land_in_path_order_pulled_nodes_before_sends():
    graph = topology([node("a"), node("b")], {"log": log()})
    memory = Memory(graph)
    tasks = [
        sent(graph, "b", 0, ("log", ["first send"])),
        sent(graph, "a", 1, ("log", ["second send"])),
        task_of(graph, "a", ("log", ["pulled a"])),
        task_of(graph, "b", ("log", ["pulled b"])),
    ]
    assert apply(memory, tasks) == ["log"]
    assert memory.view == {"log": ["pulled a", "pulled b", "first send", "second send"]}


@pytest.mark.parametrize(
    ("planned", "ordered"),
    [("", ""), ("01", "01"), ("ab", "ab"), ("0a", "a0"), ("012ab", "ab012")],
)
def test_path_order(planned: str, ordered: str):
    graph = topology([node("a"), node("b")], {})
    tasks = [sent(graph, "a", int(each)) if each.isdigit() else task_of(graph, each) for each in planned]
    assert "".join(str(task.path[1]) for task in in_path_order(tasks)) == ordered


def test_changed_channels_come_in_the_order_of_their_first_write():
    graph = topology([node("a"), node("b")], {"x": LastValue(int), "y": log(), "z": LastValue(int)})
    memory = Memory(graph)
    tasks = [task_of(graph, "a", ("z", 1), ("y", [1])), task_of(graph, "b", ("y", [2]), ("x", 3))]
    assert apply(memory, tasks) == ["z", "y", "x"]
    assert contents(memory) == {
        "stored": {"y": [1, 2], "z": 1, "x": 3},
        "view": {"y": [1, 2], "z": 1, "x": 3},
        "control": {},
        "versions": {"z": 1, "y": 1, "x": 1},
        "seen": {},
        "live": set(),
        "clock": 1,
    }


def test_a_task_may_write_a_channel_twice():
    graph = topology([node("a")], {"log": log()})
    memory = Memory(graph)
    apply(memory, [task_of(graph, "a", ("log", [1]), ("log", [2]))])
    assert memory.view == {"log": [1, 2]}


def test_a_write_that_changes_nothing_is_no_change():
    graph = topology([node("a")], {"join": NamedBarrierValue(str, {"a", "b"})})
    memory = Memory(graph)
    assert apply(memory, [task_of(graph, "a", ("join", "a"))]) == ["join"]
    assert apply(memory, [task_of(graph, "a", ("join", "a"))]) == []
    assert memory.versions == {"join": 1}


def test_a_reducer_that_raises_leaves_everything_as_it_was():
    def fails(current: list[int], write: list[int]) -> list[int]:
        raise ZeroDivisionError("no such sum")

    channels = {
        "first": LastValue(int),
        "second": log(),
        "third": Topic(int),
        "fourth": NamedBarrierValue(str, {"a", "b"}),
        "fifth": BinaryOperatorAggregate(list, fails),
    }
    graph = topology([node("a"), node("b", "to:b", "fourth")], channels)
    memory = Memory(graph)
    memory.commit({"first": 1, "second": [1], "third": [1], "fourth": frozenset({"a", "b"}), "to:a": None})
    before = contents(memory)
    tasks = [
        task_of(graph, "a", ("first", 2), ("second", [2]), ("third", 2), ("fourth", "a"), ("to:b", None)),
        task_of(graph, "b", ("second", [3]), ("fifth", [1])),
    ]
    with pytest.raises(ReducerError) as raised:
        apply(memory, tasks)
    assert contents(memory) == before
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert str(raised.value) == (
        "the reducer of key 'fifth', written by 'b', raised ZeroDivisionError: no such sum; "
        "none of the superstep's writes were applied"
    )


def test_two_writes_to_a_key_without_a_reducer_name_the_key_and_the_nodes():
    graph = topology([node("a"), node("b"), node("c")], {"x": LastValue(int), "log": log()})
    memory = Memory(graph)
    before = contents(memory)
    tasks = [
        task_of(graph, "a", ("log", [1]), ("x", 1)),
        task_of(graph, "b", ("log", [2])),
        task_of(graph, "c", ("x", 2)),
    ]
    with pytest.raises(InvalidUpdateError) as raised:
        apply(memory, tasks)
    assert contents(memory) == before
    assert str(raised.value) == (
        "key 'x', written by 'a', 'c' in one superstep: LastValue takes one value per superstep and got 2; annotate "
        "the key with a reducer, such as Annotated[list, operator.add], to combine them "
        "(INVALID_CONCURRENT_GRAPH_UPDATE)"
    )


def test_two_overwrites_in_one_superstep_are_refused():
    graph = topology([node("a"), node("b")], {"log": log()})
    tasks = [task_of(graph, "a", ("log", Overwrite([1]))), task_of(graph, "b", ("log", Overwrite([2])))]
    with pytest.raises(InvalidUpdateError, match=r"key 'log', written by 'a', 'b' .*one Overwrite per superstep"):
        apply(Memory(graph), tasks)


def test_a_write_to_a_channel_that_does_not_exist_names_the_nearest_one():
    graph = topology([node("a")], {"question": LastValue(str), "answer": LastValue(str)})
    memory = Memory(graph)
    before = contents(memory)
    with pytest.raises(
        InvalidUpdateError,
        match=re.escape(
            "channel 'qestion', written by 'a', is not one of 'question', 'answer'; did you mean 'question'?"
        ),
    ):
        apply(memory, [task_of(graph, "a", ("answer", "x"), ("qestion", "y"))])
    assert contents(memory) == before


def test_a_barrier_is_spent_before_it_is_written_again():
    graph = topology([node("a", "join")], {"join": NamedBarrierValue(str, {"x", "y"})})
    memory = Memory(graph)
    memory.commit({"join": frozenset({"x", "y"})})
    assert apply(memory, [task_of(graph, "a", ("join", "x"))]) == ["join"]
    assert (memory.stored, memory.view) == ({"join": frozenset({"x"})}, {})


def test_a_barrier_that_nobody_writes_again_is_empty_after_its_tasks():
    graph = topology([node("a", "join")], {"join": NamedBarrierValue(str, {"x"})})
    memory = Memory(graph)
    memory.commit({"join": frozenset({"x"})})
    assert apply(memory, [task_of(graph, "a")]) == []
    assert (memory.stored, memory.view) == ({"join": frozenset()}, {})


def test_a_half_filled_barrier_is_not_spent_by_a_task_with_another_trigger():
    graph = topology([node("a", "to:a", "join")], {"join": NamedBarrierValue(str, {"x", "y"})})
    memory = Memory(graph)
    memory.commit({"join": frozenset({"x"}), "to:a": None})
    apply(memory, [task_of(graph, "a")])
    assert memory.stored == {"join": frozenset({"x"})}


def test_a_task_of_a_send_spends_nothing():
    graph = topology([node("a", "join")], {"join": NamedBarrierValue(str, {"x"})})
    memory = Memory(graph)
    memory.commit({"join": frozenset({"x"})})
    apply(memory, [sent(graph, "a", 0)])
    assert memory.view == {"join": None}


def test_a_deferred_trigger_is_spent_once_seen():
    graph = topology([node("a", "late")], {"late": LastValueAfterFinish(int)})
    memory = Memory(graph)
    memory.commit({"late": (1, True)})
    apply(memory, [task_of(graph, "a")])
    assert (memory.stored, memory.view) == ({}, {})


def test_transient_channels_settle_unless_they_are_written():
    channels = {
        "any": AnyValue(int),
        "flag": EphemeralValue(int),
        "topic": Topic(int),
        "kept": Topic(int, accumulate=True),
        "plain": LastValue(int),
    }
    graph = topology([node("a")], channels)
    memory = Memory(graph)
    everything = [("any", 1), ("flag", 1), ("topic", 1), ("kept", 1), ("plain", 1)]
    assert apply(memory, given(graph, *everything)) == ["any", "flag", "topic", "kept", "plain"]
    assert memory.live == {"any", "flag", "topic"}
    assert apply(memory, [task_of(graph, "a", ("flag", 2))]) == ["flag"]
    assert (memory.view, memory.live) == ({"flag": 2, "kept": [1], "plain": 1}, {"flag"})
    assert apply(memory, [task_of(graph, "a")]) == []
    assert (memory.view, memory.live) == ({"kept": [1], "plain": 1}, set())


def test_sends_wait_in_their_topic_for_one_superstep():
    graph = topology([node("a")], {TASKS: Topic(Send)})
    memory = Memory(graph)
    apply(memory, [task_of(graph, "a", (TASKS, Send("a", 1)), (TASKS, Send("a", 2)))])
    assert memory.control == {TASKS: [Send("a", 1), Send("a", 2)]}
    apply(memory, [sent(graph, "a", 0), sent(graph, "a", 1)])
    assert memory.control == {}


def test_the_channels_themselves_stay_untouched():
    channel = log()
    graph = topology([node("a")], {"log": channel})
    apply(Memory(graph), [task_of(graph, "a", ("log", [1]))])
    assert channel.get() == []


def test_a_preview_shows_the_state_with_ones_own_writes():
    graph = topology([node("a")], {"x": LastValue(int), "log": log(), "join": NamedBarrierValue(str, {"a", "b"})})
    memory = Memory(graph)
    memory.commit({"x": 1, "log": ["old"]})
    before = contents(memory)
    seen = preview(memory, [("log", ["new"]), ("x", 2), ("log", ["newer"]), ("to:a", None), ("join", "a"), ("no", 1)])
    assert seen == {"x": 2, "log": ["old", "new", "newer"]}
    assert contents(memory) == before


def test_a_preview_without_writes_is_a_dict_of_its_own():
    memory = Memory(topology([], {"x": LastValue(int)}))
    memory.commit({"x": 1})
    seen = preview(memory, [])
    assert seen == {"x": 1}
    seen["x"] = 2
    assert memory.view == {"x": 1}


def test_a_preview_hides_what_waits_for_the_end():
    memory = Memory(topology([], {"late": LastValueAfterFinish(int), "join": NamedBarrierValue(str, {"a"})}))
    memory.commit({"join": frozenset({"a"})})
    assert preview(memory, [("late", 1), ("join", "a")]) == {"join": None}


def test_a_preview_shows_a_topic_that_the_node_emptied_as_empty():
    memory = Memory(topology([], {"topic": Topic(str)}))
    memory.commit({"topic": ["old"]})
    assert preview(memory, [("topic", [])]) == {}


def test_a_preview_reports_a_reducer_that_raises():
    graph = topology([], {"x": BinaryOperatorAggregate(int, operator.add)})
    with pytest.raises(ReducerError, match=r"the reducer of key 'x', written by 'this one', raised TypeError"):
        preview(Memory(graph), [("x", "text")])


def test_a_users_stateful_channel_takes_part():
    graph = topology([node("a", "own")], {"own": Latest(int)})
    memory = Memory(graph)
    assert apply(memory, given(graph, ("own", 1))) == ["own"]
    assert apply(memory, [task_of(graph, "a", ("own", 2), ("own", 3))]) == ["own"]
    assert (memory.view, memory.stored["own"].checkpoint()) == ({"own": 3}, 3)


def test_a_users_stateful_channel_that_says_nothing_changed_did_not_change():
    class Stubborn(Latest):
        def update(self, values: Any) -> bool:
            return False

    graph = topology([], {"own": Stubborn(int)})
    memory = Memory(graph)
    assert apply(memory, given(graph, ("own", 1))) == []
    assert MISSING not in memory.stored.values()
    assert memory.view == {}
