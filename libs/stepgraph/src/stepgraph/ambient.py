"""The ambient scope: through one context variable, code inside a node or a runnable finds what is around it.

It is set in the context that a node or a runnable runs in; that works in async nodes, gathered and nested tasks,
threads and async generators on every supported Python, because nothing relies on `create_task(context=…)`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final

__all__ = ["SCOPE", "current", "task_scope"]

SCOPE: Final[ContextVar[Any]] = ContextVar("stepgraph_scope", default=None)
"""The scope (`stepgraph.config.Scope`) of the node or runnable that runs here, `None` outside of any."""


def task_scope() -> Any:
    """Return the scope of the running task, `None` outside of any."""
    scope = SCOPE.get()
    return None if scope is None else scope.task_scope


def current(caller: str) -> Any:
    """Return the scope of the running task.

    Raises:
        RuntimeError: No node is running here.
    """
    scope = task_scope()
    if scope is None:
        raise RuntimeError(
            f"{caller}() was called outside of a running node; call it in a node, or in code that a node calls"
        )
    return scope
