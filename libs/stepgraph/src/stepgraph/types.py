"""The values that nodes return and callers pass: data without behaviour, shared by every storey above."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from typing_extensions import NotRequired, TypedDict

from stepgraph.ambient import current

__all__ = [
    "NOT_GIVEN",
    "STREAM_MODES",
    "All",
    "CachePolicy",
    "CheckpointPayload",
    "CheckpointTask",
    "Checkpointer",
    "Command",
    "DebugPayload",
    "Durability",
    "GraphOutput",
    "Interrupt",
    "Overwrite",
    "PregelTask",
    "RetryPolicy",
    "Send",
    "StateSnapshot",
    "StateUpdate",
    "StreamMode",
    "StreamWriter",
    "TaskPayload",
    "TaskResultPayload",
    "interrupt",
    "step",
]

All: TypeAlias = Literal["*"]
"""Stands for every node."""

StreamMode: TypeAlias = Literal["values", "updates", "messages", "custom", "tasks", "checkpoints", "debug"]
"""What a stream shows: see `Pregel.astream`."""

Durability: TypeAlias = Literal["sync", "async", "exit"]
"""When a run saves: before it goes on, while it goes on, or only when it leaves."""

STREAM_MODES: Final = ("values", "updates", "messages", "custom", "tasks", "checkpoints", "debug")

Checkpointer: TypeAlias = Any
"""What `compile(checkpointer=…)` takes: a saver; for a sub-graph `True` or `False`; `None` for what is above it."""

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


class _NotGiven:
    """The type of `NOT_GIVEN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final[Any] = _NotGiven()
"""No answer at all, where `None` is one."""


@dataclass(frozen=True)
class Interrupt:
    """A question that a node waits for an answer to.

    Attributes:
        value: What the node asked.
        id: What `Command(resume={id: answer})` calls it; the same each time the node runs again and asks.
        response_schema: The JSON schema of the answer, `None` where any answer will do.
    """

    value: Any
    id: str = ""
    response_schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class Command(Generic[N]):
    """An update and a destination in one return value.

    A node returns it to write state and to choose where the graph goes; `goto` adds to the node's static edges.
    As the input of a run it writes state, and its `goto` adds to the edges from START.

    Attributes:
        graph: `None` for the graph of the node, `Command.PARENT` for the nearest graph above it.
        update: What to write: a dict of keys, a list of `(key, value)` pairs, or an instance of the state's class.
        resume: The answer to the pending interrupt, `None` included, or a dict of answers by interrupt id; needs a
            checkpointer.
        goto: A node's name, a `Send`, or a sequence of them.
    """

    PARENT: ClassVar[Literal["__parent__"]] = "__parent__"

    graph: str | None = None
    update: Any | None = None
    resume: Any = NOT_GIVEN
    goto: Send | Sequence[Send | N] | N = ()

    def __repr__(self) -> str:
        given = (
            f"{name}={value!r}"
            for name in ("graph", "update", "resume", "goto")
            if (value := getattr(self, name)) is not NOT_GIVEN and (name == "resume" or value not in (None, ()))
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


@dataclass(frozen=True)
class CachePolicy:
    """That a node need not run again for an input that it had before; needs `compile(cache=…)`.

    Attributes:
        key_func: What makes a key, text or bytes, of the node's input; by default equal inputs have equal keys.
        ttl: How long what the node wrote is good, in seconds; `None` for ever.
    """

    key_func: Callable[[Any], str | bytes] | None = None
    ttl: float | None = None


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


class PregelTask(NamedTuple):
    """A task of the superstep that follows a checkpoint.

    Attributes:
        id: The task's id.
        name: Its node.
        path: Where it stands in its superstep.
        error: Why it failed, if it did.
        interrupts: What it waits for.
        state: The state of the sub-graph that it runs, or the config to ask for it.
        result: What it wrote, once it is done.
    """

    id: str
    name: str
    path: tuple[Any, ...] = ()
    error: BaseException | None = None
    interrupts: tuple[Interrupt, ...] = ()
    state: Any = None
    result: Any = None


class StateSnapshot(NamedTuple):
    """A graph between two supersteps.

    Attributes:
        values: The state.
        next: The nodes that the next superstep will run.
        config: Which checkpoint it is.
        metadata: What is known about the checkpoint: `source`, `step` and more.
        created_at: When it was made, ISO 8601 in UTC.
        parent_config: Which checkpoint came before.
        tasks: The tasks of the next superstep, with what they have done and asked already.
        interrupts: What the tasks wait for.
    """

    values: Any
    next: tuple[str, ...]
    config: Any
    metadata: Any = None
    created_at: str | None = None
    parent_config: Any = None
    tasks: tuple[PregelTask, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()


class StateUpdate(NamedTuple):
    """One edit of a state, for `bulk_update_state`.

    Attributes:
        values: What to write, as the node would have returned it.
        as_node: In whose name; its edges and routers decide what comes next.
        task_id: The task that it stands for.
    """

    values: Any
    as_node: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class GraphOutput:
    """What `invoke(…, version="v2")` returns.

    Attributes:
        value: The output.
        interrupts: What the run waits for, empty where it is over.
    """

    value: Any
    interrupts: tuple[Interrupt, ...] = ()


def interrupt(value: Any, *, response_schema: Any = None) -> Any:
    """Ask whoever runs the graph, and return the answer.

    The first time, the run stops here with `value` as the question: with a checkpointer it is saved and may wait for
    any time. A run with `Command(resume=answer)` performs the node again from its first line, and this call returns the
    answer. What came before it in the node runs again, too; wrap what must not in `step`.

    Args:
        value: The question; anything that a checkpoint can keep.
        response_schema: What the answer must be, as a type that pydantic can check; the answer is returned as that.

    Returns:
        The answer.

    Raises:
        InvalidResumeError: The answer does not fit `response_schema`; the interrupt stays pending.
        RuntimeError: No node is running here.
    """
    return current("interrupt").ask(value, response_schema)


def step(key: str, fn: Callable[[], Any]) -> Any:
    """Call `fn` once, however often the node that does so is run again, and return what it returned.

    What it returned is saved with the thread, so that an interrupt, a failure or a crash later in the node does not
    call it a second time. Without a checkpointer it is just called. In an async node an async `fn` is the one to use:
    what it returned is safe when the step has been awaited, while a plain one's is saved from the node's next await on.

    Args:
        key: What tells this step from others of the same node.
        fn: A function without parameters; an async one makes the step one to await.

    Returns:
        What `fn` returned, now or then; something to await where it is async.
    """
    return current("step").step(key, fn)
