"""Run: one execution of a graph, everything but the waiting. Both drivers perform it; neither decides.

A driver does this and no more: take the tasks of `plan`, perform the program of each in its scope, report each with
`finished` or `failed`, `commit`, and hand what is in the buffer to the consumer in between.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from contextvars import Context, copy_context
from typing import Any, Literal

from stepgraph.ambient import SCOPE
from stepgraph.config import DEFAULT_RECURSION_LIMIT, RunnableConfig, Scope
from stepgraph.errors import GraphDrained, GraphInterrupt, InvalidResumeError, annotate
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Loan
from stepgraph.kernel.apply import foreseen
from stepgraph.kernel.breakpoints import Breakpoints, breaks
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.plan import plan
from stepgraph.kernel.program import Program, program, write
from stepgraph.kernel.task import Status, Task, task_id
from stepgraph.pregel import audit, opening
from stepgraph.pregel.chunks import show_cached, show_checkpoint, show_end, show_pause, show_result, show_start
from stepgraph.pregel.commit import check_above, commit, place_of, warn_of_joins
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.inheritance import addressed_by, effective_config, journal_of, limiter_of
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.scope import ASKING, Surroundings, TaskScope
from stepgraph.pregel.settings import DEFAULTS, Settings
from stepgraph.pregel.stream import SILENT, Namespace, Stream, Tap
from stepgraph.runnables.call import Call
from stepgraph.runtime import RunControl
from stepgraph.types import Interrupt, StreamWriter

__all__ = ["Run"]

_salt = os.urandom(8).hex()
_runs = itertools.count()


class Run:
    """An execution under way.

    Args:
        graph: What to execute.
        input: What the caller gave.
        config: What the caller wants.
        context: The caller's context object, `None` for that of the run above.
        taps: Who consumes the run's own stream.
        settings: What else the caller said.

    Attributes:
        machine: The state and the decisions.
        stream: Who gets chunks.
        parent: The scope of the task that this run is nested in.
        limiter: Bounds how many tasks run at once, `None` for no bound.
        loan: The slot of the task above.
        journal: What is saved, `None` where nothing is.
        call: What its tasks are reported as parts of, `None` where nobody listens.
        answers: Answers to interrupts, by their ids; shared with the runs below.
        ambient: The context that the tasks' contexts are copies of.
        paused: Whether the run waits for an answer, or stands at a breakpoint.
        resuming: Whether the superstep is the first one that goes on from a checkpoint.
    """

    __slots__ = (
        "_audits",
        "_begun",
        "_blamed",
        "_held",
        "_namespace",
        "_over",
        "_place",
        "_restates",
        "_seed",
        "_shows_state",
        "_tasks",
        "_upcoming",
        "ambient",
        "answers",
        "call",
        "config",
        "context",
        "control",
        "debug",
        "entry",
        "graph",
        "journal",
        "left",
        "limiter",
        "loan",
        "machine",
        "parent",
        "paused",
        "resuming",
        "settings",
        "store",
        "stream",
        "writer",
    )

    def __init__(
        self,
        graph: Executable,
        input: Any,
        config: Mapping[str, Any] | None,
        context: Any,
        taps: Sequence[Tap] = (),
        settings: Settings = DEFAULTS,
    ) -> None:
        around: Scope | None = None if settings.edits else SCOPE.get()  # an edit addresses what its config names
        parent: Any = None if around is None else around.task_scope
        above: Surroundings | None = None if parent is None else parent.run
        self.graph: Executable = graph
        self.parent: TaskScope | None = parent
        self.config: RunnableConfig = effective_config(around, graph.config, config)
        self._namespace: Namespace | None = None if parent is not None else addressed_by(self.config)
        self._place: Namespace = () if parent is None else parent.count_nested()
        self._seed = ""
        self.context: Any | None = above.context if context is None and above is not None else context
        self.store: Any | None = above.store if graph.store is None and above is not None else graph.store
        self.settings: Settings = settings
        self.control: RunControl | None = above.control if settings.control is None and above else settings.control
        if above is not None:
            if taps:
                for tap in taps:
                    tap.depth = len(self.namespace)
            taps = (*taps, *(tap for tap in above.stream.taps if tap.subgraphs))
        self.stream: Stream = Stream(taps, self.namespace) if taps else SILENT
        self.writer: StreamWriter = self.stream.writer()
        self.limiter: Limiter | None = limiter_of(graph, around, config)
        self.loan: Loan = Loan(None if around is None else around.slot)
        self.call: Call | None = None
        self.ambient: Context = copy_context()
        self.debug: bool = graph.debug if settings.debug is None else settings.debug
        self._audits: dict[int, dict[str, tuple[Any, Any]]] = {}
        self._blamed: set[int] = set()
        self.machine: Machine = Machine(graph.topology, self.config.get("recursion_limit") or DEFAULT_RECURSION_LIMIT)
        self.journal: Journal | None = journal_of(self, above, settings)
        self.answers: dict[str, Any] = {} if above is None else above.answers
        entry = graph.topology.entry
        self.entry: Task = Task(entry, entry.path, ())
        self.entry.given = True
        self.entry.input = input if above is None else graph.without_surplus(input)
        self._tasks: Sequence[Task] = ()
        self._upcoming: Sequence[Task] = ()
        self._held: Task | None = None
        self._shows_state = False
        self._restates = False
        self._over = False
        self.left: bool = False
        self._begun = False
        self.paused: bool = False
        self.resuming: bool = False

    @property
    def namespace(self) -> Namespace:
        """The sub-graphs from the root down to this run."""
        if self._namespace is None:
            assert self.parent is not None
            self._namespace = self.parent.nested_namespace(self._place)
        return self._namespace

    @property
    def seed(self) -> str:
        """What tells the tasks of this superstep from those of other runs, and is the same when it is run again."""
        if self.journal is not None:
            return self.journal.checkpoint_id
        if not self._seed:
            above = None if self.parent is None else self.parent.run
            self._seed = above.seed if above else str(self.config.get("run_id") or f"{_salt}-{next(_runs)}")
        return self._seed

    def id_of(self, task: Task) -> str:
        """Return the id of one of this run's tasks."""
        if not task.id:
            namespace = "|".join(self.namespace) if self.journal is None else self.journal.namespace
            task.id = task_id(self.seed, namespace, self.machine.step, task.path, task.node.name)
        return task.id

    def keep_slot(self) -> None:
        """Use the slot of the task above instead of the limit's others: it stands still until this run is over."""
        if self.loan.cancel():
            self.limiter = Limiter(1)

    # What a driver calls, in this order.

    def plan(self) -> Sequence[Task] | None:
        """Return the next tasks to perform, `None` when the run is over.

        There may be none to perform and yet something to settle and to show: the input, before the first superstep, or
        a superstep that an earlier run performed.

        Raises:
            GraphRecursionError: There are tasks and the step limit is used up.
            GraphDrained: There are tasks and somebody asked the run to stop.
        """
        if not self._begun:
            self._begun = True
            opening.begin(self)
            if self.journal is not None:
                return ()  # what was decided so far is to be saved before anything runs
        if self.paused:
            return None
        check_above(self)
        tasks, self._upcoming = self._upcoming, ()
        if not tasks and not self.settings.edits:
            tasks = self.machine.plan()
        self._tasks = tasks
        if self.journal is not None:
            opening.settle(self, tasks)
            if self.stream.checkpoints or self.stream.debug:
                show_checkpoint(self, tasks)
        if not tasks:
            return None
        if tasks[0].given:
            return self._given_to_perform()
        if self.control is not None and self.control.drain_requested:
            raise GraphDrained(self.control.drain_reason)
        if not self.resuming and breaks(self._breakpoints("before"), tasks):
            self.paused = True
            return ()
        return self._tasks_to_perform()

    def recall(self, tasks: Sequence[Task]) -> None:
        """Give tasks what is pending of them."""
        opening.recall(self, tasks)

    def take(self, tasks: Sequence[Task]) -> None:
        """Make tasks whose output is given the next superstep."""
        self._upcoming = tasks

    def scope(self, task: Task) -> tuple[TaskScope, Context]:
        """Return the scope of a task, and the context to perform it in, where the scope is to be entered."""
        return TaskScope(self, task), self.ambient.copy()

    def program(self, task: Task) -> Program:
        """Return what to perform for a task."""
        if self.debug and not task.given:
            task.input = self.machine.read_input(task)
            self._audits[id(task)] = audit.picture(task.input)
        return program(task, self.machine)

    def finished(self, task: Task) -> None:
        """Show what a task that is done did, or, where it is saved with the whole superstep, do so after that."""
        if self.debug and id(task) in self._audits:
            audit.check(task, self._audits.pop(id(task)), self._blamed)
        if self.journal is not None and len(self._tasks) == 1:
            self._held = task
        elif self.stream.taps:
            show_end(self, task)

    def failed(self, task: Task, error: BaseException) -> BaseException | None:
        """Take note of how a task ended that is not done; return the error to raise, none for an interrupt."""
        if isinstance(error, GraphDrained):
            return error  # of a graph inside; the task is as it was
        if isinstance(error, GraphInterrupt) or (task.asked and isinstance(error, InvalidResumeError)):
            with ASKING:
                task.status = Status.INTERRUPTED
            if isinstance(error, GraphInterrupt):
                task.asked = task.asked or error.interrupts
                for question in task.asked:  # of one that was raised, whatever came is no answer
                    (task.answers or {}).pop(question.id, None)
                    self.answers.pop(question.id, None)
                return None
        else:
            task.status, task.error = Status.FAILED, error
        if isinstance(error, Exception):
            annotate(error, f"raised in node {task.node.name!r} of graph {self.graph.name!r} ({place_of(self)})")
            if (self.stream.tasks or self.stream.debug) and not task.node.hidden:
                show_result(self, task)
        return error

    @property
    def width(self) -> int:
        """How many tasks the superstep has, those that an earlier run performed included."""
        return len(self._tasks)

    def settle(self) -> None:
        """End the superstep, all of whose tasks ended well, or pause where one of them waits for an answer."""
        tasks = self._tasks
        if not tasks or self.paused:
            return
        for task in tasks:
            if task.status is Status.INTERRUPTED:
                self.paused = True
                if self.journal is not None:
                    self.journal.keep(tasks, self.machine)
                return
        self._blamed.clear()
        commit(self, tasks)
        self.resuming = False
        if self.journal is not None:
            check_above(self)
            performed = [] if tasks[0] is self.entry else [task for task in tasks if not task.saved]
            self.journal.checkpoint(self.machine, self.settings.source, performed=performed)
        self.paused = not tasks[0].given and breaks(self._breakpoints("after"), tasks)
        self._shows_state = not tasks[0].given or self.graph.shows_input
        self._tasks = ()

    def show(self) -> None:
        """Show what `settle` did, now that it is saved."""
        held, self._held = self._held, None
        if not self.stream.taps:
            return
        if held is not None and held.status is Status.DONE:
            show_end(self, held)
        if self._shows_state:
            self._shows_state = False
            for put, keys in self.stream.values:
                if self._restates or self.graph.writes_any(self.machine.changed, keys):
                    put(self.graph.read(self.machine.memory.view, keys))
            self._restates = False
        if self.paused:
            show_pause(self, self._tasks, self.outlook())
            if not self._tasks and self.journal is not None and (self.stream.checkpoints or self.stream.debug):
                self.machine.step += 1  # of the tasks that the next run will perform
                show_checkpoint(self, plan(self.machine.memory, self.machine.changed))

    def conclude(self) -> None:
        """End the run: report what it left undone; tell the run above where this one waits for an answer.

        Raises:
            GraphInterrupt: The run is nested and paused.
        """
        self._over = not self.paused
        if self.paused:
            if self.parent is not None:
                asked = self.interrupts
                self.parent.wait_for(*asked)
                raise GraphInterrupt(asked)
            return
        warn_of_joins(self)

    def leave(self) -> None:
        """Decide what to save of a superstep that did not end, because a task failed or the caller went away."""
        self.left = True
        journal, nested = self.journal, self.parent is not None
        if journal is not None:
            if journal.durability == "exit" and not (self._over and nested and not journal.lasting):
                journal.conclude(self.machine)
            journal.keep(self._tasks, self.machine)

    @property
    def interrupts(self) -> tuple[Interrupt, ...]:
        """What a paused run waits for."""
        return tuple(question for task in self._tasks for question in task.asked) if self.paused else ()

    def restate(self) -> None:
        """Show the state once more: a run that goes on begins with it."""
        self._shows_state = self._restates = True

    def outlook(self) -> Mapping[str, Any]:
        """Return the state, with what the finished tasks of a paused superstep wrote in it, if that can be applied."""
        memory = self.machine.memory
        done = [task for task in self._tasks if task.status is Status.DONE]
        return foreseen(memory, done) if done and self.paused else memory.view

    def _breakpoints(self, side: Literal["before", "after"]) -> Breakpoints:
        given, own = self.settings, self.graph
        if side == "before":
            return given.interrupt_before or own.interrupt_before
        return given.interrupt_after or own.interrupt_after

    def _given_to_perform(self) -> Sequence[Task]:
        """Write what needs no router to be asked; return the others."""
        for task in self._tasks:
            if not task.node.routes:
                write(task, task.input)
                task.status = Status.DONE
        return [task for task in self._tasks if task.status is Status.PENDING]

    def _tasks_to_perform(self) -> Sequence[Task]:
        tasks = self._tasks
        if self.stream.tasks or self.stream.debug:
            self._show_starts()
        if not self.resuming:
            return tasks
        for task in tasks:
            if task.settled and task.status is Status.DONE:
                show_cached(self, task)
        return [task for task in tasks if not task.settled]

    def _show_starts(self) -> None:
        for task in self._tasks:
            try:
                show_start(self, task)
            except Exception as error:  # the node's input cannot be made
                self.failed(task, error)
                raise
