"""What others keep in their `runnables.utils`, where those look for it who come over."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

from stepgraph.execution.branches import gather
from stepgraph.execution.limiter import Limiter
from stepgraph.runnables.base import Input, Output
from stepgraph.runnables.configurable import (
    ConfigurableField,
    ConfigurableFieldMultiOption,
    ConfigurableFieldSingleOption,
    ConfigurableFieldSpec,
)
from stepgraph.runnables.folding import AddableDict, aadd, add

__all__ = [
    "AddableDict",
    "ConfigurableField",
    "ConfigurableFieldMultiOption",
    "ConfigurableFieldSingleOption",
    "ConfigurableFieldSpec",
    "Input",
    "Output",
    "aadd",
    "add",
    "gather_with_concurrency",
]

T = TypeVar("T")


async def gather_with_concurrency(n: int | None, *coros: Coroutine[Any, Any, T]) -> list[T]:
    """Await coroutines side by side, at most `n` at once; the first failure cancels the others and waits for them."""

    async def awaited(coroutine: Coroutine[Any, Any, T], _: object) -> T:
        return await coroutine

    return await gather([partial(awaited, each) for each in coros], None if n is None else Limiter(n))
