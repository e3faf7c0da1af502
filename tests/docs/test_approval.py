"""The example of the tutorial: a payment waits for a person while its process is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.page import ROOT, blocks_of

SCRIPT = ROOT / "docs/examples/approval.py"
PAGE = ROOT / "docs/tutorials/approval.md"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=ROOT
    )


def test_the_demonstration_is_what_the_page_shows():
    shown = next(block.content for block in blocks_of(PAGE.read_text(encoding="utf-8")) if block.language == "console")
    done = run()
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.splitlines() == shown.splitlines()[1:]


def test_an_answer_goes_on_where_the_process_that_was_killed_waited(tmp_path: Path):
    file = tmp_path / "payments.sqlite"
    assert run(file, "start", "INV-1", 250, "--then-die").returncode == -9
    assert run(file, "start", "INV-2", 80, "--then-die").returncode == -9
    assert run(file, "list").stdout.splitlines() == ["INV-1: Pay 250 for INV-1?", "INV-2: Pay 80 for INV-2?"]

    assert run(file, "answer", "INV-2", "no").stdout == "INV-2: refused\n"
    assert run(file, "list").stdout == "INV-1: Pay 250 for INV-1?\n"
    assert run(file, "answer", "INV-1", "yes").stdout == "INV-1: paid 250, ref-INV-1\n"
    assert run(file, "list").stdout == ""
