"""Listeners: handlers that call functions with the record of the run to which they were bound.

The first run that a listener hears is the one. Runs inside it are in the record, under `child_runs`, but nobody is
called for them; runs beside it, as in a batch, count as the first does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from stepgraph.callbacks.tracers import AsyncBaseTracer, BaseTracer
from stepgraph.callbacks.tree import Run
from stepgraph.config import RunnableConfig

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["AsyncListener", "AsyncRootListeners", "Listener", "RootListeners"]

Listener: TypeAlias = Callable[[Run, RunnableConfig], Any]
AsyncListener: TypeAlias = Callable[[Run, RunnableConfig], Awaitable[Any]]


class _Bound:
    """Tells the runs that listeners were bound to from those inside: by the run above, which they share."""

    __slots__ = ("_known", "_parent_run_id")

    def __init__(self) -> None:
        self._known = False
        self._parent_run_id: UUID | None = None

    def to(self, run: Run) -> bool:
        """Return whether a run, of which no other inside it has been heard, is one of them."""
        if not self._known:
            self._parent_run_id, self._known = run.parent_run_id, True
        return run.parent_run_id == self._parent_run_id


class RootListeners(BaseTracer):
    """Calls functions when a run starts, ends and fails.

    Args:
        config: What the functions get as their second argument.
        on_start: Called when it has started.
        on_end: Called when it has ended.
        on_error: Called when it has failed.
    """

    def __init__(
        self,
        config: RunnableConfig,
        on_start: Listener | None = None,
        on_end: Listener | None = None,
        on_error: Listener | None = None,
    ) -> None:
        super().__init__()
        self._config = config
        self._listeners = (on_start, on_end, on_error)
        self._bound = _Bound()

    def _on_run_create(self, run: Run) -> None:
        on_start = self._listeners[0]
        if self._bound.to(run) and on_start is not None:
            on_start(run, self._config)

    def _on_run_update(self, run: Run) -> None:
        listener = self._listeners[1 if run.error is None else 2]
        if self._bound.to(run) and listener is not None:
            listener(run, self._config)


class AsyncRootListeners(AsyncBaseTracer):
    """Awaits functions when a run starts, ends and fails; see `RootListeners`."""

    def __init__(
        self,
        config: RunnableConfig,
        on_start: AsyncListener | None = None,
        on_end: AsyncListener | None = None,
        on_error: AsyncListener | None = None,
    ) -> None:
        super().__init__()
        self._config = config
        self._listeners = (on_start, on_end, on_error)
        self._bound = _Bound()

    async def _on_run_create(self, run: Run) -> None:
        on_start = self._listeners[0]
        if self._bound.to(run) and on_start is not None:
            await on_start(run, self._config)

    async def _on_run_update(self, run: Run) -> None:
        listener = self._listeners[1 if run.error is None else 2]
        if self._bound.to(run) and listener is not None:
            await listener(run, self._config)
