"""Machine: plan a superstep, take its tasks' writes, until there is nothing left to run."""

import operator

import pytest

from stepgraph.channels import BinaryOperatorAggregate, LastValue, LastValueAfterFinish, NamedBarrierValue, Topic
from stepgraph.channels import NamedBarrierValueAfterFinish as LateBarrier
from stepgraph.channels.base import MISSING
from stepgraph.errors import GraphRecursionError, InvalidUpdateError, ParentCommand
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Status
from stepgraph.kernel.topology import PUSH, TASKS
from stepgraph.types import Command, Send
from tests.kernel.fakes import contents, done, given, node, places, started, superstep, topology

LOOP = topology([node("a"), node("b")], {"n": BinaryOperatorAggregate(int, operator.add)})


def test_a_run_of_supersteps():
    machine = started(LOOP, ("n", 1), ("to:a", None))
    assert (machine.step, machine.changed, machine.memory.view) == (0, ["n", "to:a"], {"n": 1})
    assert superstep(machine, a=[("n", 1), ("to:b", None)]) == ["a"]
    assert (machine.step, machine.changed, machine.memory.view) == (1, ["n", "to:b"], {"n": 2})
    assert superstep(machine, b=[("n", 1)]) == ["b"]
    assert (machine.step, machine.changed, machine.memory.view) == (2, ["n"], {"n": 3})
    assert superstep(machine) == []
    assert machine.step == 2


def test_an_input_that_triggers_nothing_ends_the_run_at_once():
    machine = started(LOOP, ("n", 1))
    assert (machine.plan(), machine.step, machine.memory.view) == ([], 0, {"n": 1})


def test_planned_tasks_are_pending_and_unread():
    (task,) = started(LOOP, ("to:a", None)).plan()
    assert (task.status, task.input, task.writes, task.attempt) == (Status.PENDING, MISSING, [], 0)


def test_the_step_limit_counts_supersteps():
    machine = started(LOOP, ("to:a", None), limit=2)
    superstep(machine, a=[("to:a", None), ("to:b", None)])
    superstep(machine, a=[("to:a", None), ("to:b", None)])
    with pytest.raises(GraphRecursionError) as raised:
        machine.plan()
    assert str(raised.value) == (
        "the run used its 2 supersteps and still had 'a', 'b' to run; check that every cycle has a way out, or raise "
        "config['recursion_limit'] (GRAPH_RECURSION_LIMIT)"
    )


def test_a_run_may_end_in_its_last_superstep():
    machine = started(LOOP, ("to:a", None), limit=1)
    assert superstep(machine) == ["a"]
    assert machine.plan() == []


def test_a_superstep_that_cannot_be_applied_changes_nothing():
    graph = topology([node("a"), node("b")], {"x": LastValue(int)})
    machine = started(graph, ("to:a", None), ("to:b", None))
    tasks = machine.plan()
    before = contents(machine.memory)
    with pytest.raises(InvalidUpdateError):
        machine.commit([done(tasks[0], ("x", 1)), done(tasks[1], ("x", 2))])
    assert contents(machine.memory) == before


def test_a_pulled_task_reads_the_state_with_its_place_in_the_run():
    machine = started(LOOP, ("n", 4), ("to:a", None), limit=9)
    (task,) = machine.plan()
    assert machine.read_input(task) == {"n": 4, "step": 1, "stop": 10}


def test_a_sent_task_gets_its_argument():
    graph = topology([node("a")], {TASKS: Topic(Send)})
    machine = started(graph, (TASKS, Send("a", 1)), (TASKS, Send("a", None)))
    assert [machine.read_input(task) for task in machine.plan()] == [("argument", 1), ("argument", None)]


def test_tasks_of_one_superstep_read_the_same_state():
    machine = started(LOOP, ("n", 1), ("to:a", None), ("to:b", None))
    first, second = machine.plan()
    read = machine.read_input(first)
    done(first, ("n", 5))
    assert machine.read_input(second) == read


