"""Cradle: a warm process of one thread that forks a child for each life; run as a program, and the door to it.

It speaks JSON, a line for a line. Forking costs milliseconds where a fresh process costs half a second, and it must be
done by a process without threads, which a test's own is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from stepgraph.checkpoint.memory import InMemorySaver
from tests.reliability.colours import Hand
from tests.reliability.ledger import Ledger
from tests.reliability.life import Life
from tests.reliability.probe import Probe
from tests.reliability.workloads import WORKLOADS

_ROOT = Path(__file__).resolve().parents[2]

End = Literal["exited", "killed", "stopped"]


class Cradle:
    """The process, seen from a test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.cradle"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, life: Life) -> int:
        """Begin a life, and return its process id."""
        return int(self._ask({"start": asdict(life)}))

    def wait(self, pid: int) -> End:
        """Wait until a life ends or stops."""
        ended: End = self._ask({"wait": pid})
        return ended

    def live(self, life: Life) -> tuple[End, dict[str, Any]]:
        """Live a life to its end; return how it ended and its report, empty if it was killed."""
        (Path(life.folder) / life.report).unlink(missing_ok=True)
        ended = self.wait(self.start(life))
        return ended, self.report_of(life)

    def report_of(self, life: Life) -> dict[str, Any]:
        """Return what a life that has ended came to."""
        report = Path(life.folder) / life.report
        return json.loads(report.read_text()) if report.exists() else {}

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _serve() -> None:
    _warm_up()
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(_begun(question["start"]) if "start" in question else _ended(question["wait"])), flush=True)


def _warm_up() -> None:
    """Import what is imported late, once for all children, and begin no thread."""
    with tempfile.TemporaryDirectory() as folder:
        for colour in ("sync", "async"):
            hand = Hand(colour)
            probe = Probe(Ledger(Path(folder) / "ledger"))
            hand.run(WORKLOADS["chain"](InMemorySaver(), probe, hand, "sync").finish())
    assert threading.active_count() == 1


def _begun(life: Any) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            Life(**life).live()
        finally:
            os._exit(0)
    return pid


def _ended(pid: int) -> End:
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return "stopped"
    return "killed" if os.WIFSIGNALED(status) else "exited"


if __name__ == "__main__":
    _serve()
