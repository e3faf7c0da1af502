"""Incoming chunks: asked for in the scope in which the composition runs, and remembered where somebody wants to know.

A step of a sequence asks the step before for its chunks. It does so out of its own frame, which is none of the
business of the one before: what that finds around it must be what is around the sequence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from typing_extensions import Self

from stepgraph.config import Scope
from stepgraph.frames import Inside
from stepgraph.runnables.folding import fold

__all__ = ["AsyncIncoming", "Incoming"]

_NONE: Final = object()


class Incoming(Iterator[Any]):
    """The chunks that come into a runnable.

    Args:
        chunks: The chunks.
        scope: The scope to ask for them in.
        remembers: Whether somebody wants to know what came.
    """

    def __init__(self, chunks: Iterator[Any], scope: Scope | None, *, remembers: bool) -> None:
        self._chunks = chunks
        self._scope = scope
        self._seen: list[Any] | None = [] if remembers else None
        self._first: Any = _NONE

    def begin(self) -> None:
        """Ask for the first chunk: so what makes the chunks starts before what takes them."""
        self._first = next(self, _NONE)

    def facts(self) -> dict[str, Any]:
        """Return what handlers are told of what came in."""
        return {} if self._seen is None else {"inputs": fold(self._seen)}

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._first is not _NONE:
            first, self._first = self._first, _NONE
            return first
        with Inside(self._scope):
            chunk = next(self._chunks)
        if self._seen is not None:
            self._seen.append(chunk)
        return chunk

    def close(self) -> None:
        """Close the chunks, if they can be closed."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            with Inside(self._scope):
                close()


class AsyncIncoming(AsyncIterator[Any]):
    """The chunks that come into a runnable; see `Incoming`."""

    def __init__(self, chunks: AsyncIterator[Any], scope: Scope | None, *, remembers: bool) -> None:
        self._chunks = chunks
        self._scope = scope
        self._seen: list[Any] | None = [] if remembers else None
        self._first: Any = _NONE

    async def begin(self) -> None:
        """Ask for the first chunk."""
        try:
            self._first = await self.__anext__()
        except StopAsyncIteration:
            return

    def facts(self) -> dict[str, Any]:
        """Return what handlers are told of what came in."""
        return {} if self._seen is None else {"inputs": fold(self._seen)}

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._first is not _NONE:
            first, self._first = self._first, _NONE
            return first
        with Inside(self._scope):
            chunk = await self._chunks.__anext__()
        if self._seen is not None:
            self._seen.append(chunk)
        return chunk

    async def aclose(self) -> None:
        """Close the chunks, if they can be closed."""
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            with Inside(self._scope):
                await close()
