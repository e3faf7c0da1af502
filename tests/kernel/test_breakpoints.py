"""Breakpoints: at which tasks a run stops."""

import dataclasses

import pytest

from stepgraph.kernel.breakpoints import breaks
from stepgraph.kernel.task import Task
from tests.kernel.fakes import node

A, B = (Task(node(name), ("pull", name), ()) for name in "ab")


def hidden(task):
    found = node(task.node.name)
    return Task(dataclasses.replace(found, hidden=True), task.path, ())


@pytest.mark.parametrize(
    ("names", "tasks", "stops"),
    [
        ((), [A], False),
        ([], [A, B], False),
        (["a"], [A], True),
        (["a"], [B], False),
        (["a"], [B, A], True),
        (("a", "b"), [B], True),
        ({"c"}, [A, B], False),
        (["a"], [], False),
        ("*", [A], True),
        ("*", [], False),
    ],
)
def test_a_run_stops_where_one_of_its_tasks_is_named(names, tasks, stops):
    assert breaks(names, tasks) is stops


def test_every_node_means_every_node_that_is_not_hidden():
    assert breaks("*", [hidden(A)]) is False
    assert breaks("*", [hidden(A), B]) is True


def test_a_hidden_node_can_be_named():
    assert breaks(["a"], [hidden(A)]) is True
