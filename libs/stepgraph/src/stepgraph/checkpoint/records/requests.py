"""Requests: what the procedures of this package ask of a saver.

A procedure is a generator that yields requests and returns a result. It decides; the saver looks up and stores, in its
own way and colour, and answers all requests of one procedure from one consistent state: inside a transaction, or under
a lock. So what a checkpoint is made of is written once. A saver answers each class below; the docstrings say with what.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from stepgraph.checkpoint.records.rows import BlobRow, CheckpointRow, WriteRow

__all__ = [
    "Append",
    "Drop",
    "DropLane",
    "Fetch",
    "Fetched",
    "Find",
    "FindHead",
    "Found",
    "Lane",
    "Lanes",
    "Links",
    "Listed",
    "Locate",
    "Outline",
    "OutlineRow",
    "Page",
    "Position",
    "Procedure",
    "PutWrites",
    "Request",
    "SetHead",
    "WriteAt",
    "WritesOf",
    "perform",
]

T = TypeVar("T")


# Reading.


class Find(NamedTuple):
    """A checkpoint that can be seen: `Found`, or `None`.

    Attributes:
        thread_id: Its thread.
        checkpoint_ns: Its namespace.
        checkpoint_id: Its id, `None` for the head.
    """

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str | None


class Found(NamedTuple):
    """A checkpoint.

    Attributes:
        rows: Its row, and then the rows of the lane with a smaller `seq`, remnants too, the greatest first, up to one
            that carries a manifest or has no parent; that is `STRIDE` in all at the most. The `parent_id` of the first
            is `None` if its parent cannot be seen; that of the others does not matter.
        writes: Its pending writes.
    """

    rows: Sequence[CheckpointRow]
    writes: Sequence[WriteRow]


class Fetch(NamedTuple):
    """Rows and blobs: `Fetched`.

    Attributes:
        rows: The `seq` of each row.
        blobs: `seq` and channel of each blob.
        bases: Whether the blobs that these are deltas on are to be answered, too.
    """

    rows: Sequence[int]
    blobs: Sequence[tuple[int, str]]
    bases: bool = True


class Fetched(NamedTuple):
    """Rows by `seq`, and blobs by `seq` and channel; what is not there is absent."""

    rows: Mapping[int, CheckpointRow]
    blobs: Mapping[tuple[int, str], BlobRow]


class Page(NamedTuple):
    """Checkpoints that can be seen, the greatest `seq` first: a list of `Listed`.

    Attributes:
        thread_id: Of which thread, `None` for every one.
        checkpoint_ns: Of which namespace, `None` for every one.
        checkpoint_id: With which id, `None` for any.
        below: Only those with a smaller `seq`, `None` for all.
        limit: How many at the most.
    """

    thread_id: str | None
    checkpoint_ns: str | None
    checkpoint_id: str | None
    below: int | None
    limit: int


class Listed(NamedTuple):
    """A checkpoint on a page: where it stands, and its metadata, encoded."""

    seq: int
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    metadata: bytes


class Locate(NamedTuple):
    """The `seq` of a checkpoint, perhaps of a remnant, or `None`; a thread or namespace of `None` stands for any."""

    thread_id: str | None
    checkpoint_ns: str | None
    checkpoint_id: str


# Storing.


class FindHead(NamedTuple):
    """The `Head` of a lane, or `None` where there is no lane. Nobody else may change it before the transaction ends."""

    thread_id: str
    checkpoint_ns: str


class Position(NamedTuple):
    """The `seq` of a checkpoint of a lane that can be seen, or `None`."""

    lane: int
    checkpoint_id: str


class Append(NamedTuple):
    """Store a checkpoint as the last row of its lane, and answer its new `seq`; `None` if the id is there already.

    Attributes:
        lane: Its lane where that is known, `None` where it is perhaps still to be made.
        thread_id: Its thread.
        checkpoint_ns: Its namespace.
        row: Its row, without a `seq`.
        blobs: The blobs of that `seq`.
        head: Whether it becomes the head.
    """

    lane: int | None
    thread_id: str
    checkpoint_ns: str
    row: CheckpointRow
    blobs: Sequence[BlobRow]
    head: bool


class PutWrites(NamedTuple):
    """Store rows of pending writes in place of those with the same checkpoint, task and slot; the lane is made."""

    thread_id: str
    checkpoint_ns: str
    rows: Sequence[WriteRow]


class WriteAt(NamedTuple):
    """The `WriteRow` of a slot, or `None`."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    task_id: str
    slot: int


# Maintenance.


class Lane(NamedTuple):
    """A lane."""

    lane: int
    thread_id: str
    checkpoint_ns: str


class Lanes(NamedTuple):
    """The lanes of a thread, or of every one: a list of `Lane`."""

    thread_id: str | None


class Outline(NamedTuple):
    """The rows of a lane, the smallest `seq` first, without what they hold: a list of `OutlineRow`."""

    lane: int


class OutlineRow(NamedTuple):
    """What there is to know of a checkpoint without reading it.

    Attributes:
        seq: Its row.
        id: Its id.
        parent_seq: The row of its parent.
        ts: When it was made.
        run_id: The run that made it.
        remnant: Whether it is only there because others need it.
        manifest: Whether the row carries a manifest.
    """

    seq: int
    id: str
    parent_seq: int | None
    ts: str
    run_id: str | None
    remnant: bool
    manifest: bool


class Links(NamedTuple):
    """The blobs of a lane: a list of `seq`, channel and `prev_seq`."""

    lane: int


class WritesOf(NamedTuple):
    """All pending writes of a lane: a list of `WriteRow`."""

    lane: int


class Drop(NamedTuple):
    """Delete rows; the pending writes of each go with it.

    Attributes:
        lane: The lane.
        hidden: The `seq` of rows that become remnants; their metadata may go.
        rows: The `seq` of rows that go.
        blobs: `seq` and channel of blobs that go.
    """

    lane: int
    hidden: Sequence[int]
    rows: Sequence[int]
    blobs: Sequence[tuple[int, str]]


class SetHead(NamedTuple):
    """Make another row the head of a lane, or none."""

    lane: int
    seq: int | None
    checkpoint_id: str | None


class DropLane(NamedTuple):
    """Delete a lane with all that is in it."""

    lane: int


Request: TypeAlias = (
    Find
    | Fetch
    | Page
    | Locate
    | FindHead
    | Position
    | Append
    | PutWrites
    | WriteAt
    | Lanes
    | Outline
    | Links
    | WritesOf
    | Drop
    | SetHead
    | DropLane
)

Procedure: TypeAlias = Generator[Request, Any, T]


def perform(procedure: Procedure[T], answer: Callable[[Any], Any]) -> T:
    """Run a procedure to its end.

    Args:
        procedure: The procedure.
        answer: Answers a request.
    """
    try:
        request = next(procedure)
        while True:
            request = procedure.send(answer(request))
    except StopIteration as stop:
        result: T = stop.value
        return result
