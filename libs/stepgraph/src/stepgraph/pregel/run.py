"""Run: one execution of a graph, everything but the waiting. Both drivers perform it; neither decides.

A driver does this and no more: take the tasks of `plan`, perform the program of each in its scope, report each with
`finished` or `failed`, `commit`, and hand what is in the buffer to the consumer in between.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, copy_context
from typing import Any

from stepgraph.config import DEFAULT_RECURSION_LIMIT, SCOPE, RunnableConfig, check_config, merge_configs
from stepgraph.errors import IncompleteJoinWarning, InvalidUpdateError, ParentCommand, annotate
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.program import Program, entry_program, program, write
from stepgraph.kernel.task import Status, Task, task_id
from stepgraph.pregel import audit
from stepgraph.pregel.chunks import know_messages, show_messages, show_result, show_start, update_of
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.limiter import Limiter
from stepgraph.pregel.message_stream import without_handlers
from stepgraph.pregel.scope import Surroundings, TaskScope
from stepgraph.pregel.stream import SILENT, Namespace, Stream, Tap
from stepgraph.runtime import _discard
from stepgraph.types import StreamWriter

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
        debug: Whether nodes that edit their input in place are reported.

    Attributes:
        machine: The state and the decisions.
        stream: Who gets chunks.
        parent: The scope of the task that this run is nested in.
        limiter: Bounds how many tasks run at once, `None` for no bound.
        ambient: The context that the tasks' contexts are copies of.
    """

    __slots__ = (
        "_audits",
        "_begun",
        "_blamed",
        "_entry",
        "_limit_above",
        "_namespace",
        "_number",
        "_seed",
        "ambient",
        "config",
        "context",
        "debug",
        "graph",
        "limiter",
        "machine",
        "parent",
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
        *,
        debug: bool = False,
    ) -> None:
        parent: Any = SCOPE.get()
        above: Surroundings | None = None if parent is None else parent.run
        self.graph: Executable = graph
        self.parent: TaskScope | None = parent
        self._namespace: Namespace | None = () if parent is None else None
        self._number = 0 if parent is None else parent.count_nested()
        self._seed = "" if above is None else above.seed
        self.config: RunnableConfig = _effective_config(parent, graph.config, config)
        self.context: Any | None = above.context if context is None and above is not None else context
        self.store: Any | None = above.store if graph.store is None and above is not None else graph.store
        if above is not None:
            if taps:
                _place(taps, len(self.namespace))
            taps = (*taps, *(tap for tap in above.stream.taps if tap.subgraphs))
        self.stream: Stream = Stream(taps, self.namespace) if taps else SILENT
        self.writer: StreamWriter = _writer(self.stream)
        self._limit_above: Limiter | None = None if above is None else above.limiter
        self.limiter: Limiter | None = self._bound(above, config)
        self.ambient: Context = copy_context()
        self.debug: bool = debug
        self._audits: dict[int, dict[str, tuple[Any, Any]]] = {}
        self._blamed: set[int] = set()
        self.machine: Machine = Machine(graph.topology, self.config.get("recursion_limit") or DEFAULT_RECURSION_LIMIT)
        entry = graph.topology.entry
        self._entry = Task(entry, entry.path, ())
        self._entry.input = input if above is None else graph.without_surplus(input)
        self._begun = False

    @property
    def namespace(self) -> Namespace:
        """The sub-graphs from the root down to this run."""
        if self._namespace is None:
            assert self.parent is not None
            self._namespace = self.parent.nested_namespace(self._number)
        return self._namespace

    @property
    def seed(self) -> str:
        """What tells this run's tasks from those of other runs."""
        if not self._seed:
            self._seed = str(self.config.get("run_id") or f"{_salt}-{next(_runs)}")
        return self._seed

    def id_of(self, task: Task) -> str:
        """Return the id of one of this run's tasks."""
        if not task.id:
            task.id = task_id(self.seed, "|".join(self.namespace), self.machine.step, task.path, task.node.name)
        return task.id

    # A task that waits for this run gives its slot back meanwhile.

    def lend_slot(self) -> None:
        """Give the slot of the task above back, if it has one."""
        above = self._limit_above
        if above is not None and self.parent is not None:
            self.parent.lent += 1
            if self.parent.lent == 1 and self.parent.has_slot:
                above.release()

    def wants_slot_back(self) -> bool:
        """Return whether the task above must have its slot again before it goes on; then call `slot_is_back`."""
        parent = self.parent
        if self._limit_above is None or parent is None:
            return False
        if parent.lent == 1 and parent.has_slot:
            return True
        parent.lent -= 1
        return False

    def slot_is_back(self) -> None:
        """Take note that the task above has its slot.

        It goes back at once where other runs began in the task meanwhile, or where the task was given up.
        """
        if self._limit_above is not None and self.parent is not None:
            self.parent.lent -= 1
            if self.parent.lent or not self.parent.has_slot:
                self._limit_above.release()

    def acquire_lent_slot(self, granted: Callable[[], None]) -> bool:
        """Take the slot of the task above again; see `Limiter.acquire`."""
        return self._limit_above is None or self._limit_above.acquire(granted)

    def ends_with(self, error: type[BaseException] | None) -> bool:
        """Return whether the task above ends when this run ends with `error`, because nothing in it could handle it."""
        parent = self.parent
        return parent is not None and error not in (None, GeneratorExit) and parent.task.node.action.is_graph

    def overdraw_slot(self) -> None:
        """Take the slot of the task above again at once, for a task that ends now: an error must not wait for it."""
        if self._limit_above is not None:
            self._limit_above.overdraw()

    def withdraw_from_slot(self, granted: Callable[[], None]) -> None:
        """Stop waiting for the slot of the task above."""
        if self._limit_above is not None:
            self._limit_above.withdraw(granted)

    def keep_slot(self) -> None:
        """Use the slot of the task above instead of the limit's others: it stands still until this run is over."""
        if self._limit_above is not None:
            self._limit_above = None
            self.limiter = Limiter(1)

    # What a driver calls, in this order.

    def plan(self) -> Sequence[Task] | None:
        """Return the next tasks to perform, `None` when the run is over.

        There may be none to perform and yet something to show: the input, before the first superstep.
        """
        if not self._begun:
            self._begun = True
            if self._entry.node.routes:
                return (self._entry,)
            write(self._entry, self._entry.input)
            self._entry.status = Status.DONE
            self.commit((self._entry,))
            return ()
        tasks = self.machine.plan()
        if self.stream.tasks or self.stream.debug:
            for task in tasks:
                self._show_start(task)
        return tasks or None

    def scope(self, task: Task) -> tuple[TaskScope, Context]:
        """Return the scope of a task, and the context to perform it in, where the scope is to be entered."""
        return TaskScope(self, task), self.ambient.copy()

    def program(self, task: Task) -> Program:
        """Return what to perform for a task."""
        if task is self._entry:
            return entry_program(task, self.machine)
        if self.debug:
            task.input = self.machine.read_input(task)
            self._audits[id(task)] = audit.picture(task.input)
        return program(task, self.machine)

    def finished(self, task: Task) -> None:
        """Show what a task that is done did."""
        if self.debug and id(task) in self._audits:
            audit.check(task, self._audits.pop(id(task)), self._blamed)
        stream = self.stream
        if stream.taps and not task.node.hidden:
            if stream.messages:
                show_messages(self, task)
            for put, keys in stream.updates if not task.parents else ():
                put({task.node.name: update_of(task, self.graph, keys)})
            if stream.tasks or stream.debug:
                show_result(self, self.graph, task)

    def failed(self, task: Task, error: BaseException) -> BaseException:
        """Take note of a task's failure and return the error to raise."""
        task.status, task.error = Status.FAILED, error
        if isinstance(error, Exception):
            annotate(error, f"raised in node {task.node.name!r} of graph {self.graph.name!r} ({self._place()})")
            if (self.stream.tasks or self.stream.debug) and not task.node.hidden:
                show_result(self, self.graph, task)
        return error

    def commit(self, tasks: Sequence[Task]) -> None:
        """End a superstep, all of whose tasks are done."""
        self._blamed.clear()
        try:
            self.machine.commit(tasks)
        except ParentCommand as bubble:
            if self.parent is None:
                raise InvalidUpdateError(
                    f"Command(graph=Command.PARENT) was given to graph {self.graph.name!r}, and no graph runs above "
                    "it; leave `graph` out to address this one"
                ) from bubble
            raise
        except InvalidUpdateError as error:
            annotate(error, f"raised when the writes of {self._place()} of graph {self.graph.name!r} were applied")
            raise
        if tasks[0] is self._entry:
            if self.stream.messages:
                know_messages(self.stream, self.machine.memory.view)
            if not self.graph.shows_input:
                return
        for put, keys in self.stream.values:
            if self.graph.writes_any(self.machine.changed, keys):
                put(self.graph.read(self.machine.memory.view, keys))

    def conclude(self) -> None:
        """Report what a run that is over left undone."""
        for name, (came, missing) in self.machine.half_filled().items():
            warnings.warn(
                IncompleteJoinWarning(
                    f"graph {self.graph.name!r} ended while the join {name!r} had been reached by {came} and still "
                    f"waited for {missing}; a branch that was skipped cannot be waited for: use defer=True on the "
                    "join's target, or edges of their own"
                ),
                stacklevel=2,
            )

    def _show_start(self, task: Task) -> None:
        if not task.node.hidden:
            try:
                shown = self.machine.read_input(task)  # the consumer's own: the node may edit what it is given
            except Exception as error:
                raise self.failed(task, error) from None
            show_start(self, task, shown)

    def _place(self) -> str:
        thread = (self.config.get("configurable") or {}).get("thread_id")
        return f"step {self.machine.step}" + (f", thread {thread!r}" if thread is not None else "")

    def _bound(self, above: Surroundings | None, given: Mapping[str, Any] | None) -> Limiter | None:
        """Return what bounds the run: the limit of the run above, and one that was set for this run alone."""
        own = (given or {}).get("max_concurrency") or (self.graph.config or {}).get("max_concurrency")
        if own is None or (above is not None and own == above.config.get("max_concurrency")):
            return self._limit_above
        return Limiter(own, self._limit_above)


def _effective_config(
    parent: TaskScope | None, bound: RunnableConfig | None, given: Mapping[str, Any] | None
) -> RunnableConfig:
    """Merge what the run above, the graph itself and the caller say; a run below starts without our own handlers."""
    inherited: RunnableConfig = {}
    if parent is not None:
        inherited, node = parent.run.config, parent.task.node
        if node.metadata or node.tags:
            inherited = merge_configs(inherited, {"metadata": node.metadata, "tags": node.tags})
    if not given and not bound:
        return inherited
    config = merge_configs(inherited, bound, check_config(given))
    if parent is not None and config.get("callbacks"):
        config["callbacks"] = without_handlers(config["callbacks"])
    return config


def _place(taps: Sequence[Tap], depth: int) -> None:
    """Tell the consumers of a nested run where it stands."""
    for tap in taps:
        tap.depth = depth


def _writer(stream: Stream) -> StreamWriter:
    puts = stream.custom
    if not puts:
        return _discard
    if len(puts) == 1:
        return puts[0]

    def write_to_all(chunk: Any) -> None:
        for put in puts:
            put(chunk)

    return write_to_all
