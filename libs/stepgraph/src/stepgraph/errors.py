"""Every error of the engine, and its warnings.

Messages follow one form: what was expected, what came, what to do. An error that a user's node raised is never
replaced by one of these: it leaves as it was raised, with a note that says node, step and thread (`annotate`).
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from enum import Enum
from importlib import import_module
from typing import Any

from stepgraph.warnings import (
    BlockedLoopWarning,
    IncompleteJoinWarning,
    StateMutationWarning,
    StepgraphWarning,
    SyncEntryWarning,
    UnreachableNodeWarning,
)
from stepgraph.wording import listed as listed
from stepgraph.wording import nearest as nearest

__all__ = [
    "BlockedLoopWarning",
    "CheckpointError",
    "CorruptCheckpointError",
    "DecryptionError",
    "DeserializationError",
    "EmptyChannelError",
    "EmptyInputError",
    "ErrorCode",
    "GraphBubbleUp",
    "GraphDrained",
    "GraphInterrupt",
    "GraphRecursionError",
    "IncompleteJoinWarning",
    "InvalidGraphError",
    "InvalidResumeError",
    "InvalidUpdateError",
    "MigrationError",
    "MissingThreadError",
    "MissingVariablesError",
    "NewerCheckpointError",
    "NoEventLoopError",
    "NodeCancelledError",
    "NodeFailure",
    "NodeInterrupt",
    "NotADictError",
    "NotAMessageError",
    "OutputParserException",
    "ParentCommand",
    "ReducerError",
    "SaverError",
    "SerializationError",
    "StateMutationWarning",
    "StepgraphError",
    "StepgraphWarning",
    "SyncEntryError",
    "SyncEntryWarning",
    "TaskAbandoned",
    "ThreadConflictError",
    "UnknownInterruptError",
    "UnreachableNodeWarning",
]


class ErrorCode(Enum):
    """Stable codes for errors that documentation and log searches refer to."""

    GRAPH_RECURSION_LIMIT = "GRAPH_RECURSION_LIMIT"
    INVALID_CONCURRENT_GRAPH_UPDATE = "INVALID_CONCURRENT_GRAPH_UPDATE"
    INVALID_GRAPH_NODE_RETURN_VALUE = "INVALID_GRAPH_NODE_RETURN_VALUE"
    INVALID_PROMPT_INPUT = "INVALID_PROMPT_INPUT"
    OUTPUT_PARSING_FAILURE = "OUTPUT_PARSING_FAILURE"


class StepgraphError(Exception):
    """The root of what goes wrong with models and their answers; the graph's own errors stand beside it."""


class NotADictError(TypeError, ValueError):
    """A runnable that takes a dict was given something else. A `ValueError` too, as callers may expect."""


class NotAMessageError(TypeError, ValueError):
    """Something came that is no message, no form of one, or no content of one."""


class EmptyChannelError(Exception):
    """A channel was read before anything was written to it."""


class EmptyInputError(Exception):
    """A run was started without an input and had nothing to resume."""


class GraphRecursionError(RecursionError):
    """The run used up its step limit with tasks still to do."""


class InvalidUpdateError(Exception):
    """A write that the channels of the graph cannot take.

    Attributes:
        channel: The channel that refused its writes, `None` where it is not one channel's doing.
    """

    def __init__(self, *args: object, channel: str | None = None) -> None:
        self.channel: str | None = channel
        super().__init__(*args)


class ReducerError(InvalidUpdateError):
    """A reducer raised; its own error is the `__cause__`."""


