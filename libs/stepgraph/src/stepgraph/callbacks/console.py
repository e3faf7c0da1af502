"""ConsoleCallbackHandler: prints the tree of runs, a line for each that starts, ends or fails."""

from __future__ import annotations

import sys
from typing import Any

from stepgraph.callbacks.narrator import colored
from stepgraph.callbacks.tracers import BaseTracer
from stepgraph.callbacks.tree import Run

__all__ = ["ConsoleCallbackHandler"]


class ConsoleCallbackHandler(BaseTracer):
    """Prints each run's way from the root, its type, what goes in, what comes out, and how long it took.

    Args:
        color: Whether in colours; by default where the output is a terminal.
    """

    run_inline = True

    def __init__(self, color: bool | None = None) -> None:
        super().__init__()
        self.color: bool | None = color

    def _on_run_create(self, run: Run) -> None:
        self._print("start", "green", run, _shown(run.inputs))

    def _on_run_update(self, run: Run) -> None:
        took = _duration(run.seconds or 0.0)
        if run.error is None:
            self._print("end", "cyan", run, f"{took}  {_shown(run.outputs)}")
        else:
            self._print("error", "red", run, f"{took}  {run.error.rstrip()}")

    def _print(self, what: str, color: str, run: Run, rest: str) -> None:
        wanted = sys.stdout.isatty() if self.color is None else self.color
        way = " > ".join(f"{each.run_type}:{each.name}" for each in self._tree.path(run))
        sys.stdout.write(f"{colored(f'{what:5}', color if wanted else None)}  {way}  {rest}\n")
        sys.stdout.flush()


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _shown(values: Any) -> str:
    """Return inputs or outputs as JSON; what is no JSON as Python shows it."""
    import json  # noqa: PLC0415 - needed where somebody looks

    try:
        return json.dumps(values, ensure_ascii=False, default=repr)
    except (TypeError, ValueError):  # keys that are no text; a dict inside itself
        return repr(values)
