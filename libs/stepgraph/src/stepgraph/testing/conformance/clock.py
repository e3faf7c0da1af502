"""Clock: a time that stands still until a test moves it, to be given to whatever takes `clock=`."""

from __future__ import annotations

__all__ = ["Clock"]


class Clock:
    """Returns seconds since 1970 when it is called.

    Attributes:
        now: The time.
    """

    def __init__(self) -> None:
        self.now: float = 1_700_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time go on."""
        self.now += seconds
