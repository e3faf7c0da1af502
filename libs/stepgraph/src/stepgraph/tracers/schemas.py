"""The record of a run."""

from __future__ import annotations

from stepgraph.callbacks.tree import Run

__all__ = ["Run"]
