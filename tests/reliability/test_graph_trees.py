"""Anything that can be done to the thread of a graph, in any order, against the few rules that say what comes of it."""

from __future__ import annotations

import operator
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, StateGraph
from tests.reliability.colours import Hand
from tests.reliability.effort import THOROUGH
from tests.reliability.test_thread_trees import effort

PICK = st.integers(0, 1000)
DURABILITIES = st.sampled_from(["sync", "async"])
AFTER = {"__start__": "a", "a": "b", "b": None}


class Log(TypedDict):
    log: Annotated[list[str], operator.add]


@dataclass
class Past:
    """A checkpoint of the graph `a`, `b`.

    Attributes:
        parent: The position of the one that it follows.
        source: What made it.
        log: What it holds.
        next: What runs next.
        given: The input that it holds, where that runs next.
    """

    parent: int | None
    source: str
    log: list[str]
    next: str | None
    given: str | None = None


def graph_of(saver: Any, hand: Hand) -> Any:
    def node(name: str) -> Any:
        def sync_node(state: Log) -> Any:
            return {"log": [name]}

        async def async_node(state: Log) -> Any:
            return {"log": [name]}

        return name, async_node if hand.is_async else sync_node

    graph = StateGraph(Log).add_sequence([node("a"), node("b")]).add_edge(START, "a")
    return graph.compile(checkpointer=saver)


class GraphMachine(RuleBasedStateMachine):
    """Runs, edits, forks, replays and copies a thread, and keeps its history in a list."""

    colour = "sync"

    def __init__(self) -> None:
        super().__init__()
        self.hand = Hand(self.colour)
        self.saver = self.open()
        self.graph = graph_of(self.saver, self.hand)
        self.past: list[Past] = []
        self.thread = 0
        self.items = 0

    def open(self) -> Any:
        return InMemorySaver()

    # The model.

    def perform(self, head: int, stop_before: str | None) -> None:
        """Add what a run adds that goes on from a checkpoint."""
        while (now := self.past[head]).next is not None and now.next != stop_before:
            log = [*now.log, now.given if now.next == "__start__" else now.next]
            self.past.append(Past(head, "loop", log, AFTER[now.next]))  # type: ignore[arg-type]
            head = len(self.past) - 1

    # The deeds.

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self.hand.run(self.hand.call(self.graph, name, *args, **kwargs))

    def config(self, position: int | None = None) -> Any:
        place = {"thread_id": str(self.thread)}
        if position is not None:
            place["checkpoint_id"] = self.ids()[position]
        return {"configurable": place}

    def ids(self) -> list[str]:
        found = self.saver.list({"configurable": {"thread_id": str(self.thread)}})
        return [item.checkpoint["id"] for item in found][::-1]

    @rule(durability=DURABILITIES, stop=st.sampled_from(["a", "b", None]))
    def run(self, durability: str, stop: str | None) -> None:
        """Give new input; what was left undone is dropped."""
        self.items += 1
        item = f"item {self.items}"
        head = len(self.past) - 1
        log = self.past[head].log if self.past else []
        self.past.append(Past(head if self.past else None, "input", log, "__start__", item))
        self.perform(len(self.past) - 1, stop)
        settings = {"interrupt_before": [stop]} if stop else {}
        self.call("invoke", {"log": [item]}, self.config(), durability=durability, **settings)

    @precondition(lambda self: self.past)
    @rule(durability=DURABILITIES)
    def go_on(self, durability: str) -> None:
        """Go on from the head."""
        self.perform(len(self.past) - 1, None)
        self.call("invoke", None, self.config(), durability=durability)

    @precondition(lambda self: self.past)
    @rule(durability=DURABILITIES, number=PICK)
    def replay(self, durability: str, number: int) -> None:
        """Go on from any checkpoint: from a copy of it, unless it is a copy or an edit and the head."""
        position = number % len(self.past)
        config = self.config(position)
        origin, head = self.past[position], len(self.past) - 1
        if position != head or origin.source not in ("update", "fork"):
            self.past.append(Past(position, "fork", origin.log, origin.next, origin.given))
            position = head + 1
        self.perform(position, None)
        self.call("invoke", None, config, durability=durability)

    @precondition(lambda self: self.past)
    @rule(number=PICK, node=st.sampled_from("ab"))
    def edit(self, number: int, node: str) -> None:
        """Write in the name of a node, at any checkpoint."""
        position = number % len(self.past)
        self.items += 1
        config = self.config(position)
        origin = self.past[position]
        self.past.append(Past(position, "update", [*origin.log, f"edit {self.items}"], AFTER[node]))
        self.call("update_state", config, {"log": [f"edit {self.items}"]}, as_node=node)

    @precondition(lambda self: self.past)
    @rule()
    def move(self) -> None:
        """Copy the thread, delete the old one and go on with the copy."""
        self.saver.copy_thread(str(self.thread), str(self.thread + 1))
        self.saver.delete_thread(str(self.thread))
        assert self.ids() == []
        self.thread += 1

    @precondition(lambda self: len(self.past) > 3)
    @rule(keep_last=st.integers(1, 3))
    def prune(self, keep_last: int) -> None:
        """Drop all but the newest checkpoints; the head is the newest one."""
        self.saver.prune([str(self.thread)], keep_last=keep_last)
        gone = len(self.past) - keep_last
        self.past = self.past[gone:]
        for one in self.past:
            one.parent = None if one.parent is None or one.parent < gone else one.parent - gone

    @invariant()
    def agree(self) -> None:
        config = self.config()
        found = list(self.graph.get_state_history(config))[::-1]
        positions = {state.config["configurable"]["checkpoint_id"]: at for at, state in enumerate(found)}
        read = []
        for state in found:
            above = state.parent_config and positions[state.parent_config["configurable"]["checkpoint_id"]]
            read.append((above, state.metadata["source"], state.values.get("log", []), state.next))
        nexts = [() if one.next is None else (one.next,) for one in self.past]
        wanted = [(one.parent, one.source, one.log, then) for one, then in zip(self.past, nexts, strict=True)]
        assert read == wanted
        if self.past:
            assert self.call("get_state", config).values.get("log", []) == self.past[-1].log


class AsyncGraphMachine(GraphMachine):
    colour = "async"


class FileGraphMachine(GraphMachine):
    def open(self) -> Any:
        self.folder = Path(tempfile.mkdtemp())
        return SqliteSaver(self.folder / "saver.sqlite")

    def teardown(self) -> None:
        self.saver.close()
        shutil.rmtree(self.folder)


@pytest.mark.timeout(0 if THOROUGH else 120)
@pytest.mark.parametrize("machine", [GraphMachine, AsyncGraphMachine, FileGraphMachine])
def test_the_doors_of_a_graph_keep_a_tree(machine: Any):
    run_state_machine_as_test(machine, settings=effort)
