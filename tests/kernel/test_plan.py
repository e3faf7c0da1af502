"""plan: Sends in list order, then triggered nodes by name, each once."""

from typing import Any

from stepgraph.channels import LastValue, LastValueAfterFinish, NamedBarrierValue, Topic
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.plan import plan, release, stale
from stepgraph.kernel.task import Status
from stepgraph.kernel.topology import PULL, PUSH, TASKS
from stepgraph.types import Send
from tests.kernel.fakes import contents, node, places, started, superstep, topology


def test_triggered_nodes_come_by_name_whatever_the_order_of_their_triggers():
    memory = Memory(topology([node("c"), node("a"), node("b")], {}))
    memory.commit({"to:c": None, "to:b": None, "to:a": None})
    assert places(plan(memory, ["to:c", "to:b", "to:a"])) == [
        ("a", (PULL, "a"), ("to:a",)),
        ("b", (PULL, "b"), ("to:b",)),
        ("c", (PULL, "c"), ("to:c",)),
    ]


def test_a_node_runs_once_however_many_of_its_triggers_fired():
    memory = Memory(topology([node("a", "x", "y", "z")], {}))
    memory.commit({"x": 1, "y": 2})
    assert places(plan(memory, ["x", "y"])) == [("a", (PULL, "a"), ("x", "y", "z"))]


def test_one_channel_triggers_many():
    memory = Memory(topology([node("b", "x"), node("a", "x")], {}))
    memory.commit({"x": 1})
    assert places(plan(memory, ["x"])) == [("a", (PULL, "a"), ("x",)), ("b", (PULL, "b"), ("x",))]


def test_sends_come_first_and_in_list_order():
    memory = Memory(topology([node("a"), node("b")], {TASKS: Topic(Send)}))
    memory.commit({TASKS: [Send("b", 1), Send("a", 2), Send("b", 3)], "to:a": None})
    tasks = plan(memory, [TASKS, "to:a"])
    assert places(tasks) == [
        ("b", (PUSH, 0), (PUSH,)),
        ("a", (PUSH, 1), (PUSH,)),
        ("b", (PUSH, 2), (PUSH,)),
        ("a", (PULL, "a"), ("to:a",)),
    ]
    assert [task.argument for task in tasks[:3]] == [1, 2, 3]


def test_a_channel_without_anything_to_read_triggers_nothing():
    memory = Memory(topology([node("a", "join")], {"join": NamedBarrierValue(str, {"x", "y"})}))
    memory.commit({"join": frozenset({"x"})})
    assert plan(memory, ["join"]) == []
    memory.commit({"join": frozenset({"x", "y"})})
    assert places(plan(memory, ["join"])) == [("a", (PULL, "a"), ("join",))]


def test_only_what_changed_triggers():
    memory = Memory(topology([node("a"), node("b")], {}))
    memory.commit({"to:a": None, "to:b": None})
    assert places(plan(memory, ["to:b", "nobody listens"])) == [("b", (PULL, "b"), ("to:b",))]
    assert plan(memory, []) == []


def test_a_state_channel_triggers_too():
    memory = Memory(topology([node("a", "x")], {"x": LastValue(int)}))
    memory.commit({"x": 1})
    assert places(plan(memory, ["x"])) == [("a", (PULL, "a"), ("x",))]


def test_planning_changes_nothing():
    memory = Memory(topology([node("a")], {TASKS: Topic(Send)}))
    memory.commit({"to:a": None, TASKS: [Send("a", 1)]})
    before = contents(memory)
    plan(memory, ["to:a"])
    stale(memory)
    release(memory)
    assert contents(memory) == before


def test_a_channel_is_stale_until_the_nodes_that_it_triggers_ran():
    graph = topology([node("a", "x"), node("b", "x", "y")], {"x": LastValue(int), "y": LastValue(int)})
    machine = started(graph, ("x", 1))
    assert stale(machine.memory) == ["x"]
    tasks = machine.plan()
    assert stale(machine.memory) == ["x"]  # a superstep that does not end leaves no trace
    for task in tasks:
        task.status = Status.DONE
    machine.commit(tasks)
    assert stale(machine.memory) == []
    machine.memory.commit({"y": 1})
    assert stale(machine.memory) == ["y"]


def test_what_the_last_superstep_changed_and_what_is_stale_plan_the_same():
    """A loop with a join, a deferred node, Sends and a node that two channels trigger, planned both ways."""
    nodes = [
        node("start"),
        node("left", "to:left", "word"),
        node("right"),
        node("joined", "to:joined", "join"),
        node("last", "to:last"),
        node("sent"),
    ]
    channels = {
        "word": LastValue(str),
        "join": NamedBarrierValue(str, {"left", "right"}),
        "to:last": LastValueAfterFinish(Any),
        TASKS: Topic(Send),
    }
    machine = started(topology(nodes, channels), ("to:start", None))
    seen = []
    script: list[dict[str, Any]] = [
        {"start": [("to:left", None), ("to:right", None), ("to:last", None)]},
        {"left": [("join", "left"), ("word", "go")]},
        {"left": [("join", "left"), (TASKS, Send("sent", 1))]},
        {"sent": [("to:right", None), (TASKS, Send("left", 2))]},
        {"right": [("join", "right")], "left": [("to:joined", None)]},
        {"joined": [("join", "left")]},
        {"last": []},
    ]
    for writes in script:
        by_change = plan(machine.memory, machine.changed)
        assert places(by_change) == places(plan(machine.memory, stale(machine.memory)))
        seen.append(superstep(machine, **writes))
    assert seen == [["start"], ["left", "right"], ["left"], ["sent"], ["left", "right"], ["joined"], ["last"]]
    assert places(plan(machine.memory, stale(machine.memory))) == places(machine.plan()) == []


def test_release_shows_what_was_deferred():
    graph = topology(
        [node("a", "late")],
        {"late": LastValueAfterFinish(int), "empty": LastValueAfterFinish(int), "e": LastValue(int)},
    )
    memory = Memory(graph)
    assert release(memory) == {}
    memory.commit({"late": (5, False), "e": 1})
    assert plan(memory, ["late"]) == []
    assert release(memory) == {"late": (5, True)}
    memory.commit(release(memory))
    assert release(memory) == {}
    assert places(plan(memory, ["late"])) == [("a", (PULL, "a"), ("late",))]


def test_an_argument_is_handed_over_uncopied():
    argument = {"x": [1]}
    memory = Memory(topology([node("a")], {TASKS: Topic(Send)}))
    memory.commit({TASKS: [Send("a", argument)]})
    (task,) = plan(memory, [TASKS])
    assert task.argument is argument
