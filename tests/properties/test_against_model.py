"""Drawn graphs run by the engine show what the reference interpreter says they show.

In every colour, under any bound on concurrency, and for async runs in any schedule. Where nodes run
in parallel, the order of their chunks within a superstep is the clock's; everything else is exact.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.properties import model
from tests.properties.build import Colour, build
from tests.properties.compare import compare
from tests.properties.description import Program, payload
from tests.properties.doors import through_async_doors, through_sync_doors
from tests.properties.effort import TIMEOUT, drawn
from tests.properties.graphs import features, programs
from tests.properties.shuffled_loop import run

pytestmark = pytest.mark.timeout(TIMEOUT)

bounds = st.sampled_from((None, 1, 2))
seeds = st.integers(0, 2**16)


def start(program: Program, bound: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the runs are given, and their config."""
    config = {"recursion_limit": program.limit, "max_concurrency": bound}
    return payload("input", program.input, {}), config


@given(program=programs(), bound=bounds)
@drawn
def test_sync_runs(program: Program, bound: int | None) -> None:
    shown = through_sync_doors(build(program.graph, "sync"), *start(program, bound))
    compare(shown, model.run(program))


@pytest.mark.parametrize("colour", ["async", "mixed", "sync"])
@given(program=programs(), bound=bounds, seed=seeds)
@drawn
def test_async_runs(colour: Colour, program: Program, bound: int | None, seed: int) -> None:
    outcome = model.run(program)
    for feature in sorted(features(program, outcome)):
        event(feature)
    doors = through_async_doors(build(program.graph, colour), *start(program, bound))
    compare(run(doors, seed, patience=0 if colour == "async" else 3), outcome)
