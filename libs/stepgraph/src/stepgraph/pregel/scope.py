"""TaskScope: what code that runs inside one task finds around it, built only as far as somebody asks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Protocol

from stepgraph.config import SCOPE, RunnableConfig
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Task
from stepgraph.pregel.limiter import Limiter
from stepgraph.pregel.message_stream import ModelHandler, with_handler
from stepgraph.pregel.stream import Namespace, Stream
from stepgraph.runtime import ExecutionInfo, Runtime
from stepgraph.types import StreamWriter

__all__ = ["Surroundings", "TaskScope"]


class Surroundings(Protocol):
    """What a task's scope asks of the run that the task belongs to."""

    config: RunnableConfig
    context: Any
    store: Any
    writer: StreamWriter
    stream: Stream
    machine: Machine
    limiter: Limiter | None

    @property
    def namespace(self) -> Namespace:
        """The sub-graphs from the root down to the run."""

    @property
    def seed(self) -> str:
        """What tells the run's tasks from those of other runs."""

    def id_of(self, task: Task) -> str:
        """Return the id of one of the run's tasks."""


class TaskScope:
    """The surroundings of a task.

    Args:
        run: The run that the task belongs to.
        task: The task.

    Attributes:
        lent: How many nested runs wait inside the task while its concurrency slot is given back.
        has_slot: Whether the task holds a slot of the run's limiter.
    """

    __slots__ = ("_config", "_nested", "_runtime", "has_slot", "lent", "run", "task")

    def __init__(self, run: Surroundings, task: Task) -> None:
        self.run: Surroundings = run
        self.task: Task = task
        self.lent: int = 0
        self.has_slot: bool = False
        self._nested = 0
        self._config: RunnableConfig | None = None
        self._runtime: Runtime[Any] | None = None

    def enter(self) -> None:
        """Make this scope the ambient one of the context that we are in."""
        SCOPE.set(self)
        foreign = sys.modules.get(_FOREIGN_CONFIG)
        if foreign is not None:
            ambient = getattr(foreign, "var_child_runnable_config", None)  # absent while the module is loading
            if ambient is not None:
                ambient.set(self.config)

    def end_slot(self) -> bool:
        """The task has ended: return whether it has a slot to give back."""
        had = self.has_slot and not self.lent
        self.has_slot = False
        return had

    def injected(self, inject: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """Return the keyword arguments that an action asks for."""
        return {parameter: getattr(self, attribute) for parameter, attribute in inject}

    @property
    def segment(self) -> str:
        """The part of a namespace that this task adds."""
        return f"{self.task.node.name}:{self.run.id_of(self.task)}"

    def count_nested(self) -> int:
        """Return how many runs began inside this task before, and count one more."""
        self._nested += 1
        return self._nested - 1

    def nested_namespace(self, number: int) -> Namespace:
        """Return the namespace of a run inside this task, the second one and later ones with their number."""
        return (*self.run.namespace, self.segment, *((str(number),) if number else ()))

    @property
    def writer(self) -> StreamWriter:
        """Puts a chunk on the `custom` stream."""
        return self.run.writer

    @property
    def store(self) -> Any:
        """The graph's store, or `None`."""
        return self.run.store

    @property
    def previous(self) -> Any:
        """What the last run of this thread returned, in functional workflows."""
        return None

    @property
    def config(self) -> RunnableConfig:
        """The config of the run, with the facts of this task in it; a dict of the task's own."""
        if self._config is None:
            self._config = self._build_config()
        return self._config

    @property
    def runtime(self) -> Runtime[Any]:
        """The task's runtime."""
        if self._runtime is None:
            run = self.run
            configurable = run.config.get("configurable") or {}
            run_id = run.config.get("run_id")
            self._runtime = Runtime(
                context=run.context,
                store=run.store,
                stream_writer=run.writer,
                execution_info=ExecutionInfo(
                    task_id=run.id_of(self.task),
                    checkpoint_ns=self._namespace(),
                    step=run.machine.step,
                    node=self.task.node.name,
                    node_attempt=self.task.attempt,
                    thread_id=configurable.get("thread_id"),
                    run_id=None if run_id is None else str(run_id),
                ),
            )
        return self._runtime

    def renew(self) -> None:
        """Forget what was built for an earlier attempt."""
        self._config = self._runtime = None

    def put_message(self, message: Any, metadata: dict[str, Any] | None = None, tags: Sequence[str] = ()) -> None:
        """Put a message or a chunk of one to everyone who listens to messages."""
        labels = {**self.facts(), **(metadata or {})}
        everything = list(dict.fromkeys([*(self.run.config.get("tags") or ()), *self.task.node.tags, *tags]))
        if everything:
            labels["tags"] = everything
        for put, seen in self.run.stream.messages:
            if message.id is not None:
                seen.add(str(message.id))
            put((message, labels))

    def facts(self) -> dict[str, Any]:
        """Return the metadata of the run and the node, and the task's place."""
        task, run = self.task, self.run
        namespace = self._namespace()
        return {
            **(run.config.get("metadata") or {}),
            **task.node.metadata,
            "langgraph_step": run.machine.step,
            "langgraph_node": task.node.name,
            "langgraph_triggers": task.triggers,
            "langgraph_path": task.path,
            "langgraph_checkpoint_ns": namespace,
            "checkpoint_ns": namespace,
        }

    def _namespace(self) -> str:
        return "|".join((*self.run.namespace, self.segment))

    def _build_config(self) -> RunnableConfig:
        run = self.run
        facts = self.facts()
        namespace = facts.pop("checkpoint_ns")
        config: RunnableConfig = {
            **run.config,
            "metadata": facts,
            "configurable": {**(run.config.get("configurable") or {}), "checkpoint_ns": namespace},
        }
        tags = [*(run.config.get("tags") or ()), *self.task.node.tags]
        if tags:
            config["tags"] = list(dict.fromkeys(tags))
        config.pop("run_id", None)
        config.pop("run_name", None)
        if run.stream.messages:
            config["callbacks"] = with_handler(config.get("callbacks"), ModelHandler(self))
        return config


_FOREIGN_CONFIG = "langchain_core.runnables.config"
