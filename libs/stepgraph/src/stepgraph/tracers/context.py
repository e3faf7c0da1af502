"""What hears the runs of a block."""

from __future__ import annotations

from stepgraph.callbacks.ambient import collect_runs

__all__ = ["collect_runs"]
