"""BlobLoader: what finds raw content, in a folder for instance, and leaves to parsers what is made of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable

from stepgraph.documents.blob import Blob, PathLike
from stepgraph.execution.bridge import in_threads

__all__ = ["Blob", "BlobLoader", "PathLike"]


class BlobLoader(ABC):
    """Finds raw content. Its async twin, where it is not overridden, asks for each blob in the engine's threads."""

    @abstractmethod
    def yield_blobs(self) -> Iterable[Blob]:
        """Yield blobs, each when it is asked for."""

    def ayield_blobs(self) -> AsyncIterator[Blob]:
        """See `yield_blobs`."""
        return in_threads(lambda _: iter(self.yield_blobs()), None)
