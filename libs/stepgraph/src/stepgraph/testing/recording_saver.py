"""RecordingSaver: a saver that remembers what it was asked, and what became of it, in order.

An operation is in the list from when it begins, so a test can see what was under way when something else happened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.testing.wrapped_saver import Operation, WrappedSaver

__all__ = ["RecordedOperation", "RecordingSaver"]

T = TypeVar("T")


@dataclass(slots=True)
class RecordedOperation:
    """One call of a saver and what became of it.

    Attributes:
        name: The method, by its sync name.
        arguments: What it was given, by parameter; not copied.
        state: Whether it still runs, has returned, or has raised.
        result: What it returned; for `list` and `turn` what the saver handed out.
        error: What it raised.
    """

    name: str
    arguments: Mapping[str, Any]
    state: Literal["begun", "returned", "raised"] = "begun"
    result: Any = None
    error: BaseException | None = None


class RecordingSaver(WrappedSaver):
    """Does what `saver` does and remembers it.

    Args:
        saver: The saver that keeps the checkpoints.

    Attributes:
        operations: What it was asked so far, in the order in which it began. `clear()` the list to start over.
    """

    def __init__(self, saver: BaseCheckpointSaver) -> None:
        super().__init__(saver)
        self.operations: list[RecordedOperation] = []

    @property
    def names(self) -> list[str]:
        """The names of the operations so far."""
        return [operation.name for operation in self.operations]

    def perform(self, operation: Operation, call: Callable[[], T]) -> T:
        """Remember a sync operation."""
        record = self._begin(operation)
        try:
            record.result = result = call()
        except BaseException as error:
            record.state, record.error = "raised", error
            raise
        record.state = "returned"
        return result

    async def aperform(self, operation: Operation, call: Callable[[], Awaitable[T]]) -> T:
        """Remember an async operation."""
        record = self._begin(operation)
        try:
            record.result = result = await call()
        except BaseException as error:
            record.state, record.error = "raised", error
            raise
        record.state = "returned"
        return result

    def _begin(self, operation: Operation) -> RecordedOperation:
        record = RecordedOperation(operation.name, operation.arguments)
        self.operations.append(record)
        return record
