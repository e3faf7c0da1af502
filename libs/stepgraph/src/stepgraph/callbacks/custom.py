"""Custom events: what code inside a run wants to tell the handlers."""

from __future__ import annotations

from typing import Any

from stepgraph.ambient import SCOPE
from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.base_run import ManagerT
from stepgraph.callbacks.manager import AsyncCallbackManager, CallbackManager
from stepgraph.config import RunnableConfig

__all__ = ["adispatch_custom_event", "dispatch_custom_event"]


def dispatch_custom_event(name: str, data: Any, *, config: RunnableConfig | None = None) -> None:
    """Tell the handlers of the run that we are in about an event of your own: their `on_custom_event` is called.

    Args:
        name: What to call it.
        data: What belongs to it.
        config: The config of the run; that of the run that we are in by default. Where nobody listens, nothing
            happens.

    Raises:
        RuntimeError: There are handlers, and no run that the event could belong to.
    """
    manager = _managed(CallbackManager, config)
    if manager.handlers:
        _check_inside("dispatch_custom_event", manager)
        manager.on_custom_event(name, data, run_id=manager.parent_run_id)


async def adispatch_custom_event(name: str, data: Any, *, config: RunnableConfig | None = None) -> None:
    """Tell the handlers of the run that we are in about an event of your own, and wait until they know.

    See `dispatch_custom_event`.
    """
    manager = _managed(AsyncCallbackManager, config)
    if manager.handlers:
        _check_inside("adispatch_custom_event", manager)
        await manager.on_custom_event(name, data, run_id=manager.parent_run_id)


def _managed(kind: type[ManagerT], config: RunnableConfig | None) -> ManagerT:
    """Return a manager of the handlers of a run, with what is known of it."""
    if config is None:
        scope = SCOPE.get()
        if scope is None:  # in a run that nobody hears, as far as can be told
            return kind([])
        config = scope.config
    config = config or {}
    manager = kind.of(config.get("callbacks"))
    if manager.parent_run_id is None:  # no run was reported that would have brought them along
        manager.add_tags(config.get("tags") or ())
        manager.add_metadata(config.get("metadata") or {})
    return manager


def _check_inside(caller: str, manager: BaseCallbackManager) -> None:
    """Refuse an event that belongs to no run; where nobody hears of runs, nobody can tell."""
    if manager.parent_run_id is None and manager.hears("ignore_chain"):
        raise RuntimeError(
            f"{caller}() was called outside of a run; call it in a runnable's function or a node, or pass config="
        )
