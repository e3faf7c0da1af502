"""TaskScope: what code that runs inside one task finds around it, built only as far as somebody asks."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Protocol

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig
from stepgraph.errors import GraphInterrupt, InvalidResumeError
from stepgraph.execution.limiter import Limiter
from stepgraph.kernel.machine import Machine
from stepgraph.kernel.task import Status, Task, interrupt_id
from stepgraph.pregel import questions
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.message_stream import ModelHandler, with_handler
from stepgraph.pregel.namespaces import segment_of
from stepgraph.pregel.saves import Save
from stepgraph.pregel.stream import Namespace, Stream
from stepgraph.runtime import ExecutionInfo, RunControl, Runtime
from stepgraph.types import Interrupt, StreamWriter

__all__ = ["ANY", "ASKING", "Surroundings", "TaskScope"]

_SHOWN: Final = ("thread_id", "checkpoint_id", "run_id", "task_id", "assistant_id", "graph_id")
"""What of `configurable` is in the metadata of what runs inside a task."""

_NONE: Final[dict[Any, Any]] = {}
"""Nothing was counted yet; never changed."""

ASKING: Final = threading.Lock()
"""Held where questions, and runs inside a task, are counted and noted: its branches may be in several threads."""

ANY: Final = "any:"
"""Among a run's answers: the one that the next question gets; followed by the id of the task that it is meant for."""


