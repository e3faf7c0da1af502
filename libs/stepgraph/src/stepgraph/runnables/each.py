"""RunnableEach: a runnable applied to each item of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableEach"]


Item = TypeVar("Item")
Result = TypeVar("Result")


class RunnableEach(Traced[Sequence[Item], list[Result]], Generic[Item, Result]):
    """Applies a runnable to each item of a list, side by side; what `runnable.map()` makes.

    Args:
        bound: The runnable.
    """

    def __init__(self, bound: Runnable[Item, Result]) -> None:
        self.bound: Runnable[Any, Any] = bound

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it."""
        return super().get_name(suffix, name=name or self.name or f"RunnableEach<{self.bound.get_name()}>")

    def __repr__(self) -> str:
        return f"RunnableEach({self.bound!r})"

    def bind(self, **kwargs: Any) -> RunnableEach[Item, Result]:
        """Return a runnable whose calls for each item pass these keyword arguments along."""
        return RunnableEach(self.bound.bind(**kwargs))

    def with_listeners(
        self, *, on_start: Any = None, on_end: Any = None, on_error: Any = None
    ) -> RunnableEach[Item, Result]:
        """Return a runnable that calls functions with the `Run` of each item; see `Runnable.with_listeners`."""
        return RunnableEach(self.bound.with_listeners(on_start=on_start, on_end=on_end, on_error=on_error))

    def with_alisteners(
        self, *, on_start: Any = None, on_end: Any = None, on_error: Any = None
    ) -> RunnableEach[Item, Result]:
        """Return a runnable that awaits functions with the `Run` of each item; see `Runnable.with_listeners`."""
        return RunnableEach(self.bound.with_alisteners(on_start=on_start, on_end=on_end, on_error=on_error))

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return self.bound.batch(_items(input), self._config(), **kwargs)

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return await self.bound.abatch(_items(input), self._config(), **kwargs)

    def _config(self) -> Any:
        return None if self.bound.inherits_config else surrounding_config()


def _items(input: Any) -> Sequence[Any]:
    if isinstance(input, (list, tuple)):
        return input
    if isinstance(input, (str, bytes, dict)) or not hasattr(input, "__iter__"):
        raise TypeError(f"map() takes a list of inputs, got {type(input).__name__}: {input!r}")
    return list(input)
