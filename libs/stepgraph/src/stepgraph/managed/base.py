"""A managed value: a key of a state schema that the engine computes when a node reads it, and never stores."""

from __future__ import annotations

__all__ = ["ManagedValue", "is_managed"]


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


def is_managed(candidate: object) -> bool:
    """Return whether `candidate` is a managed value's class."""
    return isinstance(candidate, type) and issubclass(candidate, ManagedValue)
