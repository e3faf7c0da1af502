"""What the tests of the SQLite savers do to a saver and to its file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.base import ANY_HEAD
from stepgraph.checkpoint.sqlite.writer import Job
from tests.checkpoint.driving import checkpoint, config


def put(saver: Any, thread_id: str, value: Any, parent: str | None = None, head: str | None = ANY_HEAD) -> str:
    made = checkpoint({"a": value}, {"a": 1})
    saver.put(config(thread_id, parent), made, {}, {"a": 1}, head=head)
    return made["id"]


def value(saver: Any, thread_id: str = "t") -> Any:
    found = saver.get(config(thread_id))
    return None if found is None else found["channel_values"]["a"]


def on_connection(saver: Any, do: Any) -> Any:
    """Do something in the saver's writer."""
    return saver._core.write(Job(on_connection=do)).result()


class FailingConnection(sqlite3.Connection):
    """Fails one statement with an error of the disk."""

    statement: str | None = None

    @classmethod
    def on(cls, monkeypatch: pytest.MonkeyPatch) -> type[FailingConnection]:
        connect = sqlite3.connect

        def connect_failing(*args: Any, **settings: Any) -> sqlite3.Connection:
            return connect(*args, **settings, factory=cls)

        monkeypatch.setattr("stepgraph.checkpoint.sqlite.database.sqlite3.connect", connect_failing)
        monkeypatch.setattr(cls, "statement", None)
        return cls

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement == self.statement:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *parameters)


class held_writer:
    """Keeps the writer busy until `release_writer`, or the end of the block."""

    def __init__(self, saver: Any) -> None:
        self.saver = saver
        self.begun, self.ended = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self.saver._release = self.ended
        self.saver._core.write(Job(on_connection=self._hold))
        self.begun.wait()

    def _hold(self, connection: sqlite3.Connection) -> None:
        self.begun.set()
        self.ended.wait()

    def __exit__(self, *error: object) -> None:
        self.ended.set()


def release_writer(saver: Any) -> None:
    saver._release.set()


def wait_for_queue(saver: Any, length: int) -> None:
    """Wait until so many calls stand before the writer."""
    while saver._core._writer._queue.qsize() < length:
        threading.Event().wait(0.001)


def run_in_child(do: Any) -> int:
    """Return what `do` returns in a fork of this process."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    child = os.fork()
    if child == 0:
        code = 255
        try:
            code = do()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def start_python(script: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
