"""What the kernel decides wrongly."""

from typing import Any

import pytest

from stepgraph import START, RetryPolicy, StateGraph
from stepgraph.channels import LastValue, LastValueAfterFinish, Topic
from stepgraph.errors import InvalidUpdateError
from stepgraph.kernel.apply import preview
from stepgraph.kernel.memory import Memory
from stepgraph.kernel.program import program
from stepgraph.kernel.retry import default_retry_on, delay_before_retry
from stepgraph.kernel.task import Status
from tests.graph.states import State
from tests.kernel.fakes import node, route, started, superstep, topology

QUICK = RetryPolicy(initial_interval=0, jitter=False, retry_on=ConnectionError)


def test_a_task_is_not_done_before_its_routers_have_answered():
    """4.2 and defect 1: `write` marks it done, with the routed writes still missing; a cancelled or failed router
    leaves a task whose status says done."""
    graph = topology([node("a", routes=[route("choose")])], {"x": LastValue(int)})
    machine = started(graph, ("to:a", None))
    (task,) = machine.plan()
    steps = program(task, machine)
    next(steps)
    steps.send({"x": 1})
    assert task.status is Status.PENDING


def test_a_second_attempt_sees_the_state_as_it_was_and_not_the_edits_of_the_first():
    """4.1: the input is read once for all attempts."""
    seen: list[Any] = []

    def flaky(state: State) -> None:
        seen.append(dict(state))
        state["n"] = 99
        if len(seen) == 1:
            raise ConnectionError

    graph = StateGraph(State).add_node(flaky, retry_policy=QUICK).add_edge(START, "flaky").compile()
    graph.invoke({"n": 1})
    assert seen == [{"log": [], "n": 1}] * 2


def test_a_preview_shows_a_topic_that_the_node_emptied_as_empty():
    """`fold` returned MISSING, and the value before it stays in view."""
    memory = Memory(topology([], {"topic": Topic(str)}))
    memory.commit({"topic": ["old"]})
    assert preview(memory, [("topic", [])]) == {}


def test_a_wait_that_no_number_can_hold_is_the_longest_wait():
    """OverflowError after 1,025 attempts, in place of the node's own error."""
    policy = RetryPolicy(max_attempts=10**6, jitter=False)
    assert delay_before_retry([policy], 5000, ConnectionError()) == (128.0, False)


def test_an_error_of_the_program_is_one_in_a_network_library_too():
    class InvalidURL(OSError, ValueError):
        """As requests.exceptions.InvalidURL, an IOError and a ValueError."""

    InvalidURL.__module__ = "requests.exceptions"
    assert default_retry_on(InvalidURL()) is False


def test_what_changed_is_listed_once():
    """Machine.changed has a deferred channel twice when its write and its release fall into one superstep."""
    machine = started(topology([node("a")], {"late": LastValueAfterFinish(int)}), ("to:a", None))
    superstep(machine, a=[("late", 5)])
    assert list(machine.changed) == ["late"]


@pytest.mark.parametrize("join", ["left", "right"])
def test_joins_of_names_with_a_plus_stay_apart(join: str):
    """The channels of ['a+b'] -> t and ['a', 'b'] -> t have one name, so one of the two joins is lost."""
    graph = StateGraph(State)
    for name in ("a+b", "a", "b"):
        graph.add_node(name, lambda state: None).add_edge(START, name)
    graph.add_node("t", lambda state: {"log": ["t"]})
    joins: list[list[str]] = [["a+b"], ["a", "b"]]
    for sources in joins if join == "left" else reversed(joins):
        graph.add_edge(sources, "t")
    assert graph.compile().invoke({}) == {"log": ["t"]}


@pytest.mark.parametrize(
    ("update", "key"), [({"log": "text"}, "log"), (None, "n")], ids=["a reducer that raises", "two writes"]
)
def test_a_superstep_that_cannot_be_applied_says_its_step_and_thread(update: Any, key: str):
    """4.5: the error of a node has a note with step and thread, that of a commit has none."""
    graph = StateGraph(State)
    for name in "ab":
        graph.add_node(name, lambda state: update or {"n": 1}).add_edge(START, name)
    with pytest.raises(InvalidUpdateError, match=f"key '{key}', written by 'a', 'b'") as raised:
        graph.compile().invoke({}, {"configurable": {"thread_id": "t1"}})
    said = " ".join([str(raised.value), *getattr(raised.value, "__notes__", ())])
    assert "step 1" in said
    assert "'t1'" in said
