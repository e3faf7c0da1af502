"""A task's program asks for calls and pauses, one at a time; these tests answer by hand."""

from collections.abc import Sequence
from typing import Any

import pytest

from stepgraph.channels import LastValue, Topic
from stepgraph.channels.base import MISSING
from stepgraph.errors import InvalidUpdateError, ParentCommand
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.program import Pause, Program, Request, program, write
from stepgraph.kernel.task import Status, Task
from stepgraph.kernel.topology import TASKS, Node, Write
from stepgraph.types import Command, RetryPolicy, Send
from tests.kernel.fakes import node, route, started, topology

RETRY = RetryPolicy(initial_interval=1, max_attempts=2, jitter=False, retry_on=ConnectionError)


def planned(each: Node, *writes: Write) -> tuple[Task, Machine]:
    """The only task of a graph with one node and the keys `x` and `y`."""
    graph = topology([each], {"x": LastValue(int), "y": LastValue(int), TASKS: Topic(Send)})
    machine = started(graph, ("to:a", None), *writes, limit=5)
    (task,) = machine.plan()
    return task, machine


def answered(steps: Program, *answers: Any) -> list[Request]:
    """Answer the requests of a program, in order, with values or with errors to raise; return the requests."""
    requests = [next(steps)]
    for answer in answers:
        try:
            requests.append(steps.throw(answer) if isinstance(answer, BaseException) else steps.send(answer))
        except StopIteration:
            break
    return requests


def outcome(task: Task) -> dict[str, Any]:
    names = ("status", "update", "writes", "parents", "attempt")
    return {name: getattr(task, name) for name in names}


def test_a_plain_node_is_called_once_with_its_input():
    task, machine = planned(node("a"), ("x", 1))
    requests = answered(program(task, machine), {"y": 2})
    assert requests == [(task.node.action, {"x": 1, "step": 1, "stop": 6})]
    assert outcome(task) == {
        "status": Status.DONE,
        "update": {"y": 2},
        "writes": [("y", 2)],
        "parents": (),
        "attempt": 1,
    }


def test_an_input_that_was_read_before_is_not_read_again():
    task, machine = planned(node("a"), ("x", 1))
    task.input = "read already"
    assert answered(program(task, machine), None) == [(task.node.action, "read already")]


def test_what_a_node_pushed_comes_before_what_it_returned():
    task, machine = planned(node("a"))
    steps = program(task, machine)
    next(steps)
    task.push(("x", "pushed"))
    answered_by = pytest.raises(StopIteration)
    with answered_by:
        steps.send({"y": "returned"})
    assert task.writes == [("x", "pushed"), ("y", "returned")]


def test_routers_are_asked_in_order_and_see_the_nodes_own_writes():
    seen: list[Any] = []

    def leads(answer: Any) -> list[Write]:
        seen.append(answer)
        return [(f"to:{answer}", None)]

    first, second = route("first", leads), route("second", leads)
    task, machine = planned(node("a", routes=[first, second]), ("x", 1))
    requests = answered(program(task, machine), {"y": 2}, "left", "right")
    view = {"x": 1, "y": 2, "step": 1, "stop": 6}
    assert requests == [
        (task.node.action, {"x": 1, "step": 1, "stop": 6}),
        (first.action, view),
        (second.action, view),
    ]
    assert seen == ["left", "right"]
    assert outcome(task) == {
        "status": Status.DONE,
        "update": {"y": 2},
        "writes": [("y", 2), ("to:left", None), ("to:right", None)],
        "parents": (),
        "attempt": 1,
    }
    assert machine.memory.view == {"x": 1}


def test_a_task_is_not_done_before_its_routers_have_answered():
    task, machine = planned(node("a", routes=[route("choose", lambda answer: [])]))
    steps = program(task, machine)
    next(steps)
    steps.send({"x": 1})
    assert task.status is Status.PENDING
    with pytest.raises(StopIteration):
        steps.send(None)
    assert task.status is Status.DONE


def test_a_router_does_not_see_what_another_router_leads_to():
    first, second = route("first", lambda _: [("y", 9)]), route("second", lambda _: [])
    task, machine = planned(node("a", routes=[first, second]))
    requests = answered(program(task, machine), {"x": 1}, None, None)
    assert requests[1:] == [(each.action, {"x": 1, "step": 1, "stop": 6}) for each in (first, second)]


def test_the_input_is_written_and_routed_like_a_nodes_output():
    graph = topology([node("a")], {"x": LastValue(int)})
    router = route("choose", lambda answer: [(f"to:{answer}", None)])
    graph.entry = node("caller", routes=[router])
    machine = Machine(graph, 5)
    task = Task(graph.entry, graph.entry.path, ())
    task.given, task.input = True, {"x": 1}
    assert answered(program(task, machine), "a") == [(router.action, {"x": 1, "step": 0, "stop": 6})]
    assert outcome(task) == {
        "status": Status.DONE,
        "update": {"x": 1},
        "writes": [("x", 1), ("to:a", None)],
        "parents": (),
        "attempt": 0,
    }


def addressing_above(output: Any) -> list[Write]:
    raise ParentCommand(output)


