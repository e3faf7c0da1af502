"""Coercion: what may stand for a runnable where runnables are composed."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from stepgraph.runnables.base import Runnable
from stepgraph.runnables.foreign import ForeignRunnable, is_foreign
from stepgraph.runnables.generator import RunnableGenerator
from stepgraph.runnables.lambdas import RunnableLambda
from stepgraph.runnables.parallel import RunnableParallel
from stepgraph.signatures import kind_of

__all__ = ["coerce_to_runnable"]


def coerce_to_runnable(thing: Any) -> Runnable[Any, Any]:
    """Return a runnable for a runnable, a function, a generator function, or a dict of such.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(thing, Runnable):
        return thing
    if isinstance(thing, Mapping):
        return RunnableParallel(thing)
    if is_foreign(thing):
        return ForeignRunnable(thing)
    if callable(thing):
        if kind_of(thing) in ("chunks", "async_chunks"):
            return RunnableGenerator(thing)
        return RunnableLambda(thing)
    hint = ""
    if inspect.isawaitable(thing):
        hint = "; it is a coroutine: pass the function itself, without calling it"
    elif isinstance(thing, (list, tuple)):
        hint = "; to run things side by side, give each a name: {'name': …}"
    raise TypeError(f"expected a runnable, a function, or a dict of these, got {type(thing).__name__}: {thing!r}{hint}")
