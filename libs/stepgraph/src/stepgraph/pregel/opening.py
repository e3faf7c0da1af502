"""opening: where a run begins. With nothing, with new input on a thread, or with what an earlier run left undone.

Decisions only: the checkpoint has been loaded, and what is to be saved is put into the run's journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import ECHO, ERROR, INTERRUPT, RESUME, STATUS, STEPS, PendingWrite, TaskWrites
from stepgraph.errors import EmptyInputError, UnknownInterruptError
from stepgraph.kernel.plan import plan
from stepgraph.kernel.program import write
from stepgraph.kernel.task import Status, Task
from stepgraph.pregel.commands import write_command
from stepgraph.pregel.editing import begin_edit
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.restoring import rename, restore
from stepgraph.pregel.run_state import RunState
from stepgraph.pregel.saves import PARENTS, PutWrites
from stepgraph.pregel.scope import ANY
from stepgraph.types import NOT_GIVEN, Command, Interrupt

__all__ = ["begin", "recall", "settle"]

_RESERVED: Final = frozenset((STATUS, ERROR, INTERRUPT, RESUME, STEPS, ECHO, PARENTS))


def begin(run: RunState) -> None:
    """Decide the first superstep of `run`: the one that takes the input in, or none where it goes on."""
    journal = run.journal
    if journal is None:
        run.take((run.entry,))
        return
    run.machine.memory.dirty = set()
    if journal.found is not None:
        journal.open(*restore(run.machine, run.graph, journal.found.checkpoint))
    if run.settings.edits:
        begin_edit(run, run.settings.edits)
    elif _goes_on(run, journal):
        _resume(run, journal)
    else:
        _begin_anew(run, journal)


def _goes_on(run: RunState, journal: Journal) -> bool:
    if journal.found is None:
        return False
    above = None if run.parent is None else run.parent.run
    if above is not None:
        return not journal.lasting or (above.resuming and journal.metadata.get("parents") == journal.facts["parents"])
    given = run.entry.input
    if given is None or isinstance(given, Command):
        return True
    run_id = run.config.get("run_id")
    return run_id is not None and journal.found.metadata.get("run_id") == str(run_id)


def _begin_anew(run: RunState, journal: Journal) -> None:
    """Take new input in: what was left undone is dropped, and the input is saved before anything runs."""
    given, machine = run.entry.input, run.machine
    if given is None:
        raise EmptyInputError(f"graph {run.graph.name!r} was given no input and thread {journal.thread_id!r} is new")
    if isinstance(given, Command) and given.resume is not NOT_GIVEN:
        raise UnknownInterruptError(
            f"Command(resume=…) answers an interrupt, and thread {journal.thread_id!r} has no checkpoint that could "
            "hold one"
        )
    write(run.entry, given)  # what does not fit is refused before anything is saved
    before = -2 if journal.found is None else int(journal.metadata.get("step", -2))
    if journal.found is not None:
        machine.discard()
    machine.step = before + 1
    journal.checkpoint(machine, "input", given=given)
    _take_entry(run, before + 2)


def _take_entry(run: RunState, step: int) -> None:
    run.entry.saved = not run.entry.node.routes  # of one that asks nobody there is nothing to keep
    run.machine.resume(step)
    run.take((run.entry,))


def _resume(run: RunState, journal: Journal) -> None:
    machine, given = run.machine, run.entry.input
    run.resuming = True
    step = int(journal.metadata.get("step", 0))
    command = given if isinstance(given, Command) else Command()
    if journal.travels(answering=command.resume is not NOT_GIVEN):
        if journal.forks:
            machine.step = step = step + 1
            journal.fork(machine)
        else:
            journal.forget()
    if journal.given is not MISSING:
        run.entry.input = journal.given
        _take_entry(run, step + 1)
    else:
        write_command(run, command)
        machine.resume(step)
        run.restate()
    if command.resume is not NOT_GIVEN and run.parent is None:
        _answer(run, journal, command.resume)


def _asked(pending: Sequence[PendingWrite]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the questions that are not answered and those that are, but whose tasks did not go on: ids and tasks."""
    kept = {(task, channel): value for task, channel, value in pending if channel in _RESERVED}
    found: tuple[dict[str, str], dict[str, str]] = {}, {}
    for (task, channel), questions in kept.items():
        if channel == INTERRUPT and kept.get((task, STATUS)) == Status.INTERRUPTED.value:
            for question in questions:
                found[question.id in kept.get((task, RESUME), ())][question.id] = task
    return found


