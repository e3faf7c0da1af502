"""Embeddings: what turns texts into vectors. Texts that mean something alike have vectors that lie near together.

Who subclasses it writes the sync methods and, where the model can be asked without a thread, the async ones.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol, cast

from stepgraph.execution.threads import in_thread

__all__ = ["EmbeddingModel", "Embeddings", "aembed_documents", "aembed_query"]


class EmbeddingModel(Protocol):
    """Whatever has the two methods; the async twins may be missing."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts that will be searched."""

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text to search for."""


class Embeddings(ABC):
    """A model that turns texts into vectors, all of them of one length."""

    @abstractmethod
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts that will be searched, in their order."""

    @abstractmethod
    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text to search for."""

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """See `embed_documents`, which is called in the engine's threads where this is not overridden."""
        return await in_thread(self.embed_documents, texts)  # type: ignore[no-any-return]

    async def aembed_query(self, text: str) -> list[float]:
        """See `embed_query`, which is called in the engine's threads where this is not overridden."""
        return await in_thread(self.embed_query, text)  # type: ignore[no-any-return]


# Asking a model that may have the sync methods alone.


async def aembed_documents(model: EmbeddingModel, texts: list[str]) -> Sequence[Sequence[float]]:
    """Return the vectors of texts, without blocking the event loop."""
    twin: Any = getattr(model, "aembed_documents", None)
    found = await (in_thread(model.embed_documents, texts) if twin is None else twin(texts))
    return cast("Sequence[Sequence[float]]", found)


async def aembed_query(model: EmbeddingModel, text: str) -> Sequence[float]:
    """Return the vector of a text to search for, without blocking the event loop."""
    twin: Any = getattr(model, "aembed_query", None)
    found = await (in_thread(model.embed_query, text) if twin is None else twin(text))
    return cast("Sequence[float]", found)
