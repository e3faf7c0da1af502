"""A program written for langchain-core, and the text that it prints, there and here.

Here it is run with its imports changed, and nothing else; the modules that stand beside it, and that it imports, move
with it. The text is what it prints under langchain-core 1.7.2. It was recorded where langchain-core is installed
(`make bench-peers` does that), in the folder of the program: `python program.py > golden.txt`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

needs_langchain = pytest.mark.skipif(find_spec("langchain_core") is None, reason="langchain-core is not installed")

# What a program imports, and what it imports here; the first that fits is taken.
MOVED = {
    "from langchain_core.utils.function_calling": "from stepgraph.tools",
    "from langchain_core.": "from stepgraph.",
}
_LEFT_BEHIND = re.compile(r".*(?:langchain_core|(?:from|import) langchain).*")


class Program:
    """A program and its golden text.

    Attributes:
        path: Where the program stands.
        golden: The lines that it prints under langchain-core.
    """

    def __init__(self, path: Path, golden: str) -> None:
        self.path = path
        self.golden = path.with_name(golden).read_text(encoding="utf-8").splitlines()

    def printed_there(self) -> list[str]:
        """Return what it prints as it stands, under langchain-core."""
        return _printed_by(self.path)

    def printed_here(self, folder: Path) -> list[str]:
        """Return what it prints under stepgraph, run from an empty folder of its own."""
        for module in self.path.parent.glob("*.py"):
            if not module.name.startswith("test_"):
                (folder / module.name).write_text(_moved(module.read_text(encoding="utf-8")), encoding="utf-8")
        return _printed_by(folder / self.path.name)


def _moved(source: str) -> str:
    for there, here in MOVED.items():
        source = source.replace(there, here)
    if left := _LEFT_BEHIND.findall(source):
        raise AssertionError(f"imports that were not changed: {left}")
    return source


def _printed_by(path: Path) -> list[str]:
    """Run a program in a process of its own; a warning is an error there too."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", path],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    if done.returncode or done.stderr:
        raise AssertionError(f"{path.name} ended with {done.returncode} and said:\n{done.stderr}")
    return done.stdout.splitlines()
