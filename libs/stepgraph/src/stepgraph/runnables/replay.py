"""Replay: the chunks of an input, remembered for as long as an attempt may have to be made again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any, TypeAlias

__all__ = ["AsyncReplay", "Replay"]

Change: TypeAlias = "Callable[[Any], Any] | None"
"""What is made of each chunk, for one attempt."""


class Replay:
    """An iterator that can be gone over again from its start, until it is let go.

    Args:
        chunks: The chunks.

    Attributes:
        failed: What the chunks ended with, if they did not end well: no other attempt could do anything about that.
    """

    def __init__(self, chunks: Iterator[Any]) -> None:
        self._chunks = chunks
        self.failed: Exception | None = None
        self._seen: list[Any] | None = []
        self._reader: Generator[Any, None, None] | None = None

    def again(self, change: Change) -> Iterator[Any]:
        """Return an iterator over the chunks, from the first one on; the last that was returned is over."""
        self.close()
        self._reader = self._read(change)
        return self._reader

    def let_go(self) -> None:
        """Remember no more."""
        self._seen = None

    def close(self) -> None:
        """Close the iterator that was returned last."""
        if self._reader is not None:
            self._reader.close()

    def _read(self, change: Change) -> Generator[Any, None, None]:
        for chunk in list(self._seen or ()):
            yield chunk if change is None else change(chunk)
        while True:
            try:
                chunk = next(self._chunks)
            except StopIteration:
                return
            except Exception as error:
                self.failed = error
                raise
            if self._seen is not None:
                self._seen.append(chunk)
            yield chunk if change is None else change(chunk)


class AsyncReplay:
    """An async iterator that can be gone over again from its start, until it is let go.

    Args:
        chunks: The chunks.

    Attributes:
        failed: What the chunks ended with, if they did not end well: no other attempt could do anything about that.
    """

    def __init__(self, chunks: AsyncIterator[Any]) -> None:
        self._chunks = chunks
        self.failed: Exception | None = None
        self._seen: list[Any] | None = []
        self._reader: AsyncGenerator[Any, None] | None = None

    def again(self, change: Change) -> AsyncIterator[Any]:
        """Return an iterator over the chunks, from the first one on; close the last one before."""
        self._reader = self._read(change)
        return self._reader

    def let_go(self) -> None:
        """Remember no more."""
        self._seen = None

    async def aclose(self) -> None:
        """Close the iterator that was returned last."""
        if self._reader is not None:
            await self._reader.aclose()

    async def _read(self, change: Change) -> AsyncGenerator[Any, None]:
        for chunk in list(self._seen or ()):
            yield chunk if change is None else change(chunk)
        while True:
            try:
                chunk = await self._chunks.__anext__()
            except StopAsyncIteration:
                return
            except Exception as error:
                self.failed = error
                raise
            if self._seen is not None:
                self._seen.append(chunk)
            yield chunk if change is None else change(chunk)
