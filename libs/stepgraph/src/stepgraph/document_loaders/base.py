"""BaseLoader and BaseBlobParser: where documents come from.

Who subclasses one writes a generator, so that one document after another is in memory, never all of them. An async twin
that is missing makes each step of that generator in the engine's threads, at the pace of who reads it, and closes it
when nobody reads on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Protocol

from stepgraph.documents.blob import Blob
from stepgraph.documents.document import Document
from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread

__all__ = ["BaseBlobParser", "BaseLoader", "TextSplitter"]


class TextSplitter(Protocol):
    """What cuts documents into smaller ones."""

    def split_documents(self, documents: Iterable[Any]) -> Iterable[Any]:
        """Return what documents are cut into, each with `page_content` and `metadata`."""


class BaseLoader(ABC):  # noqa: B024 - a subclass may define either of two methods
    """Loads documents from wherever they are.

    A subclass defines `lazy_load`, and `alazy_load` where it can wait for its source without a thread.

    Example:
        >>> class Lines(BaseLoader):
        ...     def __init__(self, path):
        ...         self.path = path
        ...
        ...     def lazy_load(self):
        ...         with open(self.path) as file:
        ...             for number, line in enumerate(file):
        ...                 yield Document(line, metadata={"source": self.path, "line": number})
    """

    def load(self) -> list[Document]:
        """Return all documents."""
        return list(self.lazy_load())

    def lazy_load(self) -> Iterator[Document]:
        """Yield documents, each when it is asked for.

        Raises:
            NotImplementedError: The class defines neither this nor `load`.
        """
        kind = type(self)
        if kind.load is not BaseLoader.load:
            return iter(self.load())
        is_async = kind.alazy_load is not BaseLoader.alazy_load
        instead = " or be read with `async for … in ….alazy_load()`" if is_async else ""
        raise NotImplementedError(f"{kind.__name__} must define lazy_load(), a generator of documents{instead}")

    def load_and_split(self, text_splitter: TextSplitter | None = None) -> list[Document]:
        """Return all documents, cut into smaller ones.

        Args:
            text_splitter: Cuts them: whatever has `split_documents`.

        Raises:
            ValueError: There is no splitter; there is none that would be taken instead.
        """
        return _split(self.load(), _splitter(text_splitter, "load_and_split"))

    async def aload(self) -> list[Document]:
        """See `load`."""
        return [document async for document in self.alazy_load()]

    def alazy_load(self) -> AsyncIterator[Document]:
        """See `lazy_load`."""
        return in_threads(lambda _: iter(self.lazy_load()), None)

    async def aload_and_split(self, text_splitter: TextSplitter | None = None) -> list[Document]:
        """See `load_and_split`; the documents are cut in one of the engine's threads."""
        splitter = _splitter(text_splitter, "aload_and_split")
        return await in_thread(_split, await self.aload(), splitter)  # type: ignore[no-any-return]


class BaseBlobParser(ABC):
    """Makes documents of a blob, wherever that came from. A subclass defines `lazy_parse`.

    Example:
        >>> class Words(BaseBlobParser):
        ...     def lazy_parse(self, blob):
        ...         for word in blob.as_string().split():
        ...             yield Document(word, metadata={"source": blob.source})
        >>> [document.page_content for document in Words().parse(Blob.from_data("some words"))]
        ['some', 'words']
    """

    @abstractmethod
    def lazy_parse(self, blob: Blob) -> Iterator[Document]:
        """Yield the documents of a blob, each when it is asked for."""

    def parse(self, blob: Blob) -> list[Document]:
        """Return all documents of a blob."""
        return list(self.lazy_parse(blob))

    def alazy_parse(self, blob: Blob) -> AsyncIterator[Document]:
        """See `lazy_parse`."""
        return in_threads(lambda given: iter(self.lazy_parse(given)), blob)

    async def aparse(self, blob: Blob) -> list[Document]:
        """See `parse`."""
        return [document async for document in self.alazy_parse(blob)]


def _splitter(given: TextSplitter | None, door: str) -> TextSplitter:
    if given is None:
        raise ValueError(f"{door}() needs a text_splitter, an object with split_documents(documents); got none")
    return given


def _split(documents: list[Document], splitter: TextSplitter) -> list[Document]:
    return [_ours(piece) for piece in splitter.split_documents(documents)]


def _ours(piece: Any) -> Document:
    """Return a document of ours for what a splitter from elsewhere made of one."""
    if isinstance(piece, Document):
        return piece
    return Document(piece.page_content, metadata=piece.metadata, id=getattr(piece, "id", None))
