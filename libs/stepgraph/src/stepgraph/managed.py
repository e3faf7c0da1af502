"""Managed values: keys of a state schema that the engine computes when a node reads them, and never stores."""

from __future__ import annotations

from typing import Annotated, TypeAlias

__all__ = ["IsLastStep", "ManagedValue", "RemainingSteps", "is_managed"]


class ManagedValue:
    """The rule behind a managed key; `get` is called for each task that reads it."""

    @staticmethod
    def get(step: int, stop: int) -> object:
        """Compute the value.

        Args:
            step: The superstep in which the reading task runs.
            stop: The first superstep that the step limit no longer allows.
        """
        raise NotImplementedError


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


def is_managed(candidate: object) -> bool:
    """Return whether `candidate` is a managed value's class."""
    return isinstance(candidate, type) and issubclass(candidate, ManagedValue)
