"""Steps: how a call of a saver is written once and made in both colours.

A call is a generator of steps. A step is a procedure of `stepgraph.checkpoint.records`, to be answered from one
consistent state: `Look` reads, `Land` stores in a transaction. Whoever runs the call waits in
its own way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeAlias, TypeVar

from stepgraph.checkpoint.records.requests import Procedure

__all__ = ["Call", "Land", "Look", "Step", "make", "make_async"]

T = TypeVar("T")


class Step(Generic[T]):
    """A procedure to run.

    Args:
        begin: Begins the procedure; it may be begun again when a database asks for that.
    """

    __slots__ = ("begin", "frees")

    def __init__(self, begin: Callable[[], Procedure[T]]) -> None:
        self.begin: Callable[[], Procedure[T]] = begin
        self.frees: bool = False


class Look(Step[T]):
    """A step that reads."""

    __slots__ = ()


class Land(Step[T]):
    """A step that stores, or deletes.

    Args:
        begin: Begins the procedure.
        frees: Whether much may be deleted, so that there is room to give back.
    """

    __slots__ = ()

    def __init__(self, begin: Callable[[], Procedure[T]], *, frees: bool = False) -> None:
        super().__init__(begin)
        self.frees = frees


Call: TypeAlias = Generator[Step[Any], Any, T]


def make(call: Call[T], run: Callable[[Step[Any]], Any]) -> T:
    """Make a call; `run` runs a step."""
    try:
        step = next(call)
        while True:
            try:
                result = run(step)
            except Exception as error:
                step = call.throw(error)
            else:
                step = call.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value


async def make_async(call: Call[T], run: Callable[[Step[Any]], Awaitable[Any]]) -> T:
    """Make a call; `run` runs a step."""
    try:
        step = next(call)
        while True:
            try:
                result = await run(step)
            except Exception as error:
                step = call.throw(error)
            else:
                step = call.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
