"""Parsers of streams: by each chunk, by pieces of the text, or by all that has come so far."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol

from stepgraph.output_parsers.base import BaseOutputParser, T
from stepgraph.output_parsers.patch import patch
from stepgraph.output_parsers.reading import as_chunk, generation_of, text_of
from stepgraph.outputs import Generation
from stepgraph.runnables.call import Call
from stepgraph.runnables.traced import Traced

__all__ = ["BaseCumulativeTransformOutputParser", "BaseTransformOutputParser", "Begun", "PiecewiseOutputParser"]


class BaseTransformOutputParser(BaseOutputParser[T], Generic[T]):
    """A parser that reads each chunk of a stream by itself."""

    if not TYPE_CHECKING:  # these are inherited, for those who read types
        transform = Traced.transform
        atransform = Traced.atransform

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        for chunk in chunks:
            yield self.parse_result([generation_of(chunk)])

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        async for chunk in chunks:
            yield await self.aparse_result([generation_of(chunk)])


class Begun(Protocol):
    """Text of which more is to come."""

    def more(self, text: str) -> Iterable[Any]:
        """Add text and return what it makes whole."""

    def rest(self) -> Iterable[Any]:
        """Return what is left when the text has ended."""


class PiecewiseOutputParser(BaseTransformOutputParser[T], Generic[T]):
    """A parser that yields a piece of a text when it is whole; subclasses say how a text begins."""

    def _begin(self) -> Begun:
        """Return a text of which nothing has come yet."""
        raise NotImplementedError(f"{type(self).__name__} must define _begin()")

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        begun = self._begin()
        for chunk in chunks:
            yield from begun.more(text_of(chunk))
        yield from begun.rest()

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        begun = self._begin()
        async for chunk in chunks:
            for piece in begun.more(text_of(chunk)):
                yield piece
        for piece in begun.rest():
            yield piece


class BaseCumulativeTransformOutputParser(BaseTransformOutputParser[T], Generic[T]):
    """A parser that reads all that has come so far, and yields what it makes of that whenever it is something else.

    When the stream has ended, the whole is read once more as `invoke` would read it, so that an answer that was cut
    off, or does not fit, is an error here too.

    Attributes:
        diff: Whether it yields what has changed, as operations of JSON Patch (RFC 6902), in place of the whole.
    """

    _reads_text: ClassVar[bool] = False
    """Whether `parse_result` looks at the text only: then messages need not be added up."""

    diff: bool = False

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Take nothing for granted where a subclass has a `parse_result` of its own."""
        super().__pydantic_init_subclass__(**kwargs)
        if "parse_result" in cls.__dict__ and "_reads_text" not in cls.__dict__:
            cls._reads_text = False

    def _diff(self, prev: Any | None, next: Any) -> Any:  # noqa: A002 - as subclasses of others call it
        """Return what has changed between two of its results."""
        return patch(prev, next)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        growing = _Growing(self)
        for chunk in chunks:
            yield from growing.news(self.parse_result(growing.with_chunk(chunk), partial=True))
        if growing.so_far:
            yield from growing.news(self.parse_result(growing.so_far))

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        growing = _Growing(self)
        async for chunk in chunks:
            for made in growing.news(await self.aparse_result(growing.with_chunk(chunk), partial=True)):
                yield made
        if growing.so_far:
            for made in growing.news(await self.aparse_result(growing.so_far)):
                yield made


class _Growing:
    """What has come so far, and what was made of it last.

    Attributes:
        so_far: The answer up to now, in a list; empty before the first chunk.
    """

    def __init__(self, parser: BaseCumulativeTransformOutputParser[Any]) -> None:
        self._parser = parser
        self._made: Any = None
        self._message: Any = None
        self._text = ""
        self.so_far: list[Generation] = []

    def with_chunk(self, chunk: Any) -> list[Generation]:
        """Add a chunk and return the answer up to now."""
        if self._parser._reads_text or isinstance(chunk, str):
            self._text += text_of(chunk)
            self.so_far = [Generation(self._text)]
            return self.so_far
        chunk = as_chunk(chunk)
        self._message = chunk if self._message is None else self._message + chunk
        self.so_far = [generation_of(self._message)]
        return self.so_far

    def news(self, made: Any) -> Iterator[Any]:
        """Yield what is made of it, if that is something else than the last time."""
        if made is not None and made != self._made:
            before, self._made = self._made, made
            yield self._parser._diff(before, made) if self._parser.diff else made
