"""Faults: what goes wrong with an operation of a saver, and when; plain data."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from stepgraph.errors import SaverError
from stepgraph.testing.flag import Flag

__all__ = ["Fault", "Stall"]


def _broken() -> BaseException:
    return SaverError("the saver was told to fail by stepgraph.testing.FaultySaver")


@dataclass(frozen=True, slots=True)
class Fault:
    """The n-th operation fails.

    Attributes:
        nth: Which operation, from 1.
        when: `"before"` it reaches the saver, or `"after"` it succeeded there: the caller sees an error, but the
            work is done.
        forever: Whether all later operations fail too.
        only: The operations that count, such as `("put", "put_writes")`; every one when empty.
        error: Makes the error.
    """

    nth: int = 1
    when: Literal["before", "after"] = "before"
    forever: bool = False
    only: Collection[str] = ()
    error: Callable[[], BaseException] = _broken


@dataclass(frozen=True, slots=True)
class Stall:
    """The n-th operation waits.

    Attributes:
        nth: Which operation, from 1.
        when: Whether it waits before it reaches the saver, or after it succeeded there.
        forever: Whether all later operations wait too.
        only: The operations that count; every one when empty.
        reached: Set when the operation has come to wait.
        release: Set it to let the operation go on.
    """

    nth: int = 1
    when: Literal["before", "after"] = "before"
    forever: bool = False
    only: Collection[str] = ()
    reached: Flag = field(default_factory=Flag)
    release: Flag = field(default_factory=Flag)
