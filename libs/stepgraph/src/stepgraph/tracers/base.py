"""The base classes of tracers."""

from __future__ import annotations

from stepgraph.callbacks.tracers import AsyncBaseTracer, BaseTracer

__all__ = ["AsyncBaseTracer", "BaseTracer"]
