"""The strategies draw what they are there for."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from tests.properties import model
from tests.properties.description import Program
from tests.properties.effort import drawn
from tests.properties.graphs import features, programs

DRAWN = 400
AT_LEAST = {
    "cycle": 30,
    "fan-out": 30,
    "join": 10,
    "half-filled join": 8,
    "send": 30,
    "many sends": 12,
    "send to a sub-graph": 1,
    "command": 60,
    "route": 30,
    "deferred": 20,
    "nested": 20,
    "nested twice": 5,
    "nothing written": 30,
    "long": 15,
    "finished": 100,
    "InvalidUpdateError": 10,
    "GraphRecursionError": 30,
    "Boom": 2,
}


def test_every_feature_is_drawn_often_enough() -> None:
    seen: Counter[str] = Counter()

    @settings(drawn, max_examples=DRAWN, derandomize=True, database=None)
    @given(programs())
    def draw(program: Program) -> None:
        seen.update(features(program, model.run(program)))

    draw()
    assert {name: seen[name] for name, least in AT_LEAST.items() if seen[name] < least} == {}