class InvalidGraphError(ValueError):
    """A graph whose wiring cannot work, with every problem found.

    Attributes:
        problems: One sentence a problem, in the order in which they were found.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        listing = "\n".join(f"  - {problem}" for problem in problems)
        self._name = name
        super().__init__(f"graph {name!r} cannot be compiled, {count}:\n{listing}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._name, self.problems)


class NoEventLoopError(RuntimeError):
    """Something async was run where no asyncio event loop runs, under trio for instance."""


class NodeCancelledError(Exception):
    """A node raised `CancelledError` although nobody had cancelled the run."""


class NodeFailure(Exception):
    """Where a node failed, shown as the cause of its error on Python 3.10, which has no exception notes."""


class GraphBubbleUp(BaseException):
    """Control flow that leaves a graph for its parent.

    Not an `Exception`, so that a node's `except Exception` cannot swallow it.
    """


class ParentCommand(GraphBubbleUp):
    """Commands that a sub-graph's nodes addressed to the graph above it.

    Args:
        commands: The `Command`s of one superstep, in task order.
    """

    def __init__(self, commands: Sequence[Any]) -> None:
        self.commands: tuple[Any, ...] = tuple(commands)
        super().__init__(self.commands)


class GraphInterrupt(GraphBubbleUp):
    """A node waits for an answer.

    Args:
        interrupts: What was asked, as `Interrupt`s.
    """

    def __init__(self, interrupts: Sequence[Any] = ()) -> None:
        self.interrupts: tuple[Any, ...] = tuple(interrupts)
        super().__init__(self.interrupts)


class NodeInterrupt(GraphInterrupt):
    """Raised by a node to stop the run; the older way of `stepgraph.types.interrupt`, which also returns an answer.

    The run can go on with `None` as its input, after `update_state` for instance: the node runs again from its first
    line, and raises again if it still has reason to.

    Args:
        value: Why it stops.
        id: What tells it from others; by default it is made of the task.
    """

    def __init__(self, value: Any, id: str | None = None) -> None:
        warnings.warn("call stepgraph.types.interrupt() in place of raising NodeInterrupt", DeprecationWarning, 2)
        super().__init__((import_module("stepgraph.types").Interrupt(value, id or _id_in_task()),))


def _id_in_task() -> str:
    scope = import_module("stepgraph.ambient").task_scope()
    if scope is None:
        return ""
    return str(import_module("stepgraph.kernel.task").interrupt_id(scope.run.id_of(scope.task), "raised"))


class GraphDrained(GraphBubbleUp):
    """The run was asked to stop between two supersteps, and did; its thread can go on from there.

    Args:
        reason: What whoever asked gave as the reason.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason: str = reason
        super().__init__(reason)


class TaskAbandoned(GraphBubbleUp):
    """Nobody waits for a task any more, and the chat model that its thread reads from need not go on."""


class UnknownInterruptError(RuntimeError):
    """An answer that cannot be placed: to an interrupt that is not pending, or to several at once without their ids.

    Attributes:
        reason: `"not_pending"`, `"ambiguous"` or `"empty_map"`.
    """

    def __init__(self, message: str, reason: str = "not_pending") -> None:
        self.reason: str = reason
        super().__init__(message)


class InvalidResumeError(ValueError):
    """An answer that is not what the interrupt's `response_schema` asks for; the interrupt stays pending."""


class CheckpointError(Exception):
    """The root of what can go wrong with saved state; what was saved before is still there."""


class MissingThreadError(CheckpointError, ValueError):
    """A graph with a checkpointer was run, or a saver asked, without `thread_id` in `configurable`."""


class ThreadConflictError(CheckpointError):
    """Somebody else has saved to the thread since this run, or this update, began.

    Attributes:
        thread_id: The thread.
        checkpoint_ns: The sub-graph's namespace, empty for the root.
        expected: The id of the checkpoint that the writer took for the head.
        head: The id of the one that is.
    """

    def __init__(self, thread_id: str, checkpoint_ns: str, expected: str | None, head: str | None) -> None:
        self.thread_id: str = thread_id
        self.checkpoint_ns: str = checkpoint_ns
        self.expected: str | None = expected
        self.head: str | None = head
        place = f"thread {thread_id!r}" + (f", namespace {checkpoint_ns!r}" if checkpoint_ns else "")
        super().__init__(
            f"{place} went on meanwhile: this run expected {_head(expected)} as its head and found {_head(head)}, so "
            "another run or update saved to it; run one at a time per thread, or give the saver on_conflict='queue' "
            "or 'fork'"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.thread_id, self.checkpoint_ns, self.expected, self.head)


