"""Anything that can be done to threads, in any order: each saver says what a dict says."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from stepgraph.checkpoint.base import ANY_HEAD, STATUS
from stepgraph.checkpoint.ids import new_checkpoint_id
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import ThreadConflictError
from tests.checkpoint.driving import checkpoint, config
from tests.reliability.effort import THOROUGH
from tests.reliability.thread_model import Node, Tree

effort = settings(
    max_examples=2000 if THOROUGH else 20,
    stateful_step_count=40 if THOROUGH else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

THREADS = st.sampled_from(["one", "two"])
RUNS = st.sampled_from(["r1", "r2", "r3"])
VALUES = st.one_of(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), st.just("long " * 100))
CHANGES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=2)
PICK = st.integers(0, 1000)


class SaverMachine(RuleBasedStateMachine):
    """Does to a saver what it does to trees."""

    def __init__(self) -> None:
        super().__init__()
        self.saver = self.open()
        self.trees: dict[str, Tree] = {}

    def open(self) -> Any:
        return InMemorySaver()

    def pick(self, thread: str, number: int) -> str | None:
        nodes = list(self.trees.setdefault(thread, Tree()).nodes)
        return nodes[number % len(nodes)] if nodes else None

    @rule(thread=THREADS, run=RUNS, changes=CHANGES, gone=st.sampled_from("abc-"), onto=PICK | st.none())
    def put(self, thread: str, run: str, changes: dict[str, Any], gone: str, onto: int | None) -> None:
        """Put a child of the head, or of any checkpoint."""
        tree = self.trees.setdefault(thread, Tree())
        parent = tree.head if onto is None else self.pick(thread, onto)
        before = Node(None, {}, {}, "") if parent is None else tree.nodes[parent]
        values = {**before.values, **changes}
        fresh = dict.fromkeys(changes, len(tree.nodes) + 1)
        if gone in values:
            del values[gone]
            fresh[gone] = len(tree.nodes) + 1
        versions = {**before.versions, **fresh}
        made = checkpoint(values, versions)
        self.saver.put(config(thread, parent), made, {"step": len(tree.nodes), "run_id": run}, fresh, head=tree.head)
        tree.put(made["id"], Node(parent, values, versions, run))

    @rule(thread=THREADS, onto=PICK)
    def put_after_another(self, thread: str, onto: int) -> None:
        """Put with a head that is none any more: nothing changes."""
        wrong = self.pick(thread, onto)
        tree = self.trees[thread]
        if wrong == tree.head:
            wrong = new_checkpoint_id()
        made = checkpoint({"a": 1}, {"a": 1})
        with pytest.raises(ThreadConflictError):
            self.saver.put(config(thread, None), made, {}, {"a": 1}, head=wrong)

    @rule(thread=THREADS, onto=PICK, task=st.sampled_from(["t1", "t2"]), status=st.sampled_from(["failed", "done"]))
    def put_writes(self, thread: str, onto: int, task: str, status: str) -> None:
        where = self.pick(thread, onto)
        if where is None:
            return
        writes = self.trees[thread].nodes[where].writes
        if writes.get(task, ("",))[0] == "done":
            return  # what is done is not done again
        plain = (("a", onto), ("b", [status])) if status == "done" else ()
        self.saver.put_writes(config(thread, where), [(STATUS, status), *plain], task)
        writes[task] = (status, plain)

    @rule(source=THREADS)
    def copy_thread(self, source: str) -> None:
        """Copy a thread over the other one, which is deleted before."""
        target = "two" if source == "one" else "one"
        if self.trees.get(target, Tree()).nodes and self.trees.get(source, Tree()).nodes:
            with pytest.raises(ValueError, match=target):
                self.saver.copy_thread(source, target)
        self.delete_thread(target)
        self.saver.copy_thread(source, target)
        self.trees[target] = self.trees.get(source, Tree()).copy()

    @rule(thread=THREADS)
    def delete_thread(self, thread: str) -> None:
        self.saver.delete_thread(thread)
        self.trees[thread] = Tree()

    @rule(thread=THREADS, keep_last=st.integers(1, 4))
    def prune(self, thread: str, keep_last: int) -> None:
        count = self.saver.prune([thread], keep_last=keep_last)
        assert count == self.trees.setdefault(thread, Tree()).prune(keep_last)

    @rule(run=RUNS)
    def delete_run(self, run: str) -> None:
        count = self.saver.delete_for_runs([run])
        assert count == sum(tree.drop_run(run) for tree in self.trees.values())

    @precondition(lambda self: any(tree.nodes for tree in self.trees.values()))
    @rule(thread=THREADS)
    def put_anywhere(self, thread: str) -> None:
        """Put a first checkpoint, whatever is there."""
        tree = self.trees.setdefault(thread, Tree())
        made = checkpoint({"c": [1]}, {"c": 1})
        self.saver.put(config(thread, None), made, {"step": 0, "run_id": "r1"}, {"c": 1}, head=ANY_HEAD)
        tree.put(made["id"], Node(None, {"c": [1]}, {"c": 1}, "r1"))

    @invariant()
    def agree(self) -> None:
        for thread, tree in self.trees.items():
            head = self.saver.get_tuple(config(thread))
            assert (None if head is None else head.checkpoint["id"]) == tree.head
            found = list(self.saver.list(config(thread)))
            assert [item.checkpoint["id"] for item in found] == list(reversed(tree.nodes))
            for item in found:
                self.check_item(tree, item)
                assert self.saver.get_tuple(item.config) == item

    def check_item(self, tree: Tree, item: Any) -> None:
        id = item.checkpoint["id"]
        node = tree.nodes[id]
        assert item.checkpoint["channel_values"] == node.values
        assert item.checkpoint["channel_versions"] == node.versions
        assert item.metadata["run_id"] == node.run
        parent = None if item.parent_config is None else item.parent_config["configurable"]["checkpoint_id"]
        assert parent == tree.parent_of(id)
        told: dict[str, list[Any]] = {}
        for task, channel, value in item.pending_writes:
            told.setdefault(task, []).append((channel, value))
        wanted = {task: sorted([(STATUS, status), *plain]) for task, (status, plain) in node.writes.items()}
        assert {task: sorted(pairs) for task, pairs in told.items()} == wanted


class FileMachine(SaverMachine):
    """The same with a file, which is closed and opened in between."""

    def open(self) -> Any:
        self.folder = Path(tempfile.mkdtemp())
        return SqliteSaver(self.folder / "saver.sqlite")

    @rule()
    def reopen(self) -> None:
        self.saver.close()
        self.saver = SqliteSaver(self.folder / "saver.sqlite")

    def teardown(self) -> None:
        self.saver.close()
        shutil.rmtree(self.folder)


@pytest.mark.timeout(0 if THOROUGH else 120)
@pytest.mark.parametrize("machine", [SaverMachine, FileMachine])
def test_savers_are_trees(machine: Any):
    run_state_machine_as_test(machine, settings=effort)
