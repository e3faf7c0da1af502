"""Call: one call of a runnable that was given a config, or that somebody hears.

It merges the config, reports start and end to the handlers, and makes the frames of what runs inside. A runnable that
is called without a config where nobody listens has no call: nothing is merged, no id drawn, nothing built.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import nullcontext, suppress
from functools import lru_cache
from typing import Any

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, Scope, check_config, merge_configs
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.tasks import shielded
from stepgraph.frames import Frame, Inside
from stepgraph.globals import SETTINGS

__all__ = ["Call", "is_plain", "printed", "surrounding_config"]


def is_plain(config: Mapping[str, Any] | None, scope: Scope | None) -> bool:
    """Return whether a call needs no `Call`: nothing was given, and nobody listens."""
    return config is None and (scope is None or not scope.heard) and not SETTINGS.is_heard


def surrounding_config() -> RunnableConfig | None:
    """Return the config around us, `None` where there is nothing: for runnables that only know what they are given."""
    scope = SCOPE.get()
    return None if scope is None else scope.config


def printed(config: RunnableConfig) -> RunnableConfig:
    """Return a config whose callbacks print what the settings of the process want printed."""
    from stepgraph.callbacks import printers  # noqa: PLC0415 - few processes print everything

    return printers.printed(config)


class Call:
    """One call of a runnable.

    Args:
        runnable: The runnable; its `get_name()` and `run_type` are reported.
        config: What the caller gave.
        above: What it is called in, where that is not what is around us.
        prepared: Whether what is around is merged into that already.

    Attributes:
        above: The scope that the runnable was called in.
        config: The config of this call, merged with what is around it.
        frame: What code inside finds around it, once the call has started.
        run: What reports to the handlers, `None` where there are none.
    """

    __slots__ = ("_handed", "_runnable", "above", "config", "frame", "run")

    def __init__(
        self, runnable: Any, config: Mapping[str, Any] | None, above: Scope | None = None, *, prepared: bool = False
    ) -> None:
        if above is None and not prepared:
            above = SCOPE.get()
        self.above: Scope | None = above
        self._runnable = runnable
        self._handed = (
            above is not None and getattr(above, "hands_on", True) and (config is None or config is above.config)
        )
        self.config: RunnableConfig = (
            above.config if self._handed and above is not None else _merged(config, above, prepared)
        )
        if SETTINGS.is_heard:
            self.config = printed(self.config)
        self.frame: Frame
        self.run: Any = None

    @property
    def is_heard(self) -> bool:
        """Whether there are callback handlers."""
        return bool(self.config.get("callbacks"))

    # Starting.

    def start(self, input: Any) -> None:
        """Report that the runnable starts."""
        manager = self._manager(False)
        if manager is not None:
            description, run_id, facts = self._described()
            try:
                self.run = self._begun(manager, description, input, run_id, facts)
            except BaseException as error:  # those who have heard of the start hear of an end
                self.run = self._run_of(manager, run_id)
                self.fail(error)
                raise
        self._enter()

    async def start_async(self, input: Any) -> None:
        """See `start`."""
        manager = self._manager(True)
        if manager is not None:
            description, run_id, facts = self._described()
            try:
                self.run = await self._begun(manager, description, input, run_id, facts)
            except BaseException as error:
                self.run = self._run_of(manager, run_id)
                await self.fail_async(error)
                raise
        self._enter()

    # While it runs.

    def inside(self) -> Inside:
        """Return what makes the frame of this call the ambient one."""
        return Inside(self.frame)

    def frame_of(self, tag: str | None) -> Frame:
        """Return the frame of a part of this runnable, whose run gets a tag."""
        if self.run is None or tag is None:
            return self.frame
        return Frame(self.frame.config_with(self.run.get_child(tag)), SCOPE.get())

    def tapped(self, chunks: Iterator[Any]) -> Iterator[Any]:
        """Let handlers that want to see chunks see them: those that have `tap_output_iter`."""
        if self.run is not None:
            for handler in self.run.handlers:
                tap = getattr(handler, "tap_output_iter", None)
                if tap is not None and not getattr(handler, "ignore_chain", False):
                    chunks = tap(self.run.run_id, chunks)
        return chunks

    def tapped_async(self, chunks: AsyncGenerator[Any, None]) -> AsyncIterator[Any]:
        """Let handlers that want to see chunks see them: those that have `tap_output_aiter`."""
        tapped: AsyncIterator[Any] = chunks
        if self.run is not None:
            for handler in self.run.handlers:
                tap = getattr(handler, "tap_output_aiter", None)
                if tap is not None and not getattr(handler, "ignore_chain", False):
                    tapped = tap(self.run.run_id, tapped)
        return tapped

    # Ending.

    def end(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        if self.run is not None:
            self._ended(output, kwargs)

    async def end_async(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it; where that is cancelled, handlers hear of an error after it."""
        if self.run is None:
            return
        try:
            await self._ended(output, kwargs)
        except asyncio.CancelledError as error:
            await self.fail_async(error, **kwargs)
            raise

    def fail(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        if self.run is not None:
            self._failed(error, kwargs)

    async def fail_async(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed, or was cancelled; who is cancelled again and again waits until it is known."""
        if self.run is None:
            return
        is_cancelled = isinstance(error, asyncio.CancelledError)
        with suppress(asyncio.CancelledError) if is_cancelled else nullcontext():  # it leaves in any case
            await shielded(self._failed(error, kwargs))

    # What is reported: the run of a chain. Each returns what has to be awaited in async code.

    ignored_by = "ignore_chain"

    def _begun(self, manager: Any, description: dict[str, Any], input: Any, run_id: Any, facts: dict[str, Any]) -> Any:
        return manager.on_chain_start(description, input, run_id, **facts)

    def _run_of(self, manager: Any, run_id: Any) -> Any:
        """Return what reports of a run whose start was only half told."""
        prefix = "Async" if manager.is_async else ""
        return getattr(_managers(), f"{prefix}CallbackManagerForChainRun")(manager, run_id)

    def _ended(self, output: Any, kwargs: dict[str, Any]) -> Any:
        return self.run.on_chain_end(output, **kwargs)

    def _failed(self, error: BaseException, kwargs: dict[str, Any]) -> Any:
        return self.run.on_chain_error(error, **kwargs)

    # Who hears of it.

    def _manager(self, is_async: bool) -> Any:
        """Return what the start is reported to, `None` where nobody wants to know."""
        callbacks = self.config.get("callbacks")
        if not callbacks:
            return None
        managers = _managers()
        kind = managers.AsyncCallbackManager if is_async else managers.CallbackManager
        if self._handed and type(callbacks) is kind:
            manager = callbacks  # made for this call: tags and metadata are in it
        else:
            config = self.config
            manager = kind.of(callbacks)
            if tags := config.get("tags"):
                manager.add_tags(tags)
            if metadata := config.get("metadata"):
                manager.add_metadata(metadata)
        return manager if manager.hears(self.ignored_by) else None

    def _described(self) -> tuple[dict[str, Any], Any, dict[str, Any]]:
        """Return what the runnable is, the id of this run, and what else handlers are told of it."""
        runnable, config = self._runnable, self.config
        name = runnable.get_name()
        given = config.get("run_id")
        run_id = _managers().new_run_id() if given is None else _run_id(given)
        facts = {"name": config.get("run_name") or name}
        if runnable.run_type != "chain":
            facts["run_type"] = runnable.run_type
        cls: Any = type(runnable)
        return _described(cls, name), run_id, facts

    def _enter(self) -> None:
        given = self.config
        self.frame = Frame(given, self.above, self.run)
        here: Scope | None = SCOPE.get()
        if self.above is not None and here is not None:  # a stream starts where it is read: in a branch, perhaps
            self.frame.limiter, self.frame.slot = here.limiter, here.slot
        limit = given.get("max_concurrency")
        if limit is not None and (self.above is None or limit != self.above.config.get("max_concurrency")):
            self.frame.limiter = Limiter(limit, self.frame.limiter)


def _merged(config: Mapping[str, Any] | None, above: Scope | None, prepared: bool) -> RunnableConfig:
    """Merge what is around a call with what it was given."""
    if prepared:
        return {**(config or {})}  # type: ignore[typeddict-item]
    if above is None:
        return merge_configs(check_config(config))  # whose tags, metadata and values are its own
    inherited: RunnableConfig = {**above.config}
    inherited.pop("run_name", None)
    inherited.pop("run_id", None)
    return merge_configs(inherited, check_config(config))


@lru_cache(maxsize=1024)
def _described(cls: Any, name: str) -> dict[str, Any]:
    """Return what handlers are told of what a runnable is."""
    return {"lc": 1, "type": "not_implemented", "id": [*cls.__module__.split("."), cls.__qualname__], "name": name}


def _run_id(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    from uuid import UUID

    try:
        return UUID(given)
    except ValueError:
        raise ValueError(f"config['run_id'] must be a UUID where callbacks are told of it, got {given!r}") from None


@lru_cache(maxsize=1)
def _managers() -> Any:
    """Return the module of the managers, which is imported where somebody listens."""
    from stepgraph.callbacks import manager  # noqa: PLC0415 - see above

    return manager
