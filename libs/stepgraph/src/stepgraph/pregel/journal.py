"""Journal: what a run has saved of itself and what it must save next; it decides, and a `Saving` performs.

The invariant: saves leave in the order in which they were decided, each names the checkpoint that it follows, and
what a checkpoint holds is what changed since the one before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from stepgraph.channels.base import MISSING
from stepgraph.checkpoint.base import (
    CHECKPOINT_VERSION,
    STEPS,
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    Delta,
    PendingWrite,
    TaskWrites,
    config_of,
)
from stepgraph.checkpoint.deltas import delta_between
from stepgraph.checkpoint.ids import new_checkpoint_id
from stepgraph.checkpoint.timestamps import timestamp
from stepgraph.config import RunnableConfig
from stepgraph.constants import START
from stepgraph.errors import CheckpointError
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Status, Task
from stepgraph.pregel.saves import PutCheckpoint, PutWrites, Save, Source, echo_of, path_of, writes_of
from stepgraph.types import Durability

__all__ = ["Journal"]


class Journal:
    """The run's side of a saver.

    Args:
        saver: Where checkpoints are kept.
        durability: When they are.
        thread_id: The thread.
        namespace: The sub-graph, empty for the root.
        addressed: The checkpoint that the caller asked to begin from, `None` for the head.
        lasting: Whether the namespace is that of a sub-graph with a memory of its own, not of one call of it.
        bound: For such a one, the namespace above and the checkpoint there to which the run above went back; what it
            remembers from after that does not count.
        facts: What the metadata of each checkpoint holds besides source and step.

    Attributes:
        due: What is decided and not handed over yet.
        found: What was loaded, `None` for an empty thread.
        head: The checkpoint that must be the head when the next one is saved.
        checkpoint_id: The checkpoint that the next superstep follows; ids of tasks derive from it.
        metadata: That of this checkpoint.
        given: The input that it holds and that is still to be taken in.
        pending: What tasks that follow it have done already.
        asked: The same, interrupts of a checkpoint that was forked included.
        forked: Whether the run began with a fork.
        saving: Who performs what is due.
    """

    __slots__ = (
        "_before",
        "_kept",
        "_last",
        "_parent_id",
        "addressed",
        "asked",
        "bound",
        "checkpoint_id",
        "due",
        "durability",
        "facts",
        "forked",
        "found",
        "given",
        "head",
        "lasting",
        "metadata",
        "namespace",
        "pending",
        "saver",
        "saving",
        "thread_id",
    )

    def __init__(
        self,
        saver: BaseCheckpointSaver,
        durability: Durability,
        thread_id: str,
        namespace: str,
        *,
        addressed: str | None = None,
        lasting: bool = False,
        bound: tuple[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.saver: BaseCheckpointSaver = saver
        self.durability: Durability = durability
        self.thread_id: str = thread_id
        self.namespace: str = namespace
        self.addressed: str | None = addressed
        self.lasting: bool = lasting
        self.bound: tuple[str, str] | None = bound
        self.facts: dict[str, Any] = dict(facts or {})
        self.due: deque[Save] = deque()
        self.found: CheckpointTuple | None = None
        self.head: str | None = None
        self.checkpoint_id: str = ""
        self.metadata: CheckpointMetadata = {}
        self.given: Any = MISSING
        self.pending: list[PendingWrite] = []
        self.asked: list[PendingWrite] = []
        self.forked: bool = False
        self.saving: Any = None
        self._before: str | None = None
        self._parent_id: str | None = None
        self._kept: dict[str, Any] = {}
        self._last: tuple[Source, int, Any] | None = None

    @property
    def config(self) -> RunnableConfig:
        """The config of the checkpoint that the next superstep follows."""
        return config_of(self.thread_id, self.namespace, self.checkpoint_id or None)

    @property
    def parent_config(self) -> RunnableConfig | None:
        """The config of the checkpoint before that one."""
        return None if self._before is None else config_of(self.thread_id, self.namespace, self._before)

    @property
    def at_once(self) -> bool:
        """Whether nothing may be shown before it is saved."""
        return self.durability == "sync"

    # Where the run begins.

    def places(self) -> tuple[RunnableConfig, RunnableConfig | None]:
        """Return the config of the checkpoint to load, and that of the thread's head where it may be another one."""
        head = config_of(self.thread_id, self.namespace, None)
        if self.addressed is None:
            return head, None
        return config_of(self.thread_id, self.namespace, self.addressed), head

    def remembers(self, found: CheckpointTuple) -> bool:
        """Return whether a sub-graph with a memory of its own held `found` when the run above was where it is now."""
        if self.bound is None:
            return True
        namespace, checkpoint_id = self.bound
        made_in: str = found.metadata.get("parents", {}).get(namespace, "")
        return made_in < checkpoint_id

    def loaded(self, found: CheckpointTuple | None, head: CheckpointTuple | None) -> None:
        """Take note of the checkpoint to begin from, and of the head where `places` asked for it.

        Raises:
            CheckpointError: The caller asked for a checkpoint that is not there.
        """
        if self.addressed is not None and found is None:
            inside = f", sub-graph {self.namespace!r}," if self.namespace else ""
            raise CheckpointError(
                f"thread {self.thread_id!r}{inside} has no checkpoint {self.addressed!r}; leave checkpoint_id out to "
                "begin from its head"
            )
        self.found = found
        if found is not None and not self.facts.get("parents"):
            self.facts["parents"] = found.metadata.get("parents", {})
        if head is not None:
            self.head = head.checkpoint["id"]
        if found is not None:
            self._parent_id = self.checkpoint_id = found.checkpoint["id"]
            self.head = (head or found).checkpoint["id"]
            if found.parent_config is not None:
                self._before = (found.parent_config.get("configurable") or {}).get("checkpoint_id")
            self.metadata = found.metadata
            self.pending = self.asked = list(found.pending_writes or ())

    def open(self, kept: Mapping[str, Any], given: Any) -> None:
        """Take note of what the channels hold in the checkpoint, and of an input that it holds."""
        self._kept = dict(kept)
        self.given = given
        if given is not MISSING:
            self._kept[START] = given

    def travels(self, *, answering: bool) -> bool:
        """Return whether the run goes back to an earlier point, where nothing that followed counts."""
        return self.addressed is not None and (not answering or self.superseded)

    @property
    def forks(self) -> bool:
        """Whether such a run needs a checkpoint of its own to go on from."""
        return self.superseded or self.metadata.get("source") not in ("update", "fork")

    @property
    def superseded(self) -> bool:
        """Whether the thread has moved past the checkpoint."""
        return self.checkpoint_id != self.head

    def fork(self, machine: Machine) -> None:
        """Decide to go on from a copy of the checkpoint; what tasks did after the original does not count."""
        self.forked = True
        self.pending = []
        self.checkpoint(machine, "fork", given=self.given)

    def copy(self, machine: Machine) -> None:
        """Decide to save a copy of the checkpoint beside it, as another child of its parent."""
        self.pending = []
        self._parent_id = self._before
        machine.memory.dirty = set(machine.memory.versions)
        self._kept = {START: None}  # the input that the parent may hold
        self.checkpoint(machine, "fork", given=self.given)

    def forget(self) -> None:
        """Let what tasks did after the checkpoint not count."""
        self.pending = []

    # What to save.

    def checkpoint(
        self, machine: Machine, source: Source, *, given: Any = MISSING, performed: Sequence[Task] = ()
    ) -> None:
        """Decide to save the state after a superstep.

        Args:
            machine: The run.
            source: What made the state.
            given: The input, where it is still to be taken in.
            performed: The tasks whose writes are saved with the checkpoint.
        """
        checkpoint_id = new_checkpoint_id()
        given = machine.topology.savable_input(given)
        self._before = self._parent_id
        if self.durability == "exit":
            self._last = (source, machine.step, given)
            self.checkpoint_id = checkpoint_id
            self.metadata = self._metadata(source, machine.step)
            self.due.clear()
            return
        self._put(machine, checkpoint_id, source, machine.step, given, performed)

    def conclude(self, machine: Machine) -> None:
        """Decide to save what a run with `durability="exit"` has left out so far."""
        if self._last is not None:
            (source, step, given), self._last = self._last, None
            late, self.due = list(self.due), deque()
            self._put(machine, self.checkpoint_id, source, step, given, ())
            self.due.extend(late)

    def keep(self, tasks: Sequence[Task], machine: Machine) -> None:
        """Decide to save what became of the tasks of a superstep that did not end."""
        for task in tasks:
            if task.status is not Status.PENDING and not task.saved:
                task.saved = True
                self.due.append(self.ended(task, machine))

    def ended(self, task: Task, machine: Machine) -> PutWrites:
        """Return the save that keeps what became of a task."""
        return PutWrites(self.config, writes_of(task, machine))

    def remember(self, task: Task) -> PutWrites:
        """Return the save that keeps what the steps of a task returned."""
        return PutWrites(self.config, TaskWrites(task.id, [(STEPS, dict(task.memo or {}))], path_of(task)))

    def _put(
        self,
        machine: Machine,
        checkpoint_id: str,
        source: Source,
        step: int,
        given: Any,
        performed: Sequence[Task],
    ) -> None:
        memory = machine.memory
        dirty, memory.dirty = memory.dirty or set(), set()
        values = machine.topology.savable(memory.stored)
        deltas: dict[str, Delta] = {}
        versions = memory.versions.copy()
        changed: dict[str, int] = {}
        for name in dirty:
            if not machine.topology.channels[name].rule.saved:
                versions.pop(name, None)
                continue
            changed[name] = versions[name]
            after = values.get(name, MISSING)
            if type(after) in (list, dict):
                delta = delta_between(self._kept.get(name, MISSING), after)
                if delta is not None:
                    deltas[name] = delta
            self._kept[name] = after
        if given is not MISSING:
            values[START] = given
        if given is not MISSING or START in self._kept:
            versions[START] = changed[START] = memory.clock
            self._kept.pop(START, None)
            if given is not MISSING:
                self._kept[START] = given
        self.metadata = self._metadata(source, step)
        checkpoint: Checkpoint = {
            "v": CHECKPOINT_VERSION,
            "id": checkpoint_id,
            "ts": timestamp(),
            "channel_values": values,
            "channel_versions": versions,
            "versions_seen": memory.seen.copy(),
            "updated_channels": sorted(changed),
        }
        config = config_of(self.thread_id, self.namespace, self._parent_id)
        writes = [echo_of(task, machine, checkpoint, deltas) for task in performed if self._parent_id is not None]
        self.due.append(PutCheckpoint(config, checkpoint, self.metadata, changed, self.head, deltas, writes))
        self.checkpoint_id = self._parent_id = self.head = checkpoint_id

    def _metadata(self, source: Source, step: int) -> CheckpointMetadata:
        return {**self.facts, "source": source, "step": step}  # type: ignore[typeddict-item]
