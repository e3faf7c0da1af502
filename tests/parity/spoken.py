"""What a graph answers about a thread, in words: every id becomes a label by order of appearance.

`c1`, `c2` are checkpoints, `t1` tasks, `i1` interrupts; one `Speaker` speaks of one thread throughout, so the
same label is the same id. Times become `*`. What is no id goes through `canonical`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.parity.canonical import canonical, caught_as

_TASK_MARKS = ("triggers", "result", "state", "path")
_TIMES = ("timestamp", "created_at", "run_id")


class Speaker:
    """The labels given so far."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], str] = {}

    def label(self, kind: str, id: str | None) -> str | None:
        """Return the label of an id of a kind: the first checkpoint is `c1`."""
        if not id:
            return id
        count = sum(1 for known, _ in self._labels if known == kind)
        return self._labels.setdefault((kind, id), f"{kind}{count + 1}")

    def namespace(self, namespace: str) -> str:
        """Return `node:id|inner` as `node:t1|inner`."""
        return "|".join(self._step(part) for part in namespace.split("|"))

    def say(self, value: Any) -> Any:
        """Return a value of any kind in words."""
        kind = type(value).__name__
        if kind == "Interrupt":
            return self._interrupt({"value": value.value, "id": value.id, "response_schema": value.response_schema})
        if kind in ("StateSnapshot", "PregelTask"):
            return self._mapping(value._asdict())
        if kind == "tuple":
            return {"tuple": [self.say(item) for item in value]}
        if isinstance(value, list):
            return [self.say(item) for item in value]
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return self._mapping(value)
        return canonical(value)

    def _step(self, part: str) -> str:
        node, colon, id = part.partition(":")
        return f"{node}:{self.label('t', id)}" if colon else node

    def _interrupt(self, fields: Mapping[str, Any]) -> Any:
        said = {"asks": self.say(fields["value"]), "as": self.label("i", fields["id"])}
        if fields.get("response_schema") is not None:
            said["schema"] = canonical(fields["response_schema"])
        return said

    def _mapping(self, value: Mapping[str, Any]) -> Any:
        if set(value) in ({"value", "id"}, {"value", "id", "response_schema"}):
            return self._interrupt(value)
        is_task = "name" in value and "id" in value and any(mark in value for mark in _TASK_MARKS)
        said: dict[str, Any] = {}
        for key, item in value.items():
            if key == "id" and is_task:
                said["task"] = self.label("t", item)
            elif key == "checkpoint_id":
                said["at"] = self.label("c", item)
            elif key == "checkpoint_ns":
                said["ns"] = self.namespace(item)
            elif key in ("path", "checkpoint_map"):
                continue  # for the engine: how a task is found (histories.paths_of_tasks), where the graphs around are
            elif key == "error" and item is not None:
                said[key] = _error(item)
            elif key == "parents" and isinstance(item, Mapping):
                said[key] = [[self.namespace(ns), self.label("c", id)] for ns, id in item.items()]
            else:
                said[key] = "*" if key in _TIMES and item is not None else self.say(item)
        return said


def _error(error: Any) -> str:
    """Return the class of an error, which a saver may keep as text that starts with it."""
    return caught_as(error) if isinstance(error, BaseException) else str(error).partition("(")[0]


def in_one_order(answers: list[Any]) -> list[Any]:
    """Return raw answers of tasks that ran side by side in an order that neither ids nor completion decide."""
    return sorted(answers, key=lambda answer: json.dumps(_Silent().say(answer), sort_keys=True))


class _Silent(Speaker):
    """Says all ids alike."""

    def label(self, kind: str, id: str | None) -> str | None:
        return kind if id else id