def _answer(run: RunState, journal: Journal, answer: Any) -> None:
    """Place the caller's answer, or answers by id, and decide to save them."""
    unanswered, answered = _asked(journal.asked)
    answers = _by_id(answer, unanswered, answered)
    if answers is None:
        if journal.given is MISSING and not plan(run.machine.memory, run.machine.changed, resumed=True):
            raise UnknownInterruptError(
                f"Command(resume=…) answers an interrupt, and thread {journal.thread_id!r} has ended: nothing waits"
            )
        run.answers[ANY] = answer
        return
    if journal.forked:
        if len(answers) > 1:
            raise UnknownInterruptError(
                "several answers were given to a checkpoint that the thread has moved past; answer one, and the "
                "others where the run then stops"
            )
        run.answers[ANY] = next(iter(answers.values()))
        return
    run.answers.update(answers)
    by_task: dict[str, dict[str, Any]] = {}
    for identity, value in answers.items():
        task = unanswered.get(identity) or answered[identity]
        by_task.setdefault(task, {})[identity] = value
        if not _are_by_id(answer) and len(unanswered) <= 1:
            run.answers[ANY + task] = value  # the question has another id if a sub-graph's state was edited since
    for task, given in by_task.items():
        before: dict[str, Any] = next(
            (old for name, channel, old in journal.pending if (name, channel) == (task, RESUME)), {}
        )
        journal.due.append(PutWrites(journal.config, TaskWrites(task, [(RESUME, {**before, **given})])))
        journal.pending = [record for record in journal.pending if record[:2] != (task, RESUME)]
        journal.pending.append((task, RESUME, {**before, **given}))


def _by_id(answer: Any, unanswered: Mapping[str, str], answered: Mapping[str, str]) -> dict[str, Any] | None:
    """Return answers by id, `None` for one that the next question is to get.

    Of questions that one task asks side by side the first gets a bare answer, and the others wait on. A question that
    was answered before its task could go on is answered again.
    """
    if _are_by_id(answer):
        unknown = [key for key in answer if key not in unanswered and key not in answered]
        if unknown:
            raise UnknownInterruptError(
                f"no interrupt {unknown[0]!r} waits for an answer; pending are {sorted(unanswered) or 'none'}"
            )
        return dict(answer)
    open_questions = unanswered or answered
    if len(open_questions if not unanswered else set(unanswered.values())) > 1:
        raise UnknownInterruptError(
            f"{len(open_questions)} interrupts wait for an answer, so a single one is ambiguous; pass "
            f"Command(resume={{id: answer}}) with some of the ids {sorted(open_questions)}",
            reason="ambiguous",
        )
    return {next(iter(open_questions)): answer} if open_questions else None


def _are_by_id(answer: Any) -> bool:
    return isinstance(answer, dict) and bool(answer) and all(_is_id(key) for key in answer)


def _is_id(key: Any) -> bool:
    return isinstance(key, str) and len(key) == 32 and all(digit in "0123456789abcdef" for digit in key)


def settle(run: RunState, tasks: Sequence[Task]) -> None:
    """Give planned tasks the ids that derive from their checkpoint, and what an earlier run knows of them."""
    journal = run.journal
    assert journal is not None
    for task in tasks:
        run.id_of(task)  # before there is a new checkpoint to derive it from
    if run.resuming and journal.pending:
        recall(run, tasks)


def recall(run: RunState, tasks: Sequence[Task]) -> None:
    """Give tasks what is pending of them."""
    journal = run.journal
    assert journal is not None
    known: dict[str, list[tuple[str, Any]]] = {}
    for identity, channel, value in journal.pending:
        known.setdefault(identity, []).append((channel, value))
    for task in tasks:
        run.id_of(task)
        rename(task, run.graph, run.seed, journal.namespace, run.machine.step, known)
        writes = known.get(task.id)
        if writes is not None:
            _recall(run, task, writes)


def _is_answered(run: RunState, task: Task, asked: Sequence[Interrupt]) -> bool:
    return ANY + task.id in run.answers or any(question.id in run.answers for question in asked)


def _recall(run: RunState, task: Task, writes: Sequence[tuple[str, Any]]) -> None:
    kept = {channel: value for channel, value in writes if channel in _RESERVED}
    task.answers, task.memo = kept.get(RESUME), kept.get(STEPS)
    task.answered = bool(task.answers)
    status = kept.get(STATUS)
    if status in (Status.FAILED.value, Status.REFUSED.value):
        task.error = kept.get(ERROR)
    if status == Status.DONE.value and ECHO not in kept:  # else the checkpoint that holds it was deleted
        task.writes = [(channel, value) for channel, value in writes if channel not in _RESERVED]
        task.parents = tuple(kept.get(PARENTS, ()))
        task.status, task.settled, task.saved = Status.DONE, True, True
    elif status == Status.INTERRUPTED.value:
        asked = tuple(kept.get(INTERRUPT, ()))
        task.asked = asked
        for question in asked:  # an answer that was saved, and that a run below may still have to take
            if question.id in (task.answers or ()) and question.id not in run.answers:
                run.answers[question.id] = (task.answers or {})[question.id]
        if asked and run.answers and ANY not in run.answers and not _is_answered(run, task, asked):
            # Others were answered: it goes on waiting, and is not run for nothing.
            task.status, task.settled, task.saved = Status.INTERRUPTED, True, True
