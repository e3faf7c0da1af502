"""RunnableLambda: a function of the user's as a runnable."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import PurePath
from typing import Any, Final

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig
from stepgraph.errors import annotate
from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread
from stepgraph.frames import Frame, Inside
from stepgraph.runnables.adapted import adapted, iterate_inside, iterate_inside_async
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.runnables.folding import fold
from stepgraph.runnables.injection import given, wanted
from stepgraph.runnables.traced import Traced
from stepgraph.signatures import kind_of

__all__ = ["RunnableLambda"]

_DEPTH: Final = 25
"""How often functions may return a runnable that returns a runnable …, when the config does not say."""

_CHEAP: Final = (operator.itemgetter,)
"""What is never worth a thread."""


class RunnableLambda(Traced[Input, Output]):
    """A function as a runnable.

    Async code calls a sync function in the engine's threads, so that it may block; with `run_inline`, on the loop.
    A function that returns a runnable has that run with the same input; one that returns a coroutine has it awaited.
    A generator function streams what it yields, and its output is the sum of that.

    Parameters called `config` or annotated with `RunnableConfig` get the config, one called `run_manager` gets what
    reports to the handlers; `StreamWriter` and `Runtime` annotations work inside graphs.

    Args:
        func: A function, or generator function, of either colour.
        afunc: The function for async code, where there are two.
        name: What messages and handlers call it; the function's name by default.
        run_inline: Whether async code calls a sync function where it stands: for what returns at once.

    Raises:
        TypeError: `func` cannot be called.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        afunc: Callable[..., Any] | None = None,
        name: str | None = None,
        *,
        run_inline: bool = False,
    ) -> None:
        for function in (func,) if afunc is None else (func, afunc):
            if not callable(function):
                raise TypeError(f"RunnableLambda takes a function, got {type(function).__name__}: {function!r}")
        self.func: Callable[..., Any] = func
        self.afunc: Callable[..., Any] | None = (
            func if afunc is None and kind_of(func) in ("coroutine", "async_chunks") else afunc
        )
        self.run_inline: bool = run_inline or isinstance(func, _CHEAP)
        self.name: str | None = name or _name_of(func)
        self._derive()

    def _derive(self) -> None:
        """Look at the functions, once."""
        self._sync: Callable[..., Any] | None = None
        self._items: Callable[..., Iterator[Any]] | None = None
        self._async: Callable[..., Any] | None = None
        self._async_items: Callable[..., AsyncGenerator[Any, None]] | None = None
        for function in (self.func,) if self.afunc is None else (self.func, self.afunc):
            kind = kind_of(function)
            if kind == "coroutine":
                self._async = function
            elif kind == "async_chunks":
                self._async_items = function
            elif kind == "chunks":
                self._items = function
            elif function is self.func:
                self._sync = function
            else:
                self._async = function  # it returns something to await, perhaps
        self._inject = wanted(self.func)
        self._inject_async = self._inject if self.afunc is None else wanted(self.afunc)

    def __repr__(self) -> str:
        return f"RunnableLambda({self.name or _shown(self.func)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunnableLambda) and (self.func, self.afunc) == (other.func, other.afunc)

    def __hash__(self) -> int:
        return hash((self.func, self.afunc))

    # Bodies.

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        output = self._output(input, call, kwargs)
        if isinstance(output, Runnable):
            with Inside(_deeper(self)):
                return output.invoke(input, surrounding_config())
        return output

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        output = await self._output_async(input, call, kwargs)
        if isinstance(output, Runnable):
            with Inside(_deeper(self)):
                return await output.ainvoke(input, surrounding_config())
        return output

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        if self._items is not None:
            return self._items(input, **given(self._inject, call, kwargs))
        return self._stream_output(input, call, kwargs)

    def _stream_output(self, input: Any, call: Call | None, kwargs: dict[str, Any]) -> Iterator[Any]:
        output = self._output(input, call, kwargs)
        if isinstance(output, Runnable):
            frame = _deeper(self)
            with Inside(frame):
                chunks = output.stream(input, frame.config)
            yield from iterate_inside(frame, chunks)
        else:
            yield output

    def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        if self._async_items is not None:
            return self._async_items(input, **given(self._inject_async, call, kwargs, is_async=True))
        if self._async is None and self._items is not None:
            items = functools.partial(self._items, **given(self._inject, call, kwargs))
            return adapted(items, input) if self.run_inline else in_threads(items, input)
        return self._astream_output(input, call, kwargs)

    async def _astream_output(self, input: Any, call: Call | None, kwargs: dict[str, Any]) -> AsyncGenerator[Any, None]:
        output = await self._output_async(input, call, kwargs)
        if not isinstance(output, Runnable):
            yield output
            return
        frame = _deeper(self)
        with Inside(frame):
            streamed = output.astream(input, frame.config)
        chunks = iterate_inside_async(frame, streamed)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await chunks.aclose()

    def _output(self, input: Any, call: Call | None, kwargs: dict[str, Any]) -> Any:
        """Call the function; a runnable that it returns is left as it is."""
        if self._items is not None:
            return fold(self._items(input, **given(self._inject, call, kwargs)))
        if self._sync is None:
            raise TypeError(
                f"{self.get_name()!r} is async only; use `await ….ainvoke(…)`, `.abatch(…)` or `.astream(…)`, or give "
                "RunnableLambda a sync function too"
            )
        if self._inject:
            kwargs = given(self._inject, call, kwargs)
        try:
            output = self._sync(input, **kwargs)
        except Exception as error:
            _explain(error, input)
            raise
        if inspect.iscoroutine(output):
            output.close()
            raise TypeError(
                f"the function of {self.get_name()!r} returned a coroutine, which only async code can await; use "
                "`await ….ainvoke(…)`"
            )
        return output

    async def _output_async(self, input: Any, call: Call | None, kwargs: dict[str, Any]) -> Any:
        """Call the function; a runnable that it returns is left as it is."""
        if self._async is not None:
            if self._inject_async:
                kwargs = given(self._inject_async, call, kwargs, is_async=True)
            try:
                return await self._async(input, **kwargs)
            except Exception as error:
                _explain(error, input)
                raise
        if self._async_items is not None:
            return fold([chunk async for chunk in self._astream(input, call, **kwargs)])
        if self._items is not None:
            return await self._called(functools.partial(self._output, call=call, kwargs=kwargs), input, {})
        if self._inject:
            kwargs = given(self._inject, call, kwargs)
        assert self._sync is not None
        try:
            output = await self._called(self._sync, input, kwargs)
        except Exception as error:
            _explain(error, input)
            raise
        return await output if inspect.isawaitable(output) else output

    async def _called(self, function: Callable[..., Any], input: Any, kwargs: dict[str, Any]) -> Any:
        if self.run_inline:
            return function(input, **kwargs)
        return await in_thread(function, input, **kwargs)


