"""stepgraph answers as LangGraph does, save where the deviations say that it does better."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.parity import deviations
from tests.parity.catalogue import Program, catalogue, play
from tests.parity.deviations_of_threads import DEVIATIONS_OF_THREADS
from tests.parity.record import GOLDEN
from tests.parity.roots import STEPGRAPH, Root

DEVIATIONS = deviations.DEVIATIONS | DEVIATIONS_OF_THREADS
PROGRAMS = catalogue()
ANSWERS: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "program"), PROGRAMS.items(), ids=PROGRAMS)
def test_same_answer(name: str, program: Program):
    answer = json.loads(json.dumps(play(program, Root(STEPGRAPH))))
    expected = DEVIATIONS[name].answer if name in DEVIATIONS else ANSWERS[name]
    assert answer == expected


def test_every_program_is_recorded():
    assert list(ANSWERS) == list(PROGRAMS)


def test_deviations_deviate():
    assert set(DEVIATIONS) <= set(PROGRAMS)
    assert [name for name, deviation in DEVIATIONS.items() if deviation.answer == ANSWERS[name]] == []
    assert all(deviation.reason for deviation in DEVIATIONS.values())