def test_a_node_that_addresses_the_graph_above_writes_nothing_and_is_not_routed():
    commands = [Command(graph=Command.PARENT, goto="x")]
    task, machine = planned(node("a", writer=addressing_above, routes=[route("never")]))
    assert len(answered(program(task, machine), commands)) == 1
    assert outcome(task) == {
        "status": Status.DONE,
        "update": commands,
        "writes": [],
        "parents": tuple(commands),
        "attempt": 1,
    }


def test_commands_from_a_graph_below_are_taken_as_the_nodes_output():
    received: list[Any] = []

    def takes(output: Sequence[Any]) -> list[Write]:
        received.extend(output)
        return [("x", 1)]

    task, machine = planned(node("a", writer=takes))
    below = ParentCommand([Command(graph=Command.PARENT, goto="b"), Command(graph=Command.PARENT, update={"x": 1})])
    answered(program(task, machine), below)
    assert received == [Command(goto="b"), Command(update={"x": 1})]
    assert task.writes == [("x", 1)]


def test_commands_from_a_graph_below_are_routed_too():
    router = route("choose", lambda answer: [(f"to:{answer}", None)])
    task, machine = planned(node("a", writer=lambda output: [("x", 3)], routes=[router]))
    requests = answered(program(task, machine), ParentCommand([Command(graph=Command.PARENT)]), "a")
    assert requests[1] == (router.action, {"x": 3, "step": 1, "stop": 6})
    assert task.writes == [("x", 3), ("to:a", None)]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), GeneratorExit()])
def test_what_a_node_raised_leaves_as_it_was_raised(error: BaseException):
    task, machine = planned(node("a"))
    steps = program(task, machine)
    next(steps)
    with pytest.raises(type(error)) as raised:
        steps.throw(error)
    assert raised.value is error
    assert (task.status, task.writes) == (Status.PENDING, [])


def test_an_output_that_cannot_be_written_is_an_error_of_the_task():
    def refuses(output: Any) -> list[Write]:
        raise InvalidUpdateError("no")

    task, machine = planned(node("a", writer=refuses))
    steps = program(task, machine)
    next(steps)
    with pytest.raises(InvalidUpdateError, match="no"):
        steps.send(1)
    assert (task.status, task.writes) == (Status.PENDING, [])


def test_a_failed_attempt_is_tried_again_after_a_pause():
    task, machine = planned(node("a", retry=[RETRY]), ("x", 1))
    call = (task.node.action, {"x": 1, "step": 1, "stop": 6})
    requests = answered(program(task, machine), ConnectionError(), None, {"y": 2})
    assert requests == [call, Pause(1, jitter=False), call]
    assert outcome(task) == {
        "status": Status.DONE,
        "update": {"y": 2},
        "writes": [("y", 2)],
        "parents": (),
        "attempt": 2,
    }


def test_the_last_attempt_raises_its_own_error():
    task, machine = planned(node("a", retry=[RETRY]))
    steps = program(task, machine)
    last = ConnectionError("second")
    next(steps)
    assert steps.throw(ConnectionError("first")) == Pause(1, jitter=False)
    next(steps)
    with pytest.raises(ConnectionError) as raised:
        steps.throw(last)
    assert (raised.value, task.attempt) == (last, 2)


def test_an_error_that_no_policy_matches_is_not_tried_again():
    task, machine = planned(node("a", retry=[RETRY]))
    steps = program(task, machine)
    next(steps)
    with pytest.raises(ValueError, match="no"):
        steps.throw(ValueError("no"))
    assert task.attempt == 1


def test_cancellation_is_not_tried_again():
    task, machine = planned(node("a", retry=[RetryPolicy(retry_on=lambda _: True)]))
    steps = program(task, machine)
    next(steps)
    with pytest.raises(KeyboardInterrupt):
        steps.throw(KeyboardInterrupt())
    assert task.attempt == 1


def test_what_a_failed_attempt_pushed_is_forgotten():
    task, machine = planned(node("a", retry=[RETRY]))
    steps = program(task, machine)
    next(steps)
    task.push(("x", "of the first attempt"))
    steps.throw(ConnectionError())
    next(steps)
    task.push(("x", "of the second"))
    with pytest.raises(StopIteration):
        steps.send(None)
    assert task.writes == [("x", "of the second")]


def test_a_router_that_fails_runs_its_node_again():
    router = route("choose", lambda answer: [(f"to:{answer}", None)])
    task, machine = planned(node("a", routes=[router], retry=[RETRY]))
    call, ask = (task.node.action, {"step": 1, "stop": 6}), (router.action, {"y": 2, "step": 1, "stop": 6})
    requests = answered(program(task, machine), {"y": 2}, ConnectionError(), None, {"y": 2}, "a")
    assert requests == [call, ask, Pause(1, jitter=False), call, ask]
    assert task.writes == [("y", 2), ("to:a", None)]


def test_commands_from_a_graph_below_are_no_failure_to_retry():
    task, machine = planned(node("a", writer=lambda output: [("x", 1)], retry=[RETRY]))
    requests = answered(program(task, machine), ParentCommand([Command(graph=Command.PARENT)]))
    assert (len(requests), task.writes, task.attempt) == (1, [("x", 1)], 1)


def test_writing_without_a_call_is_what_a_task_without_a_function_does():
    task, _ = planned(node("a"))
    assert task.input is MISSING
    write(task, {"x": 1})
    assert task.writes == [("x", 1)]
