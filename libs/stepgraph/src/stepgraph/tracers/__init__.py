"""Tracers under the paths at which programs written for LangChain look for them; they live in `stepgraph.callbacks`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stepgraph.tracers.base import AsyncBaseTracer, BaseTracer
    from stepgraph.tracers.context import collect_runs
    from stepgraph.tracers.root_listeners import AsyncRootListeners, RootListeners
    from stepgraph.tracers.run_collector import RunCollectorCallbackHandler
    from stepgraph.tracers.schemas import Run
    from stepgraph.tracers.stdout import ConsoleCallbackHandler, FunctionCallbackHandler

__all__ = [
    "AsyncBaseTracer",
    "AsyncRootListeners",
    "BaseTracer",
    "ConsoleCallbackHandler",
    "FunctionCallbackHandler",
    "RootListeners",
    "Run",
    "RunCollectorCallbackHandler",
    "collect_runs",
]

_PLACES: Final = {
    "AsyncBaseTracer": "base",
    "AsyncRootListeners": "root_listeners",
    "BaseTracer": "base",
    "ConsoleCallbackHandler": "stdout",
    "FunctionCallbackHandler": "stdout",
    "RootListeners": "root_listeners",
    "Run": "schemas",
    "RunCollectorCallbackHandler": "run_collector",
    "collect_runs": "context",
}
"""The module of each name, which is imported when somebody asks for it."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"stepgraph.tracers.{_PLACES[name]}"), name)
    return found