class Surroundings(Protocol):
    """What a task's scope asks of the run that the task belongs to."""

    config: RunnableConfig
    context: Any
    store: Any
    writer: StreamWriter
    stream: Stream
    machine: Machine
    limiter: Limiter | None
    journal: Journal | None
    answers: dict[str, Any]
    resuming: bool
    left: bool
    parent: TaskScope | None
    control: RunControl | None

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
        left: Whether the driver has gone on without the task, whose thread could not be stopped.
    """

    branch: ClassVar[str] = ""
    """It is no branch; frames of branches in it have names."""

    __slots__ = (
        *("_asked", "_callbacks", "_config", "_known", "_nested", "_places", "_runtime"),
        *("has_slot", "left", "lent", "run", "task"),
    )

    def __init__(self, run: Surroundings, task: Task) -> None:
        self.run: Surroundings = run
        self.task: Task = task
        self.lent: int = 0
        self.has_slot: bool = False
        self.left: bool = False
        self._nested: dict[tuple[int, ...], int] = _NONE
        self._asked: dict[str, int] = _NONE
        self._known = task.asked  # what it asked in the run before
        self._places: dict[str, tuple[int, ...]] = _NONE
        self._callbacks: Any = None
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

    @property
    def task_scope(self) -> TaskScope:
        """This scope."""
        return self

    @property
    def slot(self) -> TaskScope:
        """The task, which has a slot where anything bounds it."""
        return self

    @property
    def limiter(self) -> Limiter | None:
        """What bounds how much runs at once."""
        return self.run.limiter

    @property
    def heard(self) -> bool:
        """Whether there are callback handlers."""
        return bool(self.run.stream.messages or self.run.config.get("callbacks"))

    @property
    def abandoned(self) -> bool:
        """Whether the task, or one above it, was left."""
        scope: TaskScope | None = self
        while scope is not None:
            if scope.left:
                return True
            scope = scope.run.parent
        return False

    @property
    def only_waits(self) -> bool:
        """Whether the task ends when a run inside it fails, because that run is all of it."""
        return self.task.node.action.is_graph

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
        self.run.id_of(self.task)
        return segment_of(self.task)

    def count_nested(self) -> Namespace:
        """Return what tells a run that begins inside this task from others, the same whichever branch comes first.

        It is nothing for the first run, a number for those that follow one by one, and the number of the branch and of
        the run in it where branches run side by side; the first branch counts as the task itself.
        """
        branch = self._branch()
        key = branch if any(branch) else ()
        with ASKING:
            number = self._nested.get(key, 0)
            self._nested = {**self._nested, key: number + 1}
        return tuple(map(str, (*key, number))) if key or number else ()

    def nested_namespace(self, place: Namespace) -> Namespace:
        """Return the namespace of a run inside this task, by what `count_nested` told of it."""
        return (*self.run.namespace, self.segment, *place)

    def _branch(self) -> tuple[int, ...]:
        """Return in which branch of the task we are; empty outside of any."""
        scope = SCOPE.get()
        if scope is None or scope.task_scope is not self or not scope.branch:
            return ()
        return tuple(map(int, scope.branch.split("/")[1:]))

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
            run_id = _run_id_of(run)
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
                    checkpoint_id=None if run.journal is None else run.journal.checkpoint_id,
                ),
                control=run.control,
            )
        return self._runtime

    def hear(self, run: Any) -> None:
        """Let what runs inside the task be reported as part of its run, `None` where nobody listens."""
        if run is not None:
            self._callbacks = run.get_child()
            self._config = None

    def renew(self) -> None:
        """Forget what was built for an earlier attempt."""
        self._config = self._runtime = None
        self._nested = self._asked = _NONE

    def ask(self, value: Any, schema: Any) -> Any:
        """Return the answer to the next question of this attempt, or stop the task to wait for it."""
        run, task = self.run, self.task
        branch = SCOPE.get().branch  # those of another one may come in another order the next time
        with ASKING:
            number = self._asked.get(branch, 0)
            self._asked = {**self._asked, branch: number + 1}
        identity = interrupt_id(run.id_of(task), f"{branch}:{number}" if branch else number)
        answers = task.answers = {} if task.answers is None else task.answers
        self._take_answer(identity, answers)
        question = Interrupt(value, identity, questions.schema_of(schema))
        if identity not in answers:
            self.wait_for(question)
            raise GraphInterrupt((question,))
        try:
            return questions.checked(answers[identity], schema)
        except InvalidResumeError:
            del answers[identity]
            self.wait_for(question)
            raise

    def wait_for(self, *asked: Interrupt) -> None:
        """Take note of what the task asks, in the order of its branches, whichever thread comes first."""
        task, place = self.task, self._branch()
        with ASKING:
            if task.status is Status.INTERRUPTED:  # a thread that was left: what others were told stands
                return
            self._places = {**self._places, **dict.fromkeys([question.id for question in asked], place)}
            task.asked = tuple(sorted((*task.asked, *asked), key=lambda question: self._places[question.id]))

    def _take_answer(self, identity: str, answers: dict[str, Any]) -> None:
        """Take the caller's answer to a question: given to its id, or to whatever the task asks, or one above it."""
        given = self.run.answers
        if identity in answers and identity not in given:
            return  # an answer of an earlier run
        scope: TaskScope | None = self
        names = [identity]
        while scope is not None:
            names.append(ANY + scope.run.id_of(scope.task))
            scope = scope.run.parent
        with ASKING:
            if identity not in given and any(question.id in given for question in self._known):
                return  # what was given is for another branch of this task
            for name in (*names, ANY):
                if name in given:
                    answers[identity] = given.pop(name)
                    for other in names:
                        given.pop(other, None)
                    return

    def step(self, key: str, fn: Callable[[], Any]) -> Any:
        """Return what `fn` returned when it was called under `key` before, or call it and remember."""
        memo = self.task.memo
        if memo is not None and key in memo:
            value = memo[key]
            return _ready(value) if inspect.iscoroutinefunction(fn) else value
        value = fn()
        if inspect.isawaitable(value):
            return self._remember_later(key, value)
        save = self._remember(key, value)
        if save is not None and self.run.journal is not None:
            self.run.journal.saving.save_step(save)
        return value

    async def _remember_later(self, key: str, awaitable: Any) -> Any:
        value = await awaitable
        save = self._remember(key, value)
        if save is not None and self.run.journal is not None:
            await self.run.journal.saving.save(save)
        return value

    def _remember(self, key: str, value: Any) -> Save | None:
        task, journal = self.task, self.run.journal
        task.memo = {**(task.memo or {}), key: value}
        if journal is None:
            return None
        self.run.id_of(task)
        return journal.remember(task)

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
        configurable = run.config.get("configurable")
        return {
            **({name: configurable[name] for name in _SHOWN if configurable.get(name)} if configurable else {}),
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
        if self._callbacks is not None:
            config["callbacks"] = self._callbacks
        if run.stream.messages:
            config["callbacks"] = with_handler(config.get("callbacks"), ModelHandler(self))
        return config


def _run_id_of(run: Surroundings) -> Any:
    """Return the id that the caller gave a run, or the nearest one above it that has one."""
    run_id = run.config.get("run_id")
    while run_id is None and run.parent is not None:
        run = run.parent.run
        run_id = run.config.get("run_id")
    return run_id


async def _ready(value: Any) -> Any:
    """Return what an async step returned before; the caller awaits it as if it were done now."""
    return value


_FOREIGN_CONFIG = "langchain_core.runnables.config"
