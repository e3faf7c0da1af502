"""StateReader: how a task's input is made from the channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stepgraph.managed.base import ManagedValue

__all__ = ["StateReader"]


@dataclass(frozen=True, slots=True)
class StateReader:
    """Reads a dict of channels, or the value of one.

    Attributes:
        keys: The channels to read, one name for a bare value, `None` for all of the state.
        managed: Keys that are computed, and how.
        build: Turns the dict into the schema's class; `None` leaves it a dict.
    """

    keys: Sequence[str] | str | None
    managed: Sequence[tuple[str, type[ManagedValue]]] = ()
    build: Callable[[dict[str, Any]], Any] | None = None

    def read(self, view: Mapping[str, Any], step: int, stop: int) -> Any:
        """Return the input of a task; a dict is the task's own."""
        return self.take(dict(view) if self.keys is None else view, step, stop)

    def take(self, view: Mapping[str, Any], step: int, stop: int) -> Any:
        """Return the input of a task; a view of all keys becomes the task's own."""
        keys = self.keys
        if isinstance(keys, str):
            return view.get(keys)
        values: Any = view if keys is None else {key: view[key] for key in keys if key in view}
        for key, manager in self.managed:
            values[key] = manager.get(step, stop)
        return values if self.build is None else self.build(values)

    def accept(self, argument: Any) -> Any:
        """Return the input of a task that a `Send` made: the argument as it is."""
        return argument
