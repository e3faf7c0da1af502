"""Programs of tools that were written for langchain-core print the same once their imports name stepgraph.

The texts beside them are what they print under langchain-core 1.7.2. They were recorded where langchain-core is
installed (`make bench-peers` does that): `cd tests/tools/both_roots; python program.py > program.txt`.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = pytest.mark.parametrize("program", [HERE / "program.py", HERE / "classes.py"], ids=lambda path: path.stem)
MOVED = {
    "from langchain_core.utils.function_calling": "from stepgraph.tools",
    "from langchain_core.": "from stepgraph.",
}


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


def golden(program: Path) -> list[str]:
    return program.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


@PROGRAMS
def test_it_prints_the_same_once_its_imports_are_changed(program: Path, tmp_path: Path):
    changed = program.read_text(encoding="utf-8")
    for before, after in MOVED.items():
        changed = changed.replace(before, after)
    assert "import langchain" not in changed
    assert "from langchain" not in changed
    moved = tmp_path / program.name
    moved.write_text(changed, encoding="utf-8")
    assert printed_by(moved).splitlines() == golden(program)


@pytest.mark.skipif(find_spec("langchain_core") is None, reason="langchain-core is not installed")
@PROGRAMS
def test_it_still_prints_that_under_langchain(program: Path):
    assert printed_by(program).splitlines() == golden(program)
