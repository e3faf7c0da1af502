"""A program full of output parsers, written for langchain-core, prints the same once its imports name stepgraph."""

from pathlib import Path

from tests.both_roots import Program, needs_langchain

PROGRAM = Program(Path(__file__).with_name("program.py"), "golden.txt")


def test_it_prints_the_same_once_its_imports_are_changed(tmp_path: Path):
    assert PROGRAM.printed_here(tmp_path) == PROGRAM.golden


@needs_langchain
def test_it_still_prints_that_under_langchain():
    assert PROGRAM.printed_there() == PROGRAM.golden
