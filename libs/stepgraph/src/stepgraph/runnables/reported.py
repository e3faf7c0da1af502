"""Reported: a function that is run in the name of a runnable; see `stepgraph.runnables.own_runs`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.injection import given, wanted
from stepgraph.runnables.traced import Traced

__all__ = ["Reported"]


class Reported(Traced[Any, Any]):
    """Runs a function and reports it as a run of somebody else.

    The function takes the input, or the iterator of its chunks; parameters called `config` and `run_manager` are
    filled.

    Args:
        runnable: Whose run it is.
        function: What to run: a coroutine function for `ainvoke`, a generator function of either colour for streams.
        run_type: What kind of run handlers hear of; the runnable's own by default.
    """

    def __init__(self, runnable: Runnable[Any, Any], function: Callable[..., Any], run_type: str | None = None) -> None:
        self.name: str | None = runnable.get_name()
        self._run_type = run_type or runnable.run_type
        self._function = function
        self._inject = wanted(function)

    @property
    def run_type(self) -> str:  # type: ignore[override]
        """What kind of run handlers hear of."""
        return self._run_type

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return self._function(input, **given(self._inject, call, kwargs))

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return await self._function(input, **given(self._inject, call, kwargs, is_async=True))

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._function(chunks, **given(self._inject, call, kwargs))  # type: ignore[no-any-return]

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        injected = given(self._inject, call, kwargs, is_async=True)
        return self._function(chunks, **injected)  # type: ignore[no-any-return]
