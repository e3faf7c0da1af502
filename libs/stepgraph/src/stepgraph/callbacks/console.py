"""FunctionCallbackHandler and ConsoleCallbackHandler: the tree of runs, a line for each that starts, ends or fails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from stepgraph.callbacks.narrator import colored
from stepgraph.callbacks.tracers import BaseTracer
from stepgraph.callbacks.tree import Run

__all__ = ["ConsoleCallbackHandler", "FunctionCallbackHandler"]


class FunctionCallbackHandler(BaseTracer):
    """Tells each run's way from the root, its type, what goes in, what comes out, and how long it took.

    Args:
        function: Gets the text, a line at a time, without the end of the line.
    """

    def __init__(self, function: Callable[[str], Any]) -> None:
        super().__init__()
        self.function_callback: Callable[[str], Any] = function

    def _on_run_create(self, run: Run) -> None:
        self._tell("start", "green", run, _shown(run.inputs))

    def _on_run_update(self, run: Run) -> None:
        took = _duration(run.seconds or 0.0)
        if run.error is None:
            self._tell("end", "cyan", run, f"{took}  {_shown(run.outputs)}")
        else:
            self._tell("error", "red", run, f"{took}  {run.error.rstrip()}")

    def _tell(self, what: str, color: str, run: Run, rest: str) -> None:
        way = " > ".join(f"{each.run_type}:{each.name}" for each in self._tree.path(run))
        self.function_callback(f"{self._painted(f'{what:5}', color)}  {way}  {rest}")

    def _painted(self, text: str, color: str) -> str:
        return text


class ConsoleCallbackHandler(FunctionCallbackHandler):
    """Prints what a `FunctionCallbackHandler` tells.

    Args:
        color: Whether in colours; by default where the output is a terminal.
    """

    run_inline = True

    def __init__(self, color: bool | None = None) -> None:
        super().__init__(_print)
        self.color: bool | None = color

    def _painted(self, text: str, color: str) -> str:
        wanted = sys.stdout.isatty() if self.color is None else self.color
        return colored(text, color if wanted else None)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
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
