"""What a run shows, as the model sees it: supersteps with their tasks and chunks, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.properties.description import Join


@dataclass(frozen=True)
class Task:
    name: str
    given: dict[str, Any]
    sent: bool


@dataclass
class Superstep:
    tasks: list[Task]
    fired: list[Join]
    released: bool  # deferred nodes, because nothing else was left
    updates: list[dict[str, Any]] = field(default_factory=list)  # in path order
    values: list[dict[str, Any]] = field(default_factory=list)  # one chunk, or none
    failed: bool = False


@dataclass
class Outcome:
    """What a run shows. `errors` are the classes it may end with, none when it finishes.

    A failed superstep is the last one listed; its updates are those that may be seen before the error is.
    """

    first_values: list[dict[str, Any]] = field(default_factory=list)  # the chunk after the input
    supersteps: list[Superstep] = field(default_factory=list)
    errors: frozenset[str] = frozenset()
    half_filled: int = 0  # barriers when their run ended, those of sub-graphs included
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> list[dict[str, Any]]:
        return self.first_values + [chunk for step in self.supersteps for chunk in step.values]
