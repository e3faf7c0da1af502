"""Work: what is to be done in the database, said without doing it.

A `Work` is a generator that yields `Batch`es of statements and is handed their rows; it knows no connection and no
colour, so the sync and the async database perform the same one. The invariant: everything between a work's start, or
a batch that commits, and the next batch that commits is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

__all__ = ["BEGIN", "BEGIN_READING", "COMMIT", "Batch", "Job", "Rows", "Statement", "Work", "framed"]

T = TypeVar("T")

Rows: TypeAlias = list[tuple[Any, ...]]
"""What a statement returned; empty where it returns nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its parameters, positional or by name.

    Attributes:
        sql: The text, with `%s` or `%(name)s` for parameters.
        params: Their values; `None` where the text has none (a `%` is then a `%`).
    """

    sql: str
    params: Sequence[Any] | dict[str, Any] | None = None


BEGIN: Final = Statement("BEGIN")
BEGIN_READING: Final = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
COMMIT: Final = Statement("COMMIT")


@dataclass(frozen=True, slots=True)
class Batch:
    """Statements that go together, in one round trip where the connection can.

    Attributes:
        statements: The statements.
        commits: Whether the transaction ends with them.
    """

    statements: Sequence[Statement]
    commits: bool = False


Work: TypeAlias = Generator[Batch, list[Rows], T]
"""Yields batches, is sent one list of rows a statement, and returns the result."""


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """Work together with what may be done when the connection breaks under it.

    Attributes:
        name: What it does, for messages: "saving to thread 'a'".
        start: Makes the work, once an attempt; its argument says whether an earlier attempt may have been committed.
        repeatable: Whether it may be started again although an earlier attempt may have been committed.
        reading: Whether it only reads; it then sees one state of the database throughout.
    """

    name: str
    start: Callable[[bool], Work[T]]
    repeatable: bool = True
    reading: bool = False


def framed(batch: Batch, *, inside: bool, reading: bool, pipelined: bool) -> Sequence[Statement]:
    """Return the statements of `batch` with those that begin and end its transaction, where they are needed.

    A single statement is a transaction of its own, and so are statements that one pipeline sends.

    Args:
        batch: The batch.
        inside: Whether a transaction is open already.
        reading: Whether the transaction only reads.
        pipelined: Whether the statements go in one pipeline.
    """
    if not inside and batch.commits and (len(batch.statements) == 1 or (pipelined and not reading)):
        return batch.statements
    first = () if inside else (BEGIN_READING if reading else BEGIN,)
    last = (COMMIT,) if batch.commits else ()
    return (*first, *batch.statements, *last)
