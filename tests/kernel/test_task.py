"""A task says where it stands, what became of it, and has an id that does not depend on chance."""

import itertools

from stepgraph.channels.base import MISSING
from stepgraph.kernel.task import Status, Task, task_id
from stepgraph.kernel.topology import PULL, PUSH
from tests.kernel.fakes import node


def test_a_new_task_is_pending_and_empty():
    task = Task(node("a"), (PULL, "a"), ("to:a",))
    assert {name: getattr(task, name) for name in Task.__slots__ if name != "node"} == {
        "alias": "",
        "answered": False,
        "answers": None,
        "argument": MISSING,
        "asked": (),
        "attempt": 0,
        "error": None,
        "folded": None,
        "given": False,
        "id": "",
        "input": MISSING,
        "memo": None,
        "parents": (),
        "path": (PULL, "a"),
        "pushed": None,
        "saved": False,
        "settled": False,
        "status": Status.PENDING,
        "triggers": ("to:a",),
        "update": None,
        "writes": [],
    }


def test_a_task_prints_its_node_place_and_status():
    assert repr(Task(node("a"), (PUSH, 3), (PUSH,), {})) == "Task('a', path=('__pregel_push', 3), status=pending)"


def test_an_id_is_32_hexadecimal_digits_and_the_same_for_the_same_place():
    place = ("seed", "outer:1", 3, (PUSH, 2), "a")
    assert task_id(*place) == task_id(*place)
    assert len(task_id(*place)) == 32
    assert int(task_id(*place), 16) >= 0


def test_every_part_of_a_place_counts():
    choices = [("s", "t"), ("", "n:1"), (1, 11), ((PULL, "a"), (PUSH, 1)), ("a", "b")]
    places = list(itertools.product(*choices))
    assert len({task_id(*place) for place in places}) == len(places)


def test_ids_do_not_run_together_at_the_seams():
    assert task_id("ab", "c", 1, (PULL, "a"), "a") != task_id("a", "bc", 1, (PULL, "a"), "a")
