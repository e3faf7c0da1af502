"""A thread of 2,000 supersteps and 1,000 messages in a file: it grows by what changed, and reading it costs the same.

Nothing is timed: bytes of the file, statements, and instructions of SQLite's machine are counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, StateGraph, add_messages
from stepgraph.messages import AIMessage

CONFIG = {"configurable": {"thread_id": "1"}, "recursion_limit": 5000}
QUARTER = 250
TEXT = "x" * 200
MESSAGE = 300  # bytes in the file


class Talk(TypedDict, total=False):
    messages: Annotated[list[Any], add_messages]
    ballast: str
    turns: int
    until: int


class Effort:
    """What SQLite was asked for, and how long it took, in instructions."""

    def __init__(self) -> None:
        self.statements = 0
        self.hundreds = 0

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Count what connections do that are opened in the block."""
        connect = sqlite3.connect

        def counting(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(self._statement)
            connection.set_progress_handler(self._progress, 100)
            return connection

        with monkeypatch.context() as patch:
            patch.setattr(sqlite3, "connect", counting)
            yield

    def _statement(self, text: str) -> None:
        self.statements += 1

    def _progress(self) -> int:
        self.hundreds += 1
        return 0


def talking(saver: SqliteSaver) -> Any:
    """Return a graph of two nodes, one that adds a message and one that counts, in a loop."""

    def talk(state: Talk) -> Any:
        number = len(state["messages"])
        return {"messages": [AIMessage(f"{number} {TEXT}", id=str(number))]}

    graph = StateGraph(Talk).add_node("talk", talk).add_node("count", lambda state: {"turns": state["turns"] + 1})
    graph.add_edge(START, "talk").add_edge("talk", "count")
    return graph.add_conditional_edges(
        "count", lambda state: "talk" if state["turns"] < state["until"] else "__end__"
    ).compile(checkpointer=saver)


class Long:
    """A thread that is made longer by quarters, and what each quarter cost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sizes: list[int] = []
        with closing(SqliteSaver(path)) as saver:
            talking(saver).invoke({"messages": [], "ballast": TEXT * 500, "turns": 0, "until": 0}, CONFIG)
            self._measure()

    def lengthen(self) -> None:
        with closing(SqliteSaver(self.path)) as saver:
            result = talking(saver).invoke({"until": QUARTER * len(self.sizes)}, CONFIG, durability="async")
        assert len(result["messages"]) >= QUARTER * len(self.sizes)
        self._measure()

    def _measure(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            pages, unused, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        self.sizes.append((pages - unused) * size)

    def effort(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[SqliteSaver], object]) -> Effort:
        """Return what it takes to do something with the thread, with a saver that knows nothing of it yet."""
        effort = Effort()
        with effort.watched(monkeypatch), closing(SqliteSaver(self.path)) as saver:
            act(saver)
        return effort


def test_a_long_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    thread = Long(tmp_path / "saver.sqlite")
    reads, turns = [], []
    for _ in range(4):
        thread.lengthen()
        reads.append(thread.effort(monkeypatch, lambda saver: saver.get_tuple(CONFIG)))  # type: ignore[arg-type]
        turns.append(thread.effort(monkeypatch, lambda saver: talking(saver).invoke({"until": 0}, CONFIG)))
    grown = [after - before for before, after in zip(thread.sizes, thread.sizes[1:], strict=False)]
    for number, growth in enumerate(grown):
        # What changed, and once in a quarter the list as a whole: after 256 deltas it is stored anew.
        assert growth < 1.1 * grown[0] + number * QUARTER * MESSAGE
    assert grown[0] < QUARTER * 2 * 1500, "the ballast is not written again"
    assert len({read.statements for read in reads}) == 1
    assert {turn.statements for turn in turns} == {turns[0].statements}
    assert max(read.hundreds for read in reads[1:]) < 1.3 * max(reads[0].hundreds, 100)
    assert max(turn.hundreds for turn in turns[1:]) < 1.3 * max(turns[0].hundreds, 100)


def test_each_checkpoint_of_a_long_thread_reads_as_it_was(tmp_path: Path):
    thread = Long(tmp_path / "saver.sqlite")
    thread.lengthen()
    with closing(SqliteSaver(thread.path)) as saver:
        seen = [
            (item.checkpoint["channel_values"]["turns"], len(item.checkpoint["channel_values"].get("messages", ())))
            for item in saver.list(CONFIG, filter={"source": "loop"})  # type: ignore[arg-type]
            if item.metadata["step"] > 2
        ]
    assert len(seen) > 1.9 * QUARTER
    assert all(messages - turns in (0, 1) for turns, messages in seen)
    assert [turns for turns, _ in seen] == sorted((turns for turns, _ in seen), reverse=True)
