"""A program written for langchain-core prints the same once its imports name stepgraph.

golden.txt is what it prints under langchain-core 1.7.2. It was recorded where langchain-core is installed
(`make bench-peers` does that), in this folder: `python program.py > golden.txt`.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE / "program.py"
GOLDEN = (HERE / "golden.txt").read_text(encoding="utf-8")


def printed_by(program: Path) -> str:
    """Run a program in a process of its own; a warning is an error there too."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_it_prints_the_same_once_its_imports_are_changed(tmp_path: Path):
    source = PROGRAM.read_text(encoding="utf-8")
    changed = source.replace("from langchain_core.", "from stepgraph.")
    assert "langchain_core" not in changed
    moved = tmp_path / "program.py"
    moved.write_text(changed, encoding="utf-8")
    assert printed_by(moved).splitlines() == GOLDEN.splitlines()


@pytest.mark.skipif(find_spec("langchain_core") is None, reason="langchain-core is not installed")
def test_it_still_prints_that_under_langchain():
    assert printed_by(PROGRAM).splitlines() == GOLDEN.splitlines()
