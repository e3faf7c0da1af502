"""Imports only go down: the contracts of the root pyproject hold, and see what breaks them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.api import read_configuration

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "libs" / "stepgraph" / "src"
LINTER = "from importlinter.cli import lint_imports_command as run; run()"


def lint_imports(source_folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the root pyproject's contracts against the `stepgraph` found in a folder."""
    config = str(ROOT / "pyproject.toml")
    return subprocess.run(
        [sys.executable, "-c", LINTER, "--config", config, "--no-cache", "--no-logo"],
        cwd=source_folder,
        env={**os.environ, "PYTHONPATH": str(source_folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_imports_only_go_down():
    result = lint_imports(SOURCES)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"\b3 kept, 0 broken", result.stdout), result.stdout


@pytest.fixture
def model_house(tmp_path: Path) -> Path:
    """An empty package with every storey, each a folder with one room."""
    contracts = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    storeys = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    for storey in re.findall(r"\w+", " ".join(storeys)):
        folder = tmp_path / "stepgraph" / storey
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "room.py").touch()
    (tmp_path / "stepgraph" / "__init__.py").touch()
    return tmp_path


def test_the_model_house_stands(model_house: Path):
    result = lint_imports(model_house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param(
            {"kernel/room.py": "import stepgraph.pregel.room"},
            "stepgraph.kernel is not allowed to import stepgraph.pregel",
            id="upward",
        ),
        pytest.param(
            {
                "types/room.py": "from typing import TYPE_CHECKING\n"
                "if TYPE_CHECKING:\n    from stepgraph.graph.room import X"
            },
            "stepgraph.types is not allowed to import stepgraph.graph",
            id="upward-for-types",
        ),
        pytest.param(
            {"channels/room.py": "def f():\n    import stepgraph.kernel"},
            "stepgraph.channels is not allowed to import stepgraph.kernel",
            id="upward-in-a-function",
        ),
        pytest.param({"attic.py": ""}, "stepgraph.attic", id="no-storey"),
        pytest.param(
            {"kernel/room.py": "import asyncio"},
            "stepgraph.kernel is not allowed to import asyncio",
            id="kernel-waits",
        ),
        pytest.param(
            {"channels/room.py": "import stepgraph.config.room", "config/room.py": "import time"},
            "stepgraph.channels is not allowed to import time",
            id="channels-look-at-a-clock-through-another",
        ),
        pytest.param(
            {
                "pregel/room.py": "import stepgraph.pregel.b",
                "pregel/b/__init__.py": "import stepgraph.pregel.room",
            },
            "No cycles between siblings, at any depth BROKEN",
            id="cycle",
        ),
    ],
)
def test_the_contracts_see(model_house: Path, changes: dict[str, str], complaint: str):
    for path, text in changes.items():
        file = model_house / "stepgraph" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n")
    result = lint_imports(model_house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert complaint in " ".join(result.stdout.split())
