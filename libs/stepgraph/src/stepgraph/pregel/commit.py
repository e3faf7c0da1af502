"""commit: the writes of a superstep applied, or an error that says where they came from and whose they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from stepgraph.errors import IncompleteJoinWarning, InvalidUpdateError, NodeCancelledError, ParentCommand, annotate
from stepgraph.kernel.task import Status, Task
from stepgraph.pregel.chunks import know_messages
from stepgraph.pregel.run_state import RunState

__all__ = ["check_above", "commit", "place_of", "warn_of_joins"]


def commit(run: RunState, tasks: Sequence[Task]) -> None:
    """Apply the writes of a superstep, all of whose tasks are done.

    Raises:
        ParentCommand: Tasks addressed the graph above.
        InvalidUpdateError: The writes do not fit; the tasks whose they are count as refused, so that a resumed run
            performs them again.
    """
    try:
        run.machine.commit(tasks)
    except ParentCommand as bubble:
        if run.parent is None:
            raise InvalidUpdateError(
                f"Command(graph=Command.PARENT) was given to graph {run.graph.name!r}, and no graph runs above it; "
                "leave `graph` out to address this one"
            ) from bubble
        raise
    except InvalidUpdateError as error:
        annotate(error, f"raised when the writes of {place_of(run)} of graph {run.graph.name!r} were applied")
        for task in tasks:
            if error.channel is None or any(name == error.channel for name, _ in task.writes):
                task.status, task.error, task.saved = Status.REFUSED, error, False
        raise
    if tasks[0] is run.entry and run.stream.messages:
        know_messages(run.stream, run.machine.memory.view)


def check_above(run: RunState) -> None:
    """Stop a run whose run above is over: nobody waits for it, and what it would save is another's by now.

    Raises:
        NodeCancelledError: A run above has left.
    """
    scope = run.parent
    while scope is not None:
        if scope.run.left:
            raise NodeCancelledError(f"graph {run.graph.name!r} runs in a task whose run is over; nobody waits for it")
        scope = scope.run.parent


def place_of(run: RunState) -> str:
    """Return where a run stands, for messages."""
    thread = (run.config.get("configurable") or {}).get("thread_id")
    return f"step {run.machine.step}" + (f", thread {thread!r}" if thread is not None else "")


def warn_of_joins(run: RunState) -> None:
    """Report the joins that a run which is over left waiting."""
    for name, (came, missing) in run.machine.half_filled().items():
        warnings.warn(
            IncompleteJoinWarning(
                f"graph {run.graph.name!r} ended while the join {name!r} had been reached by {came} and still waited "
                f"for {missing}; a branch that was skipped cannot be waited for: use defer=True on the join's target, "
                "or edges of their own"
            ),
            stacklevel=3,
        )
