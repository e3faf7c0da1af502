"""Ledger: what happened outside the graph, line by line, each with the system before the next thing happens.

It outlives the process that keeps it, so it is what the oracles believe: a node body begins and ends in it, and a
saver's answer is in it before the engine knows. Processes are killed here and machines are not, so a line need not be
on the disk to be safe, only out of the process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A line.

    Attributes:
        kind: `"begun"` and `"ended"` of a piece of work, `"saved"` of a task whose end a saver has confirmed,
            `"kept"` of a checkpoint that a saver has confirmed, `"shown"` of work that a chunk has shown to be done,
            `"struck"` of a fault.
        name: The work, the task or the checkpoint.
        task: Of work, the task that does it.
        superstep: Of work, where it is done: the namespace and the number.
    """

    kind: str
    name: str
    task: str = ""
    superstep: str = ""


class Ledger:
    """A file that only grows; any thread may write."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, *entry: str) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")


class Notes:
    """A ledger in memory, for a process that lives on."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, *entry: str) -> None:
        self.entries.append(Entry(*entry))


def entries(path: Path) -> Iterator[Entry]:
    for line in path.read_text().splitlines():
        yield Entry(*json.loads(line))


def check(read: list[Entry]) -> None:
    """What was saved or shown is never done again."""
    finished: dict[str, str] = {}  # work -> why it must not be done again
    task_of: dict[str, set[str]] = {}
    for entry in read:
        if entry.kind == "begun":
            assert entry.name not in finished, f"{entry.name} was done again, though {finished[entry.name]}: {read}"
            task_of.setdefault(entry.task, set()).add(entry.name)
        elif entry.kind == "saved":
            finished.update(dict.fromkeys(task_of.get(entry.name, ()), f"task {entry.name} was saved"))
        elif entry.kind == "shown":
            finished[entry.name] = "it was shown"
