"""importing: a fresh Python that imports the graph module and ends, byte code cached, in wall time.

Counted: a process, nothing taken off; what Python itself needs stands beside it.
"""

from __future__ import annotations

import subprocess
import sys

from bench.engine import Engine
from bench.row import Job, Row

__all__ = ["ROWS"]


def _running(statement: str) -> Job:
    """Return a job that runs a statement in a fresh and isolated interpreter."""

    def job() -> None:
        status = subprocess.run([sys.executable, "-I", "-c", statement], check=False).returncode
        if status:
            raise RuntimeError(f"python -I -c {statement!r} ended with status {status}")

    return job


def _graph_import(engine: Engine) -> Job:
    return _running(f"import {engine.root}.graph")


def _plain_import() -> Job:
    """Start Python and do nothing: `python -c pass`."""
    return _running("pass")


ROWS = (
    Row(
        "import",
        "import of the graph module, fresh process",
        "process",
        1,
        _graph_import,
        _plain_import,
        yardstick=None,
        beside={"import asyncio": lambda: _running("import asyncio")},
        once=True,
        scale=1_000,
        symbol="ms",
    ),
)
