"""Managed values: keys of a state that the engine computes when a node reads them."""

from stepgraph.managed.is_last_step import IsLastStep, RemainingSteps

__all__ = ["IsLastStep", "RemainingSteps"]
