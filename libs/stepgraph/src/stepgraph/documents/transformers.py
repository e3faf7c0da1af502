"""BaseDocumentTransformer: what makes documents of documents: splits, filters or translates them, for instance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from stepgraph.documents.document import Document
from stepgraph.execution.threads import in_thread

__all__ = ["BaseDocumentTransformer"]


class BaseDocumentTransformer(ABC):
    """Makes documents of documents."""

    @abstractmethod
    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:
        """Return what becomes of some documents."""

    async def atransform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:
        """See `transform_documents`, which is called in the engine's threads where this is not overridden."""
        return await in_thread(self.transform_documents, documents, **kwargs)  # type: ignore[no-any-return]
