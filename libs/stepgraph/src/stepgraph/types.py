"""The values that nodes return and callers pass: data without behaviour, shared by every storey above."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Literal, TypeAlias, TypeVar

from typing_extensions import NotRequired, TypedDict

__all__ = [
    "STREAM_MODES",
    "All",
    "CheckpointPayload",
    "CheckpointTask",
    "Command",
    "DebugPayload",
    "Overwrite",
    "RetryPolicy",
    "Send",
    "StreamMode",
    "StreamWriter",
    "TaskPayload",
    "TaskResultPayload",
]

All: TypeAlias = Literal["*"]
"""Stands for every node."""

StreamMode: TypeAlias = Literal["values", "updates", "messages", "custom", "tasks", "checkpoints", "debug"]
"""What a stream shows: see `Pregel.astream`."""

STREAM_MODES: Final = ("values", "updates", "messages", "custom", "tasks", "checkpoints", "debug")

StreamWriter: TypeAlias = Callable[[Any], None]
"""Puts one chunk on the `custom` stream; does nothing where nobody listens."""

N = TypeVar("N", bound=Hashable)


class Send:
    """One task of `node` in the next superstep, with an input of its own.

    Routers and `Command(goto=…)` return it, often many of them: map-reduce.

    Args:
        node: The node to run.
        arg: What the node gets instead of the graph's state.
    """

    __slots__ = ("arg", "node")

    node: str
    arg: Any

    def __init__(self, /, node: str, arg: Any) -> None:
        self.node = node
        self.arg = arg

    def __repr__(self) -> str:
        return f"Send(node={self.node!r}, arg={self.arg!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Send) and self.node == other.node and bool(self.arg == other.arg)

    def __hash__(self) -> int:
        return hash(self.node)


@dataclass(frozen=True)
class Command(Generic[N]):
    """An update and a destination in one return value.

    A node returns it to write state and to choose where the graph goes; `goto` adds to the node's static edges.
    As the input of a run it writes state, and its `goto` adds to the edges from START.

    Attributes:
        graph: `None` for the graph of the node, `Command.PARENT` for the nearest graph above it.
        update: What to write: a dict of keys, a list of `(key, value)` pairs, or an instance of the state's class.
        resume: The answer to a pending interrupt; needs a checkpointer.
        goto: A node's name, a `Send`, or a sequence of them.
    """

    PARENT: ClassVar[Literal["__parent__"]] = "__parent__"

    graph: str | None = None
    update: Any | None = None
    resume: Any | None = None
    goto: Send | Sequence[Send | N] | N = ()

    def __repr__(self) -> str:
        given = (
            f"{name}={value!r}"
            for name in ("graph", "update", "resume", "goto")
            if (value := getattr(self, name)) not in (None, ())
        )
        return f"Command({', '.join(given)})"


@dataclass(frozen=True)
class Overwrite:
    """A write that replaces a channel's value, past its reducer; at most one per channel and superstep."""

    value: Any


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed node is tried again, and how long to wait before it.

    Attributes:
        initial_interval: Seconds before the second attempt.
        backoff_factor: What the wait is multiplied by after each attempt.
        max_interval: The longest wait, in seconds.
        max_attempts: How often the node runs at the most, the first time included.
        jitter: Whether up to one random second is added to each wait.
        retry_on: An exception class, a sequence of them, or a predicate on the exception. `None` retries what
            another attempt may mend: connection errors, timeouts, HTTP 5xx and 429; never programming errors.
    """

    initial_interval: float = 0.5
    backoff_factor: float = 2.0
    max_interval: float = 128.0
    max_attempts: int = 3
    jitter: bool = True
    retry_on: type[Exception] | Sequence[type[Exception]] | Callable[[Exception], bool] | None = None


class TaskPayload(TypedDict):
    """A task that starts: a chunk of `stream_mode="tasks"`."""

    id: str
    name: str
    input: Any
    triggers: tuple[str, ...]
    metadata: NotRequired[dict[str, Any]]


class TaskResultPayload(TypedDict):
    """A task that ended: a chunk of `stream_mode="tasks"`."""

    id: str
    name: str
    error: BaseException | None
    interrupts: list[dict[str, Any]]
    result: dict[str, Any]


class CheckpointTask(TypedDict):
    """A task that the next superstep will run, in a `CheckpointPayload`."""

    id: str
    name: str
    error: NotRequired[str]
    interrupts: list[dict[str, Any]]
    state: Any


class CheckpointPayload(TypedDict):
    """The graph between two supersteps: a chunk of `stream_mode="checkpoints"`."""

    config: dict[str, Any] | None
    metadata: dict[str, Any]
    values: Any
    next: list[str]
    parent_config: dict[str, Any] | None
    tasks: list[CheckpointTask]


class DebugPayload(TypedDict):
    """A task or a checkpoint with its place in the run: a chunk of `stream_mode="debug"`.

    `timestamp` is ISO 8601 in UTC; `step` counts supersteps, 0 being the entry into the graph.
    """

    step: int
    timestamp: str
    type: Literal["checkpoint", "task", "task_result"]
    payload: Any
