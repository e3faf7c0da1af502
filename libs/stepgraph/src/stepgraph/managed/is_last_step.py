"""How near the run is to its step limit."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from stepgraph.managed.base import ManagedValue

__all__ = ["IsLastStep", "IsLastStepManager", "RemainingSteps", "RemainingStepsManager"]


class IsLastStepManager(ManagedValue):
    """Whether no superstep may follow this one."""

    @staticmethod
    def get(step: int, stop: int) -> bool:
        """Return whether this is the last."""
        return step == stop - 1


class RemainingStepsManager(ManagedValue):
    """How many supersteps may follow this one."""

    @staticmethod
    def get(step: int, stop: int) -> int:
        """Return the count."""
        return stop - 1 - step


IsLastStep: TypeAlias = Annotated[bool, IsLastStepManager]
RemainingSteps: TypeAlias = Annotated[int, RemainingStepsManager]
