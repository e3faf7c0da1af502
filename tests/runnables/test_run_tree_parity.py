"""The runs of 28 programs, through every door, are those that langchain-core reports, save where there is a reason.

What langchain-core reports is recorded in `langchain_run_trees.json` (see `run_trees.py`). Of each run its name, kind,
tags, metadata, input, output and place in the tree are compared; for one input the order of starts and ends too; for
`astream_events` the events one by one. Two things are never compared: which of those that run side by side comes first,
and whether a start event of `astream_events` knows its input yet; ours often does, theirs only the outermost run's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.parity.roots import Root
from tests.runnables.run_trees import ANSWERS, LANGCHAIN, PROGRAMS, STEPGRAPH, recorded

THEIRS: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))


class Deviation(NamedTuple):
    """Where stepgraph does otherwise.

    Attributes:
        reason: Why.
        answer: Makes its answer of all that langchain-core answers to the program, and the door.
    """

    reason: str
    answer: Callable[[dict[str, Any], str], Any]


NESTED = "What was tried stands below the runnable with fallbacks, as it does in langchain-core's own streams."
PLAIN = "The input of a batch with fallbacks is told as it is, as in langchain-core's own abatch, in no dict."
RETRIED = "Streams are tried again, as long as they have shown nothing; the runs are those of an invoke."
PIPED = "What has fallbacks starts with the first chunk, as every step does, and shows its stream."
MAPPED = "What map() makes has events."
STEPS = "RunnableSequence"


def with_runs_of(door: str) -> Callable[[dict[str, Any], str], Any]:
    """Return their answer with the runs that they report at another door."""
    return lambda theirs, asked: {**theirs[asked], "runs": theirs[door]["runs"]}


def with_order(*order: str) -> Callable[[dict[str, Any], str], Any]:
    """Return their answer with another order of starts and ends."""
    return lambda theirs, asked: {**theirs[asked], "order": [each.split() for each in order]}


def retried(outcome: Any, *order: str) -> Callable[[dict[str, Any], str], Any]:
    """Return an answer with the runs of their invoke."""
    return lambda theirs, asked: {
        "outcome": outcome,
        "runs": theirs["invoke"]["runs"],
        "order": [each.split() for each in order] or theirs["invoke"]["order"],
    }


def events(*found: tuple[str, str, list[str], Any]) -> Callable[[dict[str, Any], str], Any]:
    """Return an answer that is nothing but events: kind, names of the runs above and of the run, tags, data."""
    listed = [[f"on_chain_{kind}", path, tags, {}, shown] for kind, path, tags, shown in found]
    return lambda theirs, asked: {"outcome": None, "events": listed}


_TRIED = [
    ("start", f"{STEPS}/flaky", ["seq:step:2"], {}),
    ("start", f"{STEPS}/flaky/flaky", [], {}),
    ("end", f"{STEPS}/add_one", ["seq:step:1"], {"output": 2, "input": 1}),
    ("start", f"{STEPS}/flaky/flaky", ["retry:attempt:2"], {}),
    ("stream", f"{STEPS}/flaky/flaky", ["retry:attempt:2"], {"chunk": 2}),
    ("stream", f"{STEPS}/flaky", ["seq:step:2"], {"chunk": 2}),
    ("stream", STEPS, [], {"chunk": 2}),
    ("end", f"{STEPS}/flaky/flaky", ["retry:attempt:2"], {"output": 2, "input": 2}),
    ("end", f"{STEPS}/flaky", ["seq:step:2"], {"output": 2, "input": 2}),
    ("end", STEPS, [], {"output": 2}),
]
_FALLEN = [
    ("start", f"{STEPS}/RunnableWithFallbacks", ["seq:step:2"], {}),
    ("start", f"{STEPS}/RunnableWithFallbacks/fail", [], {}),
    ("end", f"{STEPS}/add_one", ["seq:step:1"], {"output": 2, "input": 1}),
    ("start", f"{STEPS}/RunnableWithFallbacks/double", [], {}),
    ("stream", f"{STEPS}/RunnableWithFallbacks/double", [], {"chunk": 4}),
    ("stream", f"{STEPS}/RunnableWithFallbacks", ["seq:step:2"], {"chunk": 4}),
    ("stream", STEPS, [], {"chunk": 4}),
    ("end", f"{STEPS}/RunnableWithFallbacks/double", [], {"output": 4, "input": 2}),
    ("end", f"{STEPS}/RunnableWithFallbacks", ["seq:step:2"], {"output": 4, "input": 2}),
    ("end", STEPS, [], {"output": 4}),
]
_FIRST_STEP = [
    ("start", STEPS, [], {"input": 1}),
    ("start", f"{STEPS}/add_one", ["seq:step:1"], {}),
    ("stream", f"{STEPS}/add_one", ["seq:step:1"], {"chunk": 2}),
]
_ORDER_TRIED = [
    *("start RunnableSequence", "start add_one", "start flaky", "start flaky", "end add_one", "error flaky"),
    *("start flaky", "end flaky", "end flaky", "end RunnableSequence"),
]
_ORDER_FALLEN = [
    *("start RunnableSequence", "start add_one", "start RunnableWithFallbacks", "start fail", "end add_one"),
    *("error fail", "start double", "end double", "end RunnableWithFallbacks", "end RunnableSequence"),
]

DEVIATIONS: dict[tuple[str, str], Deviation] = {
    **{
        (name, door): Deviation(NESTED, with_runs_of("astream"))
        for name in ("with_fallbacks", "with_fallbacks in a sequence")
        for door in ("invoke", "ainvoke")
    },
    **{
        (name, "batch"): Deviation(PLAIN, with_runs_of("abatch"))
        for name in ("with_fallbacks", "with_fallbacks in a sequence")
    },
    **{
        ("with_fallbacks in a sequence", door): Deviation(PIPED, with_order(*_ORDER_FALLEN))
        for door in ("stream", "astream")
    },
    ("with_fallbacks in a sequence", "astream_events"): Deviation(PIPED, events(*_FIRST_STEP, *_FALLEN)),
    **{("with_retry", door): Deviation(RETRIED, retried([1])) for door in ("stream", "astream")},
    **{
        ("with_retry in a sequence", door): Deviation(RETRIED, retried([2], *_ORDER_TRIED))
        for door in ("stream", "astream")
    },
    ("with_retry", "astream_events"): Deviation(
        RETRIED,
        events(
            ("start", "flaky", [], {"input": 1}),
            ("start", "flaky/flaky", [], {}),
            ("start", "flaky/flaky", ["retry:attempt:2"], {}),
            ("stream", "flaky/flaky", ["retry:attempt:2"], {"chunk": 1}),
            ("stream", "flaky", [], {"chunk": 1}),
            ("end", "flaky/flaky", ["retry:attempt:2"], {"output": 1, "input": 1}),
            ("end", "flaky", [], {"output": 1}),
        ),
    ),
    ("with_retry in a sequence", "astream_events"): Deviation(RETRIED, events(*_FIRST_STEP, *_TRIED)),
    ("map", "astream_events"): Deviation(
        MAPPED,
        events(
            ("end", "RunnableEach<add_one>", [], {"output": [2, 3]}),
            ("end", "RunnableEach<add_one>/add_one", [], {"output": 2, "input": 1}),
            ("end", "RunnableEach<add_one>/add_one", [], {"output": 3, "input": 2}),
            ("start", "RunnableEach<add_one>", [], {"input": [1, 2]}),
            ("start", "RunnableEach<add_one>/add_one", [], {"input": 1}),
            ("start", "RunnableEach<add_one>/add_one", [], {"input": 2}),
            ("stream", "RunnableEach<add_one>", [], {"chunk": [2, 3]}),
        ),
    ),
}


def _cases() -> list[tuple[str, str]]:
    return [(name, door) for name, program in PROGRAMS.items() for door in program.doors]


@pytest.mark.parametrize(("name", "door"), _cases())
def test_same_runs(name: str, door: str):
    ours, theirs = recorded(PROGRAMS[name], Root(STEPGRAPH), door), THEIRS[name]
    deviation = DEVIATIONS.get((name, door))
    expected = theirs[door] if deviation is None else deviation.answer(theirs, door)
    assert without_early_inputs(ours, expected) == expected


def without_early_inputs(ours: Any, expected: Any) -> Any:
    """Return our events without the inputs of start events that the expected ones do not have."""
    if "events" not in expected or len(ours["events"]) != len(expected["events"]):
        return ours
    events = [
        [*mine[:-1], {}] if mine[0].endswith("_start") and not other[-1] else mine
        for mine, other in zip(ours["events"], expected["events"], strict=True)
    ]
    return {**ours, "events": events}


def test_every_program_is_recorded():
    assert list(THEIRS) == [LANGCHAIN.replace("_", "-"), *PROGRAMS]
    assert {(name, door) for name in PROGRAMS for door in THEIRS[name]} == set(_cases())


def test_deviations_deviate():
    assert set(DEVIATIONS) <= set(_cases())
    assert all(deviation.reason for deviation in DEVIATIONS.values())
    same = [key for key, each in DEVIATIONS.items() if each.answer(THEIRS[key[0]], key[1]) == THEIRS[key[0]][key[1]]]
    assert same == []