def test_what_is_deferred_waits_until_nothing_else_is_left():
    graph = topology([node("a"), node("b"), node("last")], {"to:last": LastValueAfterFinish(int)})
    machine = started(graph, ("to:last", 1), ("to:a", None))
    assert superstep(machine, a=[("to:b", None)]) == ["a"]
    assert superstep(machine, b=[("to:last", 2)]) == ["b"]
    assert machine.changed == ["to:last"]
    assert superstep(machine) == ["last"]
    assert superstep(machine) == []


def test_everything_deferred_is_released_at_once():
    channels = {"to:x": LastValueAfterFinish(int), "to:y": LastValueAfterFinish(int)}
    machine = started(topology([node("a"), node("x"), node("y")], channels), ("to:a", None), ("to:y", 1), ("to:x", 1))
    assert superstep(machine) == ["a"]
    assert superstep(machine) == ["x", "y"]


def test_sends_keep_the_deferred_waiting():
    graph = topology([node("a"), node("last")], {"to:last": LastValueAfterFinish(int), TASKS: Topic(Send)})
    machine = started(graph, ("to:last", 1), (TASKS, Send("a", 1)))
    assert superstep(machine) == ["a"]
    assert superstep(machine) == ["last"]


def test_a_deferred_barrier_opens_at_the_end_and_closes_again():
    graph = topology([node("a"), node("b"), node("last", "join")], {"join": LateBarrier(str, {"a", "b"})})
    machine = started(graph, ("to:a", None))
    assert superstep(machine, a=[("join", "a"), ("to:b", None)]) == ["a"]
    assert superstep(machine, b=[("join", "b"), ("to:a", None)]) == ["b"]
    assert superstep(machine, a=[]) == ["a"]
    assert superstep(machine, last=[("join", "a")]) == ["last"]
    assert superstep(machine) == []
    assert machine.half_filled() == {"join": (["a"], ["b"])}


def test_a_deferred_state_key_shows_in_the_last_superstep():
    machine = started(topology([node("a")], {"late": LastValueAfterFinish(int)}), ("to:a", None))
    superstep(machine, a=[("late", 5)])
    assert (machine.changed, machine.memory.view) == (["late"], {"late": 5})


def test_commands_to_the_graph_above_leave_together_in_path_order():
    graph = topology([node("a"), node("b")], {"n": BinaryOperatorAggregate(int, operator.add), TASKS: Topic(Send)})
    machine = started(graph, (TASKS, Send("b", 1)), ("to:b", None), ("to:a", None))
    sent, first, second = machine.plan()
    assert places([sent, first, second])[0] == ("b", (PUSH, 0), (PUSH,))
    before = contents(machine.memory)
    sent.parents = (Command(goto="from the send"),)
    second.parents = (Command(goto="one"), Command(goto="two"))
    done(first, ("n", 1))
    with pytest.raises(ParentCommand) as raised:
        machine.commit([sent, first, second])
    assert raised.value.commands == (Command(goto="one"), Command(goto="two"), Command(goto="from the send"))
    assert contents(machine.memory) == before


def test_half_filled_joins_say_who_came_and_who_is_missing():
    channels = {
        "complete": NamedBarrierValue(str, {"a"}),
        "half": NamedBarrierValue(str, {"a", "b", "c", "d"}),
        "late": LateBarrier(str, {"a", "b"}),
        "untouched": NamedBarrierValue(str, {"a", "b"}),
        "used": NamedBarrierValue(str, {"a", "b"}),
    }
    machine = started(topology([node("x"), node("y", "used")], channels), ("to:x", None))
    writes = [("complete", "a"), ("half", "c"), ("half", "a"), ("late", "b"), ("used", "a"), ("used", "b")]
    superstep(machine, x=writes)
    assert superstep(machine) == ["y"]
    assert machine.half_filled() == {"half": (["a", "c"], ["b", "d"]), "late": (["b"], ["a"])}


def test_machines_of_one_topology_share_nothing_that_changes():
    first, second = Machine(LOOP, 5), Machine(LOOP, 5)
    first.commit(given(LOOP, ("n", 1), ("to:a", None)))
    first.plan()
    assert contents(second.memory) == contents(Machine(LOOP, 5).memory)
