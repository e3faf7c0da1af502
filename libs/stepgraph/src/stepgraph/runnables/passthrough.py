"""What hands its input on: as it is, with keys added to it (RunnableAssign), or some of its keys (RunnablePick)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Generic

from typing_extensions import TypeVar

from stepgraph.errors import NotADictError
from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.folding import AddableDict, fold
from stepgraph.runnables.lambdas import RunnableLambda
from stepgraph.runnables.parallel import RunnableParallel, bounds
from stepgraph.runnables.parts import Part
from stepgraph.runnables.side_by_side import merged, merged_in_threads, tee, tee_async
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableAssign", "RunnablePassthrough", "RunnablePick"]


Value = TypeVar("Value", default=Any)


class RunnablePassthrough(Traced[Value, Value], Generic[Value]):
    """Hands its input on as it is; a function may look at it.

    Args:
        func: Called with the input.
        afunc: The same for async code, where there are two.
        input_type: What the input is said to be.
        name: What messages and handlers call it.
    """

    def __init__(
        self,
        func: Callable[..., Any] | None = None,
        afunc: Callable[..., Any] | None = None,
        *,
        input_type: Any = None,
        name: str | None = None,
    ) -> None:
        self.name: str | None = name
        self.func: Callable[..., Any] | None = func
        self.afunc: Callable[..., Any] | None = afunc
        self.input_type: Any = input_type
        self._derive()

    def _derive(self) -> None:
        func, afunc = (self.func, self.afunc) if self.func is not None else (self.afunc, None)
        self._looks = None if func is None else RunnableLambda(func, afunc)

    def __repr__(self) -> str:
        return "RunnablePassthrough()" if self._looks is None else f"RunnablePassthrough({self._looks!r})"

    @property
    def InputType(self) -> Any:  # noqa: N802 - a type
        """The type of the input, and of the output."""
        return super().InputType if self.input_type is None else self.input_type

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """The type of the output: that of the input."""
        return self.InputType

    @classmethod
    def assign(cls, **kwargs: Any) -> RunnableAssign:  # type: ignore[override]
        """Return a runnable that adds keys to a dict: each is computed from it by a runnable."""
        return RunnableAssign(RunnableParallel(kwargs))

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        if self._looks is not None:
            self._looks._invoke(input, call, **kwargs)
        return input

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        if self._looks is not None:
            await self._looks._ainvoke(input, call, **kwargs)
        return input

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        seen: list[Any] = []
        for chunk in chunks:
            if self._looks is not None:
                seen.append(chunk)
            yield chunk
        if self._looks is not None and seen:
            self._looks._invoke(fold(seen), call, **kwargs)

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        seen: list[Any] = []
        async for chunk in chunks:
            if self._looks is not None:
                seen.append(chunk)
            yield chunk
        if self._looks is not None and seen:
            await self._looks._ainvoke(fold(seen), call, **kwargs)


class RunnableAssign(Traced[dict[str, Any], dict[str, Any]]):
    """Adds keys to its input, a dict; those that it has already are replaced. The input streams on meanwhile.

    Args:
        mapper: Computes the keys.
    """

    def __init__(self, mapper: RunnableParallel[Any] | Mapping[str, Any], *, name: str | None = None) -> None:
        self.mapper: RunnableParallel[Any] = (
            mapper if isinstance(mapper, RunnableParallel) else RunnableParallel(mapper)
        )
        self.name: str | None = name
        self._derive()

    def _derive(self) -> None:
        self._part = Part(self.mapper)

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it: its keys are part of that."""
        return super().get_name(suffix, name=name or self.name or f"RunnableAssign<{','.join(self.mapper.steps__)}>")

    def __repr__(self) -> str:
        return f"RunnableAssign({self.mapper!r})"

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return {**_dict(self, input), **self._part.invoke(input, call)}

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return {**_dict(self, input), **await self._part.ainvoke(input, call)}

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        if shown := self._shown(0, input):
            yield shown
        yield from self._part.stream(input, call, **kwargs)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        if bounds()[0] is not None:
            return super()._transform(chunks, call, **kwargs)
        return self._merged(chunks, call, kwargs)

    def _merged(self, chunks: Iterator[Any], call: Call | None, kwargs: dict[str, Any]) -> Iterator[Any]:
        passing, mapped = tee(chunks, 2)
        for number, chunk in merged_in_threads([passing, self._part.transform(mapped, call, **kwargs)], *bounds()):
            if shown := self._shown(number, chunk):
                yield shown

    async def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        if shown := self._shown(0, input):
            yield shown
        chunks: Any = self._part.astream(input, call, **kwargs)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        if bounds()[0] is not None:
            return super()._atransform(chunks, call, **kwargs)
        return self._amerged(chunks, call, kwargs)

    async def _amerged(
        self, chunks: AsyncIterator[Any], call: Call | None, kwargs: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        passing, mapped = tee_async(chunks, 2)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(mapped.aclose)
            both = merged([passing, self._part.atransform(mapped, call, **kwargs)], *bounds())
            stack.push_async_callback(both.aclose)
            async for number, chunk in both:
                if shown := self._shown(number, chunk):
                    yield shown

    def _shown(self, number: int, chunk: Any) -> AddableDict:
        """Return a chunk as it goes on: of the input, what is not replaced."""
        if number == 1:
            return AddableDict(chunk)
        return AddableDict({key: value for key, value in _dict(self, chunk).items() if key not in self.mapper.steps__})


class RunnablePick(Traced[dict[str, Any], Any]):
    """Takes one key's value, or a dict of some keys, out of its input, a dict.

    Args:
        keys: One key, or a list of them. What is not there is `None`, or left out.
    """

    def __init__(self, keys: str | Sequence[str], *, name: str | None = None) -> None:
        self.keys: str | list[str] = keys if isinstance(keys, str) else list(keys)
        self.name: str | None = name

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it: its keys are part of that."""
        keys = [self.keys] if isinstance(self.keys, str) else self.keys
        return super().get_name(suffix, name=name or self.name or f"RunnablePick<{','.join(keys)}>")

    def __repr__(self) -> str:
        return f"RunnablePick({self.keys!r})"

    def _picked(self, input: Any) -> Any:
        found = _dict(self, input)
        if isinstance(self.keys, str):
            return found.get(self.keys)
        picked = AddableDict({key: found[key] for key in self.keys if key in found})
        return picked or None

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return self._picked(input)

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return self._picked(input)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        for chunk in chunks:
            if (picked := self._picked(chunk)) is not None:
                yield picked

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        async for chunk in chunks:
            if (picked := self._picked(chunk)) is not None:
                yield picked


def _dict(runnable: Runnable[Any, Any], input: Any) -> Mapping[str, Any]:
    if not isinstance(input, Mapping):
        raise NotADictError(f"{runnable.get_name()!r} takes a dict, got {type(input).__name__}: {input!r}")
    return input
