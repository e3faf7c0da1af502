"""Programs full of tools, written for langchain-core, print the same once their imports name stepgraph."""

from pathlib import Path

import pytest

from tests.both_roots import Program, needs_langchain

NAMES = ("functions", "failing", "running", "kinds", "converting", "classes")
PROGRAMS = [Program(Path(__file__).with_name(f"{name}.py"), f"{name}.txt") for name in NAMES]
each_program = pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)


@each_program
def test_it_prints_the_same_once_its_imports_are_changed(program: Program, tmp_path: Path):
    assert program.printed_here(tmp_path) == program.golden


@needs_langchain
@each_program
def test_it_still_prints_that_under_langchain(program: Program):
    assert program.printed_there() == program.golden