def _head(checkpoint_id: str | None) -> str:
    return "no checkpoint" if checkpoint_id is None else f"checkpoint {checkpoint_id!r}"


class SaverError(CheckpointError):
    """The database behind a saver or store refused or went away; its own error is the `__cause__`."""


class SerializationError(CheckpointError, TypeError):
    """A value that a checkpoint cannot keep; the message names the channel and the type."""


class CorruptCheckpointError(CheckpointError):
    """Saved bytes that are damaged or cut short."""


class DeserializationError(CorruptCheckpointError):
    """Saved bytes that cannot be turned back into a value: damaged, or of a type that is not allowed."""


class DecryptionError(DeserializationError):
    """Saved bytes that were encrypted with a key that is not known, or for another place."""


class NewerCheckpointError(CheckpointError):
    """A checkpoint that a newer version of the engine wrote."""


class MigrationError(CheckpointError):
    """A thread waits for a node or a key that the graph does not have any more, and no mapping says what became of it.

    Attributes:
        nodes: The nodes that are missing.
        keys: The keys that are missing.
    """

    def __init__(self, message: str, nodes: Sequence[str] = (), keys: Sequence[str] = ()) -> None:
        self.nodes: tuple[str, ...] = tuple(nodes)
        self.keys: tuple[str, ...] = tuple(keys)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.nodes, self.keys)


class MissingVariablesError(KeyError):
    """A prompt was not given all of its variables.

    Attributes:
        missing: The variables that are missing.
    """

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        self.missing: tuple[str, ...] = tuple(missing)
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show its repr

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.missing)


class OutputParserException(ValueError, StepgraphError):
    """What a model said cannot be read.

    Args:
        error: What is wrong, or the error behind it.
        observation: What the model can be told, to do better.
        llm_output: What the model said.
        send_to_llm: Whether an agent should tell the model.

    Raises:
        ValueError: The model shall be told, but not what, or not of what.
    """

    def __init__(
        self,
        error: Any,
        observation: str | None = None,
        llm_output: str | None = None,
        send_to_llm: bool = False,
    ) -> None:
        if send_to_llm and (observation is None or llm_output is None):
            raise ValueError("send_to_llm=True needs an observation and the llm_output that it is about; give both")
        super().__init__(error)
        self.observation: str | None = observation
        self.llm_output: str | None = llm_output
        self.send_to_llm: bool = send_to_llm

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.observation, self.llm_output, self.send_to_llm)


class SyncEntryError(RuntimeError):
    """A sync door, such as `invoke`, was used on a running event loop, and `set_loop_guard("raise")` forbids it."""


def annotate(error: BaseException, note: str) -> None:
    """Attach `note` to an error that is on its way to the caller, once.

    Python 3.11 and later print notes under the traceback. 3.10 does not; there a `NodeFailure` with the notes becomes
    the first cause of the error, which is printed above it.
    """
    notes: list[str] = getattr(error, "__notes__", [])
    if note in notes:
        return
    try:
        error.__notes__ = [*notes, note]  # type: ignore[attr-defined]
        if sys.version_info < (3, 11):
            _explain_above(error, note)
    except Exception:
        return  # an error that takes no attributes leaves as it is


def _explain_above(error: BaseException, note: str) -> None:
    first = error
    while (cause := first.__cause__ or (None if first.__suppress_context__ else first.__context__)) is not None:
        first = cause
    if isinstance(first, NodeFailure):
        first.args = (f"{first.args[0]}\n{note}",)
    else:
        first.__cause__ = NodeFailure(note)