def _explain(error: Exception, input: Any) -> None:
    """Say what is wrong where the input is a coroutine."""
    if inspect.iscoroutine(input):
        annotate(
            error, f"the input was {input.__qualname__}(…), a coroutine that nobody awaited; write `await` before it"
        )


def _name_of(func: Any) -> str | None:
    """Return the name of a function; an object of the user's own that can be called has that of its class."""
    if isinstance(func, functools.partial):
        return _name_of(func.func)
    name = getattr(func, "__name__", None)
    if name is None and type(func).__module__ not in ("builtins", "functools", "operator", "_operator"):
        name = type(func).__name__
    return None if name == "<lambda>" else name


def _shown(func: Any) -> str:
    """Return how a function that has no name is shown: a lambda by its place, others by what they say of themselves."""
    code = getattr(func, "__code__", None)
    return repr(func) if code is None else f"<lambda> at {PurePath(code.co_filename).name}:{code.co_firstlineno}"


def _deeper(runnable: Runnable[Any, Any]) -> Frame:
    """Return the frame of a runnable that a function returned.

    Raises:
        RecursionError: Functions have returned runnables again and again.
    """
    scope = SCOPE.get()
    config: RunnableConfig = {} if scope is None else scope.config
    frame = Frame(config, scope)
    frame.depth = getattr(scope, "depth", 0) + 1
    limit = config.get("recursion_limit") or _DEPTH
    if frame.depth > limit:
        raise RecursionError(
            f"the function of {runnable.get_name()!r} returned a runnable {limit} times over, each inside the last; "
            "let it return a value at some point, or set config['recursion_limit']"
        )
    return frame
