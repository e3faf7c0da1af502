"""Loan: the concurrency slot of a task, given back for as long as a run inside the task takes.

So no limit can deadlock. The slot is waited for when the nested run ends well; an error that ends the task above,
because the graph is its node, does not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from stepgraph.execution.limiter import Limiter

__all__ = ["Holder", "Loan", "Slot"]


class Holder(Protocol):
    """Whoever has a slot.

    Attributes:
        lent: How many things wait inside it while its slot is given back.
        has_slot: Whether it has one.
    """

    lent: int
    has_slot: bool

    @property
    def limiter(self) -> Limiter | None:
        """What the slot belongs to, `None` where nothing is limited."""

    @property
    def only_waits(self) -> bool:
        """Whether it ends when what it waits for fails, because nothing in it could handle that."""


class Slot:
    """A slot that a branch has for as long as it runs; a `Holder`.

    Args:
        limiter: What it belongs to.
    """

    __slots__ = ("has_slot", "lent", "limiter")

    only_waits = True  # an error leaves at once; where it is handled after all, one more than allowed runs for a moment

    def __init__(self, limiter: Limiter) -> None:
        self.limiter: Limiter = limiter
        self.lent: int = 0
        self.has_slot: bool = True

    def end(self) -> bool:
        """The branch has ended: return whether it has a slot to give back."""
        had = self.has_slot and not self.lent
        self.has_slot = False
        return had


class Loan:
    """The slot of the task above a run, or of the branch above other branches.

    Args:
        parent: Who has it, `None` for a run at the root.
    """

    __slots__ = ("_limiter", "_parent")

    def __init__(self, parent: Holder | None) -> None:
        self._parent = parent
        self._limiter = None if parent is None else parent.limiter

    @property
    def is_of_somebody(self) -> bool:
        """Whether there is a slot to lend."""
        return self._limiter is not None

    def give(self) -> None:
        """Give the slot of the task above back, if it has one."""
        if self._limiter is not None and self._parent is not None:
            self._parent.lent += 1
            if self._parent.lent == 1 and self._parent.has_slot:
                self._limiter.release()

    def wanted(self) -> bool:
        """Return whether the task above must have its slot again before it goes on; then call `returned`."""
        parent = self._parent
        if self._limiter is None or parent is None:
            return False
        if parent.lent == 1 and parent.has_slot:
            return True
        parent.lent -= 1
        return False

    def returned(self) -> None:
        """Take note that the task above has its slot.

        It goes back at once where other runs began in the task meanwhile, or where the task was given up.
        """
        if self._limiter is not None and self._parent is not None:
            self._parent.lent -= 1
            if self._parent.lent or not self._parent.has_slot:
                self._limiter.release()

    def acquire(self, granted: Callable[[], None]) -> bool:
        """Take the slot of the task above again; see `Limiter.acquire`."""
        return self._limiter is None or self._limiter.acquire(granted)

    def ends_with(self, error: type[BaseException] | None) -> bool:
        """Return whether the task above ends when its run ends with `error`, because nothing in it could handle it."""
        parent = self._parent
        return parent is not None and error not in (None, GeneratorExit) and parent.only_waits

    def overdraw(self) -> None:
        """Take the slot of the task above again at once, for a task that ends now: an error must not wait for it."""
        if self._limiter is not None:
            self._limiter.overdraw()

    def withdraw(self, granted: Callable[[], None]) -> None:
        """Stop waiting for the slot of the task above."""
        if self._limiter is not None:
            self._limiter.withdraw(granted)

    def cancel(self) -> bool:
        """Leave the slot with the task above; return whether there is one."""
        had = self._limiter is not None
        self._limiter = None
        return had
