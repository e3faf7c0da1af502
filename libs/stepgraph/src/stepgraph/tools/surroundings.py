"""Surroundings: what a tool finds around it when it is called, to fill the parameters that ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stepgraph.ambient import task_scope
from stepgraph.runnables.injection import manager_of, whole_config
from stepgraph.runtime import Runtime
from stepgraph.tools.injection import ToolRuntime

__all__ = ["filled", "store_around", "tool_runtime"]


def filled(fills: Iterable[tuple[str, str]], run: Any, *, is_async: bool) -> dict[str, Any]:
    """Return what parameters get that are never among the arguments of a call.

    Args:
        fills: Pairs of a parameter and what it asks for.
        run: What reports of the tool's run, `None` where nobody listens.
        is_async: Whether it is a coroutine function that is called.
    """
    found: dict[str, Any] = {}
    for parameter, what in fills:
        if what == "config":
            found[parameter] = whole_config()
        elif what == "writer":
            found[parameter] = _runtime().stream_writer
        elif what == "runtime":
            found[parameter] = _runtime()
        else:
            manager = manager_of(run, "Tool", is_async=is_async)
            found[parameter] = manager if what == "run_manager" else manager.get_child()
    return found


def store_around() -> Any:
    """Return the store of the graph around, `None` where there is none."""
    return _runtime().store


def tool_runtime(tool_call_id: str | None) -> ToolRuntime[Any, Any]:
    """Return what a tool may ask for, of what is around it: all but the graph's state."""
    runtime = _runtime()
    return ToolRuntime(
        state=None,
        context=runtime.context,
        config=whole_config(),
        stream_writer=runtime.stream_writer,
        tool_call_id=tool_call_id,
        store=runtime.store,
        execution_info=runtime.execution_info,
    )


def _runtime() -> Runtime[Any]:
    """Return the runtime of the task around; one that offers nothing outside of any."""
    scope = task_scope()
    return Runtime() if scope is None else scope.runtime
