"""Looking: a procedure that reads, as work for the database.

Each request is a snapshot and a round trip of its own, for hardly any read is crossed by a deletion. One that is, and
so finds rows gone which another row named, is made again in a single snapshot.
"""

from __future__ import annotations

from typing import Any, TypeVar

from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.steps import Step
from stepgraph.errors import CorruptCheckpointError
from stepgraph_postgres.saver.heads import Heads
from stepgraph_postgres.saver.questions import head_of, question_of
from stepgraph_postgres.work import Batch, Job, Work

__all__ = ["look"]

T = TypeVar("T")


class _CrossedError(Exception):
    """What was asked for is not there any more."""


def look(step: Step[T], heads: Heads) -> Job[T]:
    """Return the job that runs the procedure of a step; what it sees of heads is remembered."""

    def work(_: bool) -> Work[T]:
        try:
            return (yield from _asked(step, heads, commits=True))
        except (_CrossedError, CorruptCheckpointError):
            return (yield from _asked(step, heads, commits=False))

    return Job("reading checkpoints", work, reading=True)


def _asked(step: Step[T], heads: Heads, *, commits: bool) -> Work[T]:
    procedure = step.begin()
    answer: Any = None
    while True:
        try:
            request = procedure.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        question = question_of(request)
        assert question is not None, f"a procedure that reads asked for {type(request).__name__}"
        rows = yield Batch(question.statements, commits=commits)
        answer = question.answer(rows)
        if isinstance(request, ask.Find) and (head := head_of(rows)) is not None:
            heads.put(request.thread_id, request.checkpoint_ns, head)
        if commits and isinstance(request, ask.Fetch) and not _complete(request, answer):
            raise _CrossedError


def _complete(request: ask.Fetch, fetched: ask.Fetched) -> bool:
    """Tell whether all is there that was asked for, and all that this is based on."""
    return (
        all(seq in fetched.rows for seq in request.rows)
        and all(key in fetched.blobs for key in request.blobs)
        and all(
            blob.prev_seq is None or (blob.prev_seq, blob.channel) in fetched.blobs for blob in fetched.blobs.values()
        )
    )
