"""The `chain` decorator: a function as a runnable that has its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from stepgraph.runnables.base import Runnable
from stepgraph.runnables.lambdas import RunnableLambda

__all__ = ["chain"]


def chain(function: Callable[..., Any]) -> Runnable[Any, Any]:
    """Make a runnable of a function of either colour, or a generator function; it has the function's name.

    What it calls, runnables among it, is traced as part of it. What it returns, if that is a runnable, runs in turn.

    Example:
        ```python
        @chain
        async def shout(text: str) -> str:
            return text.upper()
        ```
    """
    made: RunnableLambda[Any, Any] = RunnableLambda(function)
    made.__doc__ = inspect.getdoc(function)
    return made
