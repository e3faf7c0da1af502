"""Task: one node in one superstep, from plan to apply."""

from __future__ import annotations

from enum import Enum
from hashlib import blake2b
from typing import Any, TypeAlias

from stepgraph.channels.base import MISSING
from stepgraph.kernel.topology import Node, Write
from stepgraph.types import Interrupt

__all__ = ["Path", "Status", "Task", "interrupt_id", "task_id"]

Path: TypeAlias = tuple[Any, ...]
"""Where a task stands in its superstep: `(PULL, node)` or `(PUSH, index)`."""


class Status(Enum):
    """What became of a task; never inferred from its writes."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class Task:
    """A node to run.

    Attributes:
        node: The node.
        path: Its place in the superstep.
        triggers: The channels that made it run.
        argument: The argument of the `Send` that made it, else `MISSING`.
        input: What the node gets, once it was read.
        status: What became of it.
        writes: What it wrote, once it is done.
        pushed: What it wrote while it ran.
        update: What it returned, once it is done.
        parents: Commands that it addressed to the graph above.
        error: Why it failed.
        attempt: How often it was started.
        folded: What its writes made of channels when its routers were asked: how many writes, and the stored value.
        id: Its `task_id`, once somebody asked for it.
        alias: The name of its node when it was saved, where that was another one.
        given: Whether its output is its input and the node is not called: for input from outside and for edits.
        settled: Whether an earlier run performed it, so that this one need not.
        saved: Whether its writes are kept, or about to be.
        asked: The interrupts that it waits for.
        answers: The answers that it has, by interrupt id.
        answered: Whether some are saved.
        memo: What its `step`s remember, by key.
    """

    __slots__ = (
        "alias",
        "answered",
        "answers",
        "argument",
        "asked",
        "attempt",
        "error",
        "folded",
        "given",
        "id",
        "input",
        "memo",
        "node",
        "parents",
        "path",
        "pushed",
        "saved",
        "settled",
        "status",
        "triggers",
        "update",
        "writes",
    )

    def __init__(self, node: Node, path: Path, triggers: tuple[str, ...], argument: Any = MISSING) -> None:
        self.node: Node = node
        self.path: Path = path
        self.triggers: tuple[str, ...] = triggers
        self.argument: Any = argument
        self.input: Any = MISSING
        self.status: Status = Status.PENDING
        self.writes: list[Write] = []
        self.pushed: list[Write] | None = None
        self.update: Any = None
        self.parents: tuple[Any, ...] = ()
        self.error: BaseException | None = None
        self.attempt: int = 0
        self.folded: dict[str, tuple[int, Any]] | None = None
        self.id: str = ""
        self.alias: str = ""
        self.given: bool = False
        self.settled: bool = False
        self.saved: bool = False
        self.asked: tuple[Interrupt, ...] = ()
        self.answers: dict[str, Any] | None = None
        self.answered: bool = False
        self.memo: dict[str, Any] | None = None

    def push(self, write: Write) -> None:
        """Take a write that the node made while it ran."""
        self.pushed = [*(self.pushed or ()), write]

    def __repr__(self) -> str:
        return f"Task({self.node.name!r}, path={self.path!r}, status={self.status.value})"


def task_id(seed: str, namespace: str, step: int, path: Path, name: str) -> str:
    """Return the id of a task: the same for the same place in the same run.

    Args:
        seed: What tells this run, or the checkpoint that it goes on from, from all others.
        namespace: Where the graph stands below its root.
        step: The superstep.
        path: The task's path.
        name: The task's node.

    Returns:
        32 hexadecimal digits.
    """
    place = "\x1f".join((seed, namespace, str(step), name, *map(str, path)))
    return blake2b(place.encode(), digest_size=16).hexdigest()


def interrupt_id(task: str, index: int | str) -> str:
    """Return the id of an interrupt: the same whenever the same task, or branch of it, asks its `index`-th question."""
    return blake2b(f"{task}\x1f{index}".encode(), digest_size=16).hexdigest()
