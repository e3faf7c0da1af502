"""Comparing what a run showed with what the model says: supersteps in order, parallel tasks in any order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from tests.properties.doors import Shown
from tests.properties.outcome import Outcome, Superstep, Task


def compare(shown: Sequence[Shown], outcome: Outcome) -> None:
    """Compare what came out of each of the doors, in their order."""
    for each in shown:
        assert each.error in (outcome.errors or {None})
        if not outcome.errors:
            assert each.half_filled == outcome.half_filled
    invoked, values, updates, tasks, several = (each.chunks for each in shown)
    assert invoked == ([] if outcome.errors else [outcome.state])
    assert values == outcome.values
    compare_updates(updates, outcome.supersteps)
    compare_tasks(tasks, outcome.supersteps)
    compare_by_step(several, outcome)


def bag(chunks: Iterable[Any]) -> Counter[str]:
    return Counter(json.dumps(chunk, sort_keys=True) for chunk in chunks)


def announced(task: Task) -> dict[str, Any]:
    return {"name": task.name, "input": task.given}


def announcement(chunk: dict[str, Any]) -> dict[str, Any]:
    return {"name": chunk["name"], "input": chunk["input"]}


def compare_updates(chunks: list[Any], supersteps: list[Superstep]) -> None:
    rest = iter(chunks)
    for superstep in supersteps:
        if superstep.failed:  # what finished before the error may be seen
            assert bag(rest) <= bag(superstep.updates)
        else:
            assert bag(islice(rest, len(superstep.updates))) == bag(superstep.updates)
    assert list(rest) == []


def compare_tasks(chunks: list[Any], supersteps: list[Superstep]) -> None:
    rest = iter(chunks)
    for superstep in supersteps:
        starts = islice(rest, len(superstep.tasks))
        assert bag(map(announcement, starts)) == bag(map(announced, superstep.tasks))
        if not superstep.failed:
            results = [chunk["name"] for chunk in islice(rest, len(superstep.tasks))]
            assert sorted(results) == sorted(task.name for task in superstep.tasks)
    assert all("result" in chunk for chunk in rest)


def compare_by_step(chunks: list[tuple[str, Any]], outcome: Outcome) -> None:
    """Chunks of several modes belong to the superstep whose tasks `debug` announced last."""
    shown: dict[tuple[int, str], list[Any]] = defaultdict(list, {(0, "values"): []})
    step = 0
    for mode, chunk in chunks:
        if mode != "debug":
            shown[step, mode].append(chunk)
        elif chunk["type"] == "task":
            step = chunk["step"]
            shown[step, "task"].append(announcement(chunk["payload"]))

    assert shown.pop((0, "values")) == outcome.first_values
    for step, superstep in enumerate(outcome.supersteps, start=1):
        assert bag(shown.pop((step, "task"))) == bag(map(announced, superstep.tasks))
        compare_updates(shown.pop((step, "updates"), []), [superstep])
        assert shown.pop((step, "values"), []) == superstep.values
    assert not shown
