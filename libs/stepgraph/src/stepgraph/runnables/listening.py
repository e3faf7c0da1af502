"""Listeners: functions that are called with the record of one run, and of no run inside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.binding import RunnableBinding

__all__ = ["listening"]


def listening(
    runnable: Runnable[Any, Any],
    on_start: Callable[..., Any] | None,
    on_end: Callable[..., Any] | None,
    on_error: Callable[..., Any] | None,
    awaits: bool,
) -> RunnableBinding[Any, Any]:
    """Return a runnable with listeners; each takes the `Run`, and the config where it takes two."""

    def factory(config: RunnableConfig) -> RunnableConfig:
        from stepgraph.callbacks.listeners import AsyncRootListeners, RootListeners  # noqa: PLC0415 - few listen

        kind: Any = AsyncRootListeners if awaits else RootListeners
        return {"callbacks": [kind(config, *map(_taking_both, (on_start, on_end, on_error)))]}

    return RunnableBinding(runnable, config_factories=[factory])


def _taking_both(function: Callable[..., Any] | None) -> Callable[[Any, Any], Any] | None:
    if function is None:
        return None
    try:
        count = len(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        count = 1
    return function if count > 1 else lambda run, _: function(run)
