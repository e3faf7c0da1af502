"""The stand-in beside what is measured: in a process of its own, gone when its starter is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]


@contextmanager
def standin_process() -> Iterator[str]:
    """Start the stand-in in a process of its own and yield its address without a path."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.providers.standin", "--while-stdin"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
