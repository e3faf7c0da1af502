"""Programs written for LangChain's messages give here what they give there."""

import json
from pathlib import Path

import pytest

from tests.messages.programs import PROGRAMS, result_of

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())

# There the pieces of a text are counted in the wrong order, so that more is kept than fits.
DIFFERENT = {
    "trim, partial last": ["five six", "seven"],
    "trim, split": ["two three"],
}


def test_the_golden_file_holds_each_program():
    assert GOLDEN.keys() == PROGRAMS.keys()
    assert not any(isinstance(result, dict) and result.keys() == {"error"} for result in GOLDEN.values())


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - DIFFERENT.keys()))
def test_a_program(name: str):
    assert result_of(name, "stepgraph") == GOLDEN[name]


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_program_that_keeps_to_the_limit(name: str):
    assert [message["content"] for message in result_of(name, "stepgraph")] == DIFFERENT[name]
    assert [message["content"] for message in GOLDEN[name]] != DIFFERENT[name]
