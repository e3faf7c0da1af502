"""The ambient scope: through one context variable, code inside a node finds its own task.

The drivers set it in the context that a node runs in; that works in async nodes, gathered and nested tasks, threads
and async generators on every supported Python, because nothing relies on `create_task(context=…)`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final

__all__ = ["SCOPE", "current"]

SCOPE: Final[ContextVar[Any]] = ContextVar("stepgraph_scope", default=None)
"""The scope of the running task (`stepgraph.config.Scope`), `None` outside of any."""


def current(caller: str) -> Any:
    """Return the scope of the running task.

    Raises:
        RuntimeError: No node is running here.
    """
    scope = SCOPE.get()
    if scope is None:
        raise RuntimeError(
            f"{caller}() was called outside of a running node; call it in a node, or in code that a node calls"
        )
    return scope
