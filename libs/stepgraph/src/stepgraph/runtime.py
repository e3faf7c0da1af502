"""Runtime: what a run offers to its nodes besides the state, in one typed object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic

from typing_extensions import TypeVar

from stepgraph.ambient import current
from stepgraph.types import StreamWriter

__all__ = ["ExecutionInfo", "RunControl", "Runtime", "get_runtime"]

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
        checkpoint_id: The checkpoint that the superstep follows, if the graph has a checkpointer.
    """

    task_id: str
    checkpoint_ns: str
    step: int
    node: str
    node_attempt: int = 1
    thread_id: str | None = None
    run_id: str | None = None
    checkpoint_id: str | None = None


class RunControl:
    """Asks a run to stop at the end of its superstep: pass it as `control=`, keep it, and call `request_drain`.

    Attributes:
        drain_requested: Whether somebody has asked.
        drain_reason: What was given as the reason.
    """

    def __init__(self) -> None:
        self.drain_requested: bool = False
        self.drain_reason: str = ""

    def request_drain(self, reason: str = "shutdown") -> None:
        """Let the superstep end and start no other; the run then raises `GraphDrained`. May be called anywhere."""
        self.drain_reason = reason
        self.drain_requested = True


@dataclass(frozen=True, slots=True)
class Runtime(Generic[ContextT]):
    """What a run offers to its nodes: ask for it with a parameter `runtime: Runtime[MyContext]`.

    Attributes:
        context: The object that the caller passed as `context=`, as an instance of the graph's `context_schema`.
        store: The store that the graph was compiled with.
        stream_writer: Puts a chunk on the `custom` stream.
        previous: What the last run of this thread returned, in functional workflows.
        execution_info: Where the running task stands.
        control: Through which somebody may ask the run to stop.
    """

    context: ContextT = None  # type: ignore[assignment]
    store: Any = None
    stream_writer: StreamWriter = _discard
    previous: Any = None
    execution_info: ExecutionInfo | None = None
    control: RunControl | None = None

    @property
    def drain_requested(self) -> bool:
        """Whether the run was asked to stop after this superstep."""
        return self.control is not None and self.control.drain_requested

    @property
    def drain_reason(self) -> str:
        """What was given as the reason."""
        return "" if self.control is None else self.control.drain_reason

    def merge(self, other: Runtime[ContextT]) -> Runtime[ContextT]:
        """Return this runtime with everything that `other` sets."""
        given = {
            name: value
            for name in ("context", "store", "previous", "execution_info", "control")
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
    return current("get_runtime").runtime  # type: ignore[no-any-return]
