"""RunnableBranch: the first of several runnables whose condition holds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Any

from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.parts import Part
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableBranch"]


class RunnableBranch(Traced[Input, Output]):
    """Runs the first of several runnables whose condition holds for the input, the default where none does.

    Args:
        *branches: Pairs of a condition (a runnable or a function) and a runnable; last the default, a runnable.

    Raises:
        ValueError: There is no pair, or no default, or a tuple that is no pair.
        TypeError: A branch is no tuple, or holds what is no runnable.
    """

    def __init__(self, *branches: Any) -> None:
        if len(branches) < 2:
            raise ValueError(f"a branch has at least one pair and a default, got {len(branches)} arguments")
        *pairs, default = branches
        if isinstance(default, (tuple, list)):
            raise TypeError("the last argument of RunnableBranch is the default, a runnable; got a pair")
        self.branches: list[tuple[Runnable[Any, Any], Runnable[Any, Any]]] = list(pairs)
        self.default: Runnable[Any, Any] = default
        self._derive()

    def _derive(self) -> None:
        self.branches = [_pair(each) for each in self.branches]
        self.default = MAKERS.coerce(self.default)
        self._pairs = [
            (Part(condition, f"condition:{number}"), Part(runnable, f"branch:{number}"))
            for number, (condition, runnable) in enumerate(self.branches, start=1)
        ]
        self._default = Part(self.default, "branch:default")

    def __repr__(self) -> str:
        return f"RunnableBranch({', '.join([*map(repr, self.branches), repr(self.default)])})"

    def _chosen(self, input: Any, call: Call | None) -> Part:
        for condition, part in self._pairs:
            if condition.invoke(input, call):
                return part
        return self._default

    async def _achosen(self, input: Any, call: Call | None) -> Part:
        for condition, part in self._pairs:
            if await condition.ainvoke(input, call):
                return part
        return self._default

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return self._chosen(input, call).invoke(input, call, **kwargs)

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return await (await self._achosen(input, call)).ainvoke(input, call, **kwargs)

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        yield from self._chosen(input, call).stream(input, call, **kwargs)

    async def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        chunks: Any = (await self._achosen(input, call)).astream(input, call, **kwargs)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)


def _pair(branch: Any) -> tuple[Runnable[Any, Any], Runnable[Any, Any]]:
    problem = f"a branch is a pair of a condition and a runnable, got {branch!r}"
    if not isinstance(branch, (tuple, list)):
        raise TypeError(problem)
    if len(branch) != 2:
        raise ValueError(problem)
    return MAKERS.coerce(branch[0]), MAKERS.coerce(branch[1])
