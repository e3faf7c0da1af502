"""Runtime: what a run offers to its nodes besides the state, in one typed object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic

from typing_extensions import TypeVar

from stepgraph.config import SCOPE
from stepgraph.types import StreamWriter

__all__ = ["ExecutionInfo", "Runtime", "get_runtime"]

ContextT = TypeVar("ContextT", default=None)


def _discard(_: Any) -> None:
    """Drop a chunk that nobody listens for."""


@dataclass(frozen=True, slots=True)
class ExecutionInfo:
    """Where a task stands.

    Attributes:
        task_id: The id of the task, the same whenever the same superstep is run again.
        checkpoint_ns: The sub-graph that it belongs to, as `node:task_id` parts joined by `|`; its own part last.
        step: The superstep, counted from 1.
        node: The node.
        node_attempt: Which attempt this is, counted from 1.
        thread_id: The thread of the run, if it has one.
        run_id: The id of the run, if the caller gave one.
    """

    task_id: str
    checkpoint_ns: str
    step: int
    node: str
    node_attempt: int = 1
    thread_id: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Runtime(Generic[ContextT]):
    """What a run offers to its nodes: ask for it with a parameter `runtime: Runtime[MyContext]`.

    Attributes:
        context: The object that the caller passed as `context=`, as an instance of the graph's `context_schema`.
        store: The store that the graph was compiled with.
        stream_writer: Puts a chunk on the `custom` stream.
        previous: What the last run of this thread returned, in functional workflows.
        execution_info: Where the running task stands.
    """

    context: ContextT = None  # type: ignore[assignment]
    store: Any = None
    stream_writer: StreamWriter = _discard
    previous: Any = None
    execution_info: ExecutionInfo | None = None

    def merge(self, other: Runtime[ContextT]) -> Runtime[ContextT]:
        """Return this runtime with everything that `other` sets."""
        given = {
            name: value
            for name in ("context", "store", "previous", "execution_info")
            if (value := getattr(other, name)) is not None
        }
        if other.stream_writer is not _discard:
            given["stream_writer"] = other.stream_writer
        return replace(self, **given)

    def override(self, **overrides: Any) -> Runtime[ContextT]:
        """Return this runtime with some attributes replaced."""
        return replace(self, **overrides)


def get_runtime(context_schema: type[ContextT] | None = None) -> Runtime[ContextT]:  # noqa: ARG001 - for checkers
    """Return the runtime of the running task.

    Args:
        context_schema: The type of its `context`, for type checkers.

    Raises:
        RuntimeError: No node is running here.
    """
    scope = SCOPE.get()
    if scope is None:
        raise RuntimeError(
            "get_runtime() was called outside of a running node; call it in a node, or in code that a node calls"
        )
    return scope.runtime  # type: ignore[no-any-return]
