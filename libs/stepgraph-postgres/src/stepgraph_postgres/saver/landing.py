"""Landing: a procedure that stores, as work for the database, in one transaction.

A put looks at the head of its lane, decides, and appends: two round trips and a commit. Mostly it could have known what
it would see, so it is first given the head as it was seen last, and what it then wants stored goes to the database in
one statement that stores nothing if the head is another. Only then is the procedure run again with the lane locked.

The invariant: what a procedure decided is stored only if every answer that it got was true.
"""

from __future__ import annotations

from typing import Any, TypeVar

from stepgraph.checkpoint.records import requests as ask
from stepgraph.checkpoint.records.requests import Procedure
from stepgraph.checkpoint.records.rows import Head, WriteRow
from stepgraph.checkpoint.steps import Step
from stepgraph_postgres.saver.heads import Heads
from stepgraph_postgres.saver.orders import append, orders_of
from stepgraph_postgres.saver.questions import question_of
from stepgraph_postgres.work import Batch, Job, Statement, Work

__all__ = ["land"]

T = TypeVar("T")


def land(step: Step[T], heads: Heads) -> Job[T]:
    """Return the job that runs the procedure of a step; heads are foreseen from, and remembered in, `heads`.

    The procedures of `stepgraph.checkpoint.records` may be run again after a commit in doubt: a put finds itself.
    """

    def work(_: bool) -> Work[T]:
        done = yield from _foreseen(step, heads)
        if done is not None:
            return done[0]
        return (yield from _locked(step, heads))

    return Job("saving checkpoints", work)


def _foreseen(step: Step[T], heads: Heads) -> Work[tuple[T] | None]:
    """Run a put on the head that it will find; return nothing where it is not a put, or found another head."""
    plan = _plan(step, heads)
    if plan is None:
        return None
    procedure, request, head, writes = plan
    (rows,) = yield Batch([append(request, head, writes)], commits=True)
    if not rows:
        heads.forget(request.thread_id, request.checkpoint_ns)
        return None
    lane, seq = rows[0]
    _moved(heads, request, head, lane, seq)
    try:
        procedure.send(seq)
    except StopIteration as done:
        result: T = done.value
        return (result,)
    raise AssertionError("a procedure that looks at a head and appends ends with that")


def _plan(step: Step[T], heads: Heads) -> tuple[Procedure[T], ask.Append, Head | None, list[WriteRow]] | None:
    procedure = step.begin()
    writes: list[WriteRow] = []
    request = next(procedure)
    if not isinstance(request, ask.FindHead):
        return None
    head = heads.get(request.thread_id, request.checkpoint_ns)
    try:
        request = procedure.send(head)
        while isinstance(request, ask.PutWrites):
            writes.extend(request.rows)
            request = procedure.send(None)
    except Exception:  # a conflict, perhaps, with a head that is none any more
        return None
    except StopIteration:
        return None
    return (procedure, request, head, writes) if isinstance(request, ask.Append) else None


def _locked(step: Step[T], heads: Heads) -> Work[T]:
    """Run a procedure on what there is, in a transaction that locks each lane it looks at."""
    while True:
        transaction = _Transaction(heads)
        procedure = step.begin()
        answer: Any = None
        try:
            while not transaction.overtaken:
                answer = yield from transaction.answer(procedure.send(answer))
        except StopIteration as done:
            yield from transaction.end()
            result: T = done.value
            return result


class _Transaction:
    """What one run of a procedure has seen and still has to send.

    Attributes:
        overtaken: Whether a lane was made meanwhile that the procedure thought was not there. Nothing was stored then,
            so that all can be decided anew.
    """

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._lanes: dict[tuple[str, str], Head] = {}
        self._waiting: list[ask.Request] = []
        self.overtaken: bool = False

    def answer(self, request: ask.Request) -> Work[Any]:
        """Answer a request, and carry out those before it; one that has no answer waits."""
        if isinstance(request, ask.Append):
            return (yield from self._append(request))
        question = question_of(request)
        if question is None:
            self._waiting.append(request)
            return None
        orders = self._orders()
        rows = yield Batch([*orders, *question.statements])
        answer = question.answer(rows[len(orders) :])
        if isinstance(request, ask.FindHead) and answer is not None:
            self._lanes[request] = answer
        return answer

    def end(self) -> Work[None]:
        """Carry out what waits and commit."""
        if orders := self._orders():
            yield Batch(orders, commits=True)

    def _append(self, request: ask.Append) -> Work[int | None]:
        place = (request.thread_id, request.checkpoint_ns)
        head = self._lanes.get(place)
        writes: list[WriteRow] = []
        while self._waiting and isinstance(last := self._waiting[-1], ask.PutWrites) and last[:2] == place:
            writes = [*last.rows, *writes]
            self._waiting.pop()
        *_, rows = yield Batch([*self._orders(), append(request, head, writes)])
        if not rows:
            self.overtaken = head is None
            return None
        lane, seq = rows[0]
        self._lanes[place] = _moved(self._heads, request, head, lane, seq)
        return int(seq)

    def _orders(self) -> list[Statement]:
        waiting, self._waiting = self._waiting, []
        return [statement for request in waiting for statement in orders_of(request)]


def _moved(heads: Heads, request: ask.Append, before: Head | None, lane: int, seq: int) -> Head:
    """Return the lane after a checkpoint was appended, and remember it."""
    if request.head:
        head = Head(lane, seq, request.row.id, seq)
    else:
        head = Head(lane, None, None, seq) if before is None else before._replace(last_seq=seq)
    heads.put(request.thread_id, request.checkpoint_ns, head)
    return head
