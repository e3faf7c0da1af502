"""BaseDocumentCompressor: what leaves of documents that were found only what answers the query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict  # noqa: TID253 - who imports this module wants it

from stepgraph.documents.document import Document
from stepgraph.execution.threads import in_thread

__all__ = ["BaseDocumentCompressor"]


class BaseDocumentCompressor(BaseModel, ABC):
    """Shortens, drops or reorders documents with a query in mind. Its attributes are pydantic fields."""

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    @abstractmethod
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Any = None
    ) -> Sequence[Document]:
        """Return what is left of some documents.

        Args:
            documents: What a retriever found.
            query: What it was asked.
            callbacks: Handlers, or a manager, for what runs inside.
        """

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Any = None
    ) -> Sequence[Document]:
        """See `compress_documents`, which is called in the engine's threads where this is not overridden."""
        return await in_thread(self.compress_documents, documents, query, callbacks)  # type: ignore[no-any-return]
