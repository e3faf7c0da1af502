"""RunCollectorCallbackHandler: keeps the records of runs."""

from __future__ import annotations

from stepgraph.callbacks.tracers import BaseTracer
from stepgraph.callbacks.tree import Run

__all__ = ["RunCollectorCallbackHandler"]


class RunCollectorCallbackHandler(BaseTracer):
    """Keeps every tree of runs that has ended, for as long as it lives itself.

    Attributes:
        traced_runs: The runs at the roots, in the order in which they ended.
    """

    run_inline = True

    def __init__(self) -> None:
        super().__init__()
        self.traced_runs: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.traced_runs.append(run)
