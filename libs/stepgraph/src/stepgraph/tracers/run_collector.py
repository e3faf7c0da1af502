"""The tracer that keeps the records of runs."""

from __future__ import annotations

from stepgraph.callbacks.collector import RunCollectorCallbackHandler

__all__ = ["RunCollectorCallbackHandler"]
