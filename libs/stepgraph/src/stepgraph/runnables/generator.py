"""RunnableGenerator: a function that turns an iterator of chunks into another one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

from stepgraph.execution.bridge import in_threads
from stepgraph.runnables.adapted import one
from stepgraph.runnables.base import Input, Output
from stepgraph.runnables.call import Call
from stepgraph.runnables.folding import fold
from stepgraph.runnables.injection import given, wanted
from stepgraph.runnables.traced import Traced
from stepgraph.signatures import kind_of

__all__ = ["RunnableGenerator"]


class RunnableGenerator(Traced[Input, Output]):
    """A generator function that turns an iterator of chunks into another one, so that a chain goes on streaming.

    Parameters called `config` or `run_manager` are filled, as those of `RunnableLambda`.

    Async code runs a sync generator in the engine's threads, step by step, at the pace of its consumer.

    Args:
        transform: The function, of either colour.
        atransform: The function for async code, where there are two.
        name: What messages and handlers call it; the function's name by default.

    Raises:
        TypeError: It is no generator function.
    """

    def __init__(
        self,
        transform: Callable[[Iterator[Any]], Iterator[Any]] | Callable[[AsyncIterator[Any]], AsyncIterator[Any]],
        atransform: Callable[[AsyncIterator[Any]], AsyncIterator[Any]] | None = None,
        *,
        name: str | None = None,
    ) -> None:
        self._sync: Callable[..., Any] | None = None
        self._async: Callable[..., Any] | None = None
        for function in (transform, atransform):
            if function is None:
                continue
            kind = kind_of(function)
            if kind == "async_chunks":
                self._async = function
            elif kind == "chunks" and function is transform:
                self._sync = function
            else:
                raise TypeError(
                    f"RunnableGenerator takes a function that yields (an async one as atransform), got {function!r}; "
                    "for one that returns, use RunnableLambda"
                )
        self._inject = wanted(transform)
        self._inject_async = self._inject if atransform is None else wanted(atransform)
        named = getattr(transform, "__name__", None)
        self.name: str | None = name or (None if named == "<lambda>" else named)

    def __repr__(self) -> str:
        return f"RunnableGenerator({self.get_name()})"

    def _function(self) -> Callable[..., Any]:
        if self._sync is None:
            raise TypeError(
                f"{self.get_name()!r} is async only; use `await ….ainvoke(…)` or `.astream(…)`, or give "
                "RunnableGenerator a sync generator too"
            )
        return self._sync

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return fold(self._transform(iter((input,)), call, **kwargs))

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return fold([chunk async for chunk in self._astream(input, call, **kwargs)])

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._transform(iter((input,)), call, **kwargs)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return self._function()(chunks, **given(self._inject, call, kwargs))  # type: ignore[no-any-return]

    def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return self._atransform(one(input), call, **kwargs)

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        if self._async is not None:
            injected = given(self._inject_async, call, kwargs, is_async=True)
            return self._async(chunks, **injected)  # type: ignore[no-any-return]
        injected = given(self._inject, call, kwargs)
        return in_threads(lambda source: self._function()(source, **injected), chunks, chunks=True)
