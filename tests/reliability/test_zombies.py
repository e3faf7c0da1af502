"""A process that is stopped in the middle of a run, and wakes up when another one has finished its thread.

Nothing of what it does then reaches the thread, and it is told so.
"""

from __future__ import annotations

import contextlib
import operator
import os
import shutil
import signal
import sqlite3
import threading
from pathlib import Path
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, interrupt
from tests.reliability.cradle import Cradle
from tests.reliability.effort import TIMEOUT, some
from tests.reliability.life import Life
from tests.reliability.test_kills import Undisturbed
from tests.reliability.workloads import CONFIG

pytestmark = pytest.mark.timeout(TIMEOUT)

STOPS = [
    *(("chain", "in a"), ("chain", "in c"), ("chain", "before put"), ("talk", "in message-2")),
    *(("parallel", "in b"), ("parallel", "in join"), ("sends", "in each-1"), ("nested", "in y"), ("steps", "in pay")),
    *(("edit", "in b"), ("ask", "in last")),
]


def stopped_outside_a_transaction(cradle: Cradle, folder: Path, life: Life) -> int:
    """Return the process id of a life that has stopped, and holds no lock of the database: it would keep everybody
    out for as long as it sleeps, which is SQLite's way."""
    while True:
        folder.mkdir()
        zombie = cradle.start(life)
        assert cradle.wait(zombie) == "stopped"
        connection = sqlite3.connect(folder / "saver.sqlite", timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os.kill(zombie, signal.SIGCONT)
            cradle.wait(zombie)
            shutil.rmtree(folder)
        else:
            connection.execute("ROLLBACK")
            return zombie
        finally:
            connection.close()


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize(("workload", "point"), some(STOPS, 5))
def test_a_zombie_changes_nothing(
    cradle: Cradle, tmp_path: Path, workload: str, point: str, colour: str, durability: str
):
    undisturbed = Undisturbed(cradle, tmp_path / "undisturbed", workload, colour, durability)
    folder = tmp_path / "thread"
    settings = {"strike": 1, "with_signal": int(signal.SIGSTOP), "only": point, "report": "zombie"}
    stopped = Life(str(folder), workload, colour, durability, **settings)
    zombie = stopped_outside_a_transaction(cradle, folder, stopped)
    try:
        ended, report = cradle.live(Life(str(folder), workload, colour, durability))
        assert (ended, report.get("trace")) == ("exited", None)
        assert report["values"] == undisturbed.report["values"]
    finally:
        os.kill(zombie, signal.SIGCONT)
    assert cradle.wait(zombie) == "exited"
    _, after = cradle.live(Life(str(folder), workload, colour, durability))
    assert after["history"] == report["history"]
    assert in_the_root(after) == in_the_root(report)
    told = cradle.report_of(stopped)
    assert told["error"] == "ThreadConflictError", told


def in_the_root(report: Any) -> list[Any]:
    """Return the checkpoints of the graph itself; below it, each run of a node has a namespace of its own."""
    return [entry for entry in report["checkpoints"] if not entry[0]]


class Log(TypedDict):
    log: Annotated[list[Any], operator.add]


class Held:
    """A run that has asked in one node, and hangs in the node beside it until it is let go."""

    def __init__(self, saver: InMemorySaver, *, fails: bool = False) -> None:
        self.fails = fails
        self.reached, self.go = threading.Event(), threading.Event()
        self.asked: list[Any] = []
        self._thread = threading.Thread(target=self._run, args=(saver,))
        self._thread.start()
        assert self.reached.wait(60)

    def _run(self, saver: InMemorySaver) -> None:
        with contextlib.suppress(ValueError):
            self.graph(saver, self._late).invoke({"log": []}, CONFIG)

    def _late(self, state: Log) -> Any:
        self.reached.set()
        assert self.go.wait(60)
        if self.fails:
            raise ValueError("woke up in another world")
        return {"log": ["late"]}

    def graph(self, saver: Any, beside: Any = lambda _: {"log": ["beside"]}) -> Any:
        graph = StateGraph(Log).add_node("ask", self._ask).add_node("beside", beside).add_node("more", self._more)
        for name in ("ask", "beside", "more"):
            graph.add_edge(START, name)
        return graph.compile(checkpointer=saver)

    def _ask(self, state: Log) -> Any:
        self.asked.append(interrupt("sure?"))
        return {"log": self.asked[-1:]}

    def _more(self, state: Log) -> Any:
        return {"log": [interrupt("more?")]}

    def wake(self) -> None:
        self.go.set()
        self._thread.join()


@pytest.mark.parametrize("fails", [False, True])
def test_a_zombie_takes_no_answer_and_no_shown_write_back(fails: bool):
    """Task by task, too: the run that took over has saved the ends of tasks, and their superstep is still open."""
    saver = InMemorySaver()
    held = Held(saver, fails=fails)
    graph = held.graph(saver)
    graph.invoke(None, CONFIG, durability="sync")
    questions = {question.value: question.id for question in graph.get_state(CONFIG).interrupts}
    graph.invoke(Command(resume={questions["sure?"]: "yes"}), CONFIG, durability="sync")
    assert held.asked == ["yes"]
    held.wake()
    assert [question.value for question in graph.get_state(CONFIG).interrupts] == ["more?"]
    found = graph.invoke(Command(resume={questions["more?"]: "no"}), CONFIG, durability="sync")
    assert found == {"log": ["yes", "beside", "no"]}
    assert held.asked == ["yes"]
