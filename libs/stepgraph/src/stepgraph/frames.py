"""Frame: what code inside a runnable finds around it.

A frame stands in the context variable in which nodes have the scope of their task, while the runnable's own code
runs. It is set where there is something to find: a config or callback handlers. A runnable that was given neither
leaves in place what is there.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from contextvars import Token
from typing import Any, Final

from stepgraph.ambient import SCOPE, task_scope
from stepgraph.config import RunnableConfig, Scope, merge_configs
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Slot
from stepgraph.types import StreamWriter

__all__ = ["Frame", "Inside", "branch_frame", "inside_branch"]


class Frame:
    """The surroundings of the code of one runnable; a `Scope`.

    Args:
        given: The config of the call, or of what runs inside.
        above: The scope that the runnable was called in.
        run: The run that what runs inside is part of, where it is reported.

    Attributes:
        branch: Which of several branches side by side we are in, such as `/0/1`; empty outside of any.
        depth: How many functions returned a runnable, each inside the last.
        hands_on: Whether its config was made for what runs inside; else it is what somebody gave.
        heard: Whether there are callback handlers.
        task_scope: The scope of the task that all this happens in, `None` outside of any.
        limiter: What bounds how much runs at once.
        slot: Who holds the slot of that bound that this runs in.
    """

    __slots__ = ("_config", "_given", "_run", "branch", "depth", "hands_on", "heard", "limiter", "slot", "task_scope")

    def __init__(self, given: RunnableConfig, above: Scope | None, run: Any = None) -> None:
        self._given = given
        self._run = run
        self._config: RunnableConfig | None = None
        self.depth: int = getattr(above, "depth", 0)
        self.hands_on: bool = True
        self.heard: bool = bool(given.get("callbacks"))
        if above is None:
            self.branch: str = ""
            self.task_scope: Any = None
            self.limiter: Limiter | None = None
            self.slot: Holder | None = None
        else:
            self.branch = above.branch
            self.task_scope = above.task_scope
            self.limiter = above.limiter
            self.slot = above.slot

    @property
    def config(self) -> RunnableConfig:
        """The config of what runs inside, made when it is first asked for: most functions never do."""
        config = self._config
        if config is None:
            config = self._given
            if self._run is not None:
                config = self.config_with(self._run.get_child())
            elif "run_name" in config or "run_id" in config:
                config = _without_names(config)
            self._config = config
        return config

    def config_with(self, callbacks: Any) -> RunnableConfig:
        """Return the config of something that runs inside and has callbacks of its own."""
        config = _without_names(self._given)
        config["callbacks"] = callbacks
        return config

    def take(self, config: RunnableConfig) -> None:
        """Have this very config, with the name and the id of a run that are in it."""
        self._config = config
        self.hands_on = False
        self.heard = bool(config.get("callbacks"))

    @property
    def writer(self) -> StreamWriter:
        """Puts a chunk on the `custom` stream of the graph around."""
        writer: StreamWriter = _task("writer").writer
        return writer

    @property
    def store(self) -> Any:
        """The store of the graph around."""
        return _task("store").store

    @property
    def runtime(self) -> Any:
        """The runtime of the task around."""
        return _task("runtime").runtime


class Inside:
    """Makes a scope the ambient one for the time of a `with` block that does not yield."""

    __slots__ = ("_foreign", "_foreign_token", "_scope", "_token")

    def __init__(self, scope: Scope | None) -> None:
        self._scope = scope

    def __enter__(self) -> None:
        self._token: Token[Any] = SCOPE.set(self._scope)
        foreign = sys.modules.get(_FOREIGN_CONFIG)
        self._foreign: Any = None if foreign is None else getattr(foreign, "var_child_runnable_config", None)
        if self._foreign is not None:
            self._foreign_token = self._foreign.set(None if self._scope is None else self._scope.config)

    def __exit__(self, *_: object) -> None:
        try:
            SCOPE.reset(self._token)
            if self._foreign is not None:
                self._foreign.reset(self._foreign_token)
        except ValueError:  # a coroutine that nobody awaits any more is closed wherever the collector comes by
            pass


def branch_frame(
    config: RunnableConfig | None, limiter: Limiter | None, slot: Slot | None, number: int | None = None
) -> Frame:
    """Return the frame of one of several branches that run side by side.

    Args:
        config: What the branch was given of its own.
        limiter: What bounds the branches.
        slot: The slot that this one has, if they are bounded.
        number: Which one it is, where that tells what it asks from what others ask.
    """
    above: Scope | None = SCOPE.get()
    around: RunnableConfig = {} if above is None else above.config
    frame = Frame(around, above)
    if config:
        frame.take(merge_configs(around, config))
    if slot is not None:
        frame.limiter, frame.slot = limiter, slot
    if number is not None:
        frame.branch = f"{frame.branch}/{number}"
    return frame


def inside_branch(number: int, limiter: Limiter | None, slot: Slot | None) -> Inside | nullcontext[None]:
    """Return what makes the frame of a branch the ambient one, where it needs one: it is bounded, or inside a task."""
    if slot is None and task_scope() is None:
        return nullcontext()
    return Inside(branch_frame(None, limiter, slot, number))


def _without_names(config: RunnableConfig) -> RunnableConfig:
    """Return a copy without the name and the id of a run, which are no business of the runs inside it."""
    rest: RunnableConfig = {**config}
    rest.pop("run_name", None)
    rest.pop("run_id", None)
    return rest


def _task(what: str) -> Any:
    scope = task_scope()
    if scope is None:
        raise RuntimeError(f"a {what} is what a node has, and this runnable is not run by one")
    return scope


_FOREIGN_CONFIG: Final = "langchain_core.runnables.config"
