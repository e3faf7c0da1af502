"""StrOutputParser: the text of a message, and of each chunk of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, ClassVar

from stepgraph.output_parsers.reading import text_of
from stepgraph.output_parsers.transform import BaseTransformOutputParser
from stepgraph.runnables.call import Call

__all__ = ["StrOutputParser"]


class StrOutputParser(BaseTransformOutputParser[str]):
    """Returns the text of a message, without blocks of other kinds; in a stream, that of each chunk as it comes."""

    _is_bare: ClassVar[bool] = True
    """Whether no subclass does something with the text."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """See whether a subclass does."""
        super().__pydantic_init_subclass__(**kwargs)
        if not cls.__dict__.keys().isdisjoint(("parse", "aparse", "parse_result", "aparse_result")):
            cls._is_bare = False

    def parse(self, text: str) -> str:
        """Return the text."""
        return text

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return text_of(input) if self._is_bare else super()._invoke(input, call, **kwargs)

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        return text_of(input) if self._is_bare else await super()._ainvoke(input, call, **kwargs)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        return map(text_of, chunks) if self._is_bare else super()._transform(chunks, call, **kwargs)

    def _atransform(self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        return _texts(chunks) if self._is_bare else super()._atransform(chunks, call, **kwargs)

    @property
    def _type(self) -> str:
        return "default"


async def _texts(chunks: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    async for chunk in chunks:
        yield text_of(chunk)
