"""Side: one of those who do a row's work, in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from bench.clock import Clock, Lap
from bench.row import Job

__all__ = ["Local", "Remote", "Side", "Worker"]

_ROOT = Path(__file__).resolve().parents[1]


class Side(Protocol):
    """What a contest asks of a side, in this order."""

    def outcome(self) -> Any:
        """Do the work once and return its outcome."""

    def calibrate(self, seconds: float) -> int:
        """Return how many calls take about that long."""

    def lap(self, calls: int) -> Lap:
        """Time some calls."""


class Local:
    """A side that runs in this process."""

    def __init__(self, clock: Clock, job: Job) -> None:
        self._clock = clock
        self._job = job

    def outcome(self) -> Any:
        """Do the work once and return its outcome."""
        return self._clock.once(self._job)

    def calibrate(self, seconds: float) -> int:
        """Return how many calls take about that long."""
        return self._clock.calls_within(self._job, seconds)

    def lap(self, calls: int) -> Lap:
        """Time some calls."""
        return self._clock.lap(self._job, calls)


class Worker:
    """A process in which an engine does the work of any row; ends with `close`.

    Requests and answers are lines of JSON. The process waits for a request without using the CPU.
    """

    def __init__(self, root: str) -> None:
        quiet = {"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, **quiet},
        )

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def ask(self, **request: Any) -> Any:
        """Send a request and return its answer.

        Raises:
            RuntimeError: The request failed over there, or the process is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]


class Remote:
    """A side that runs in a worker."""

    def __init__(self, worker: Worker, row: str) -> None:
        self._worker = worker
        self._row = row

    def outcome(self) -> Any:
        """Do the work once and return its outcome."""
        return self._worker.ask(do="outcome", row=self._row)

    def calibrate(self, seconds: float) -> int:
        """Return how many calls take about that long."""
        return self._worker.ask(do="calibrate", row=self._row, seconds=seconds)  # type: ignore[no-any-return]

    def lap(self, calls: int) -> Lap:
        """Time some calls."""
        return Lap(**self._worker.ask(do="lap", row=self._row, calls=calls))
