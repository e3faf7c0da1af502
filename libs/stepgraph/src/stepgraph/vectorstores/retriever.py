"""VectorStoreRetriever: a vector store as a runnable that finds documents for a query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from pydantic import Field, model_validator
from typing_extensions import Self

from stepgraph.documents import Document
from stepgraph.retrievers import BaseRetriever, LangSmithRetrieverParams

__all__ = ["VectorStoreRetriever"]


class VectorStoreRetriever(BaseRetriever):
    """A vector store as a retriever: what `VectorStore.as_retriever` makes.

    Attributes:
        vectorstore: The vector store.
        search_type: `"similarity"`, `"mmr"` for variety, or `"similarity_score_threshold"`.
        search_kwargs: What it is searched with, such as `k`, `filter`, `fetch_k`, `lambda_mult`, or `score_threshold`,
            which the last of these types needs.

    Raises:
        ValueError: The type of search is unknown, or `score_threshold` is missing.
    """

    allowed_search_types: ClassVar[Collection[str]] = ("similarity", "similarity_score_threshold", "mmr")

    vectorstore: Any
    search_type: str = "similarity"
    search_kwargs: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.search_type not in self.allowed_search_types:
            raise ValueError(
                f"search_type of {self.search_type} not allowed: expected one of {', '.join(self.allowed_search_types)}"
            )
        threshold = self.search_kwargs.get("score_threshold")
        if self.search_type == "similarity_score_threshold" and (
            isinstance(threshold, bool) or not isinstance(threshold, (int, float))
        ):
            raise ValueError(
                "search_type='similarity_score_threshold' needs the least score of what is found, from 0 to 1, as "
                f"search_kwargs={{'score_threshold': 0.8}}; got {threshold!r}"
            )
        return self

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        found = super()._get_ls_params(**{**self.search_kwargs, **kwargs})
        found["ls_vector_store_provider"] = type(self.vectorstore).__name__
        model = self.vectorstore.embeddings
        if model is None:
            model = getattr(self.vectorstore, "embedding", None)
        if model is not None:
            found["ls_embedding_provider"] = type(model).__name__
        return found

    def _get_relevant_documents(self, query: str, *, run_manager: Any = None, **kwargs: Any) -> list[Document]:
        given = {**self.search_kwargs, **kwargs}
        found: list[Document] = self.vectorstore.search(query, self.search_type, **given)
        return found

    async def _aget_relevant_documents(self, query: str, *, run_manager: Any = None, **kwargs: Any) -> list[Document]:
        given = {**self.search_kwargs, **kwargs}
        found: list[Document] = await self.vectorstore.asearch(query, self.search_type, **given)
        return found

    def add_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Add documents to the vector store; see `VectorStore.add_documents`."""
        return self.vectorstore.add_documents(documents, **kwargs)  # type: ignore[no-any-return]

    async def aadd_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Add documents to the vector store; see `VectorStore.add_documents`."""
        return await self.vectorstore.aadd_documents(documents, **kwargs)  # type: ignore[no-any-return]
