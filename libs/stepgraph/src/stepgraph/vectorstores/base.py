"""VectorStore: the interface of what keeps documents with their vectors and finds them by what they mean.

Who subclasses it writes `from_texts`, `similarity_search`, one of `add_texts` and `add_documents`, and what else the
store can do. An async twin that is missing calls its sync one in the engine's threads.
"""

from __future__ import annotations

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from typing_extensions import Self

from stepgraph.documents import Document
from stepgraph.embeddings import Embeddings
from stepgraph.errors import StepgraphWarning
from stepgraph.execution.threads import in_thread
from stepgraph.vectorstores.retriever import VectorStoreRetriever

__all__ = ["VectorStore"]

Scored: TypeAlias = list[tuple[Document, float]]


class VectorStore(ABC):
    """Keeps documents with their vectors and finds them by what they mean."""

    @property
    def embeddings(self) -> Embeddings | None:
        """What turns texts into vectors, where the store tells."""
        return None

    # Adding, deleting and getting.

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, or put them in the place of those with the same ids.

        Args:
            texts: The texts.
            metadatas: What is known of each.
            ids: The id of each; made up where there are none.
            kwargs: What else the store takes.

        Returns:
            The ids.

        Raises:
            ValueError: There are not as many metadatas, or ids, as texts.
        """
        if type(self).add_documents is VectorStore.add_documents:
            raise NotImplementedError(f"{type(self).__name__} defines neither add_texts nor add_documents")
        given = {} if ids is None else {"ids": ids}
        return self.add_documents(documents_of(texts, metadatas, ids), **given, **kwargs)

    async def aadd_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """See `add_texts`."""
        given = {} if ids is None else {"ids": ids}
        if type(self).aadd_documents is VectorStore.aadd_documents:
            return await in_thread(self.add_texts, texts, metadatas, **given, **kwargs)  # type: ignore[no-any-return]
        return await self.aadd_documents(documents_of(texts, metadatas, ids), **given, **kwargs)

    def add_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """Add documents, or put them in the place of those with the same ids.

        Args:
            documents: The documents. Those without an id are given one.
            kwargs: What else the store takes; `ids` count more than those of the documents.

        Returns:
            The ids.
        """
        if type(self).add_texts is VectorStore.add_texts:
            raise NotImplementedError(f"{type(self).__name__} defines neither add_documents nor add_texts")
        return self.add_texts(*texts_of(documents, kwargs), **kwargs)

    async def aadd_documents(self, documents: list[Document], **kwargs: Any) -> list[str]:
        """See `add_documents`."""
        if type(self).aadd_texts is VectorStore.aadd_texts:
            return await in_thread(self.add_documents, documents, **kwargs)  # type: ignore[no-any-return]
        return await self.aadd_texts(*texts_of(documents, kwargs), **kwargs)

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """Delete documents.

        Args:
            ids: Which; some stores take `None` for all.
            kwargs: What else the store takes.

        Returns:
            Whether they are deleted; `None` where the store does not tell.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot delete")

    async def adelete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """See `delete`."""
        return await in_thread(self.delete, ids, **kwargs)  # type: ignore[no-any-return]

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents with some ids, in no particular order. Ids that are not there are passed by."""
        raise NotImplementedError(f"{type(self).__name__} cannot get documents by their ids")

    async def aget_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """See `get_by_ids`."""
        return await in_thread(self.get_by_ids, ids)  # type: ignore[no-any-return]

    # Searching.

    def search(self, query: str, search_type: str, **kwargs: Any) -> list[Document]:
        """Return documents for a query.

        Args:
            query: The query.
            search_type: `"similarity"`, `"mmr"` (see `max_marginal_relevance_search`) or
                `"similarity_score_threshold"` (see `similarity_search_with_relevance_scores`).
            kwargs: For that kind of search.

        Raises:
            ValueError: There is no such kind of search.
        """
        if search_type == "similarity":
            return self.similarity_search(query, **kwargs)
        if search_type == "mmr":
            return self.max_marginal_relevance_search(query, **kwargs)
        if search_type == "similarity_score_threshold":
            return [document for document, _ in self.similarity_search_with_relevance_scores(query, **kwargs)]
        raise _unknown(search_type)

    async def asearch(self, query: str, search_type: str, **kwargs: Any) -> list[Document]:
        """See `search`."""
        if search_type == "similarity":
            return await self.asimilarity_search(query, **kwargs)
        if search_type == "mmr":
            return await self.amax_marginal_relevance_search(query, **kwargs)
        if search_type == "similarity_score_threshold":
            found = await self.asimilarity_search_with_relevance_scores(query, **kwargs)
            return [document for document, _ in found]
        raise _unknown(search_type)

    @abstractmethod
    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the documents that are nearest to a query.

        Args:
            query: The query.
            k: How many at the most.
            kwargs: What else the store takes, such as `filter`.
        """

    async def asimilarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """See `similarity_search`."""
        return await in_thread(self.similarity_search, query, k=k, **kwargs)  # type: ignore[no-any-return]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        """Return the documents that are nearest to a query, each with the store's own measure of how near it is."""
        raise NotImplementedError(f"{type(self).__name__} cannot search with scores")

    async def asimilarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        """See `similarity_search_with_score`."""
        return await in_thread(self.similarity_search_with_score, query, k=k, **kwargs)  # type: ignore[no-any-return]

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the documents that are nearest to a vector."""
        raise NotImplementedError(f"{type(self).__name__} cannot search by a vector")

    async def asimilarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """See `similarity_search_by_vector`."""
        return await in_thread(self.similarity_search_by_vector, embedding, k=k, **kwargs)  # type: ignore[no-any-return]

    def similarity_search_with_relevance_scores(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        """Return the documents that are nearest to a query, each with a score from 0.0, unlike it, to 1.0, like it.

        Args:
            query: The query.
            k: How many at the most.
            kwargs: `score_threshold`, the least score of what is found; and what else the store takes.
        """
        threshold = kwargs.pop("score_threshold", None)
        return _relevant(self._similarity_search_with_relevance_scores(query, k=k, **kwargs), threshold)

    async def asimilarity_search_with_relevance_scores(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        """See `similarity_search_with_relevance_scores`."""
        threshold = kwargs.pop("score_threshold", None)
        return _relevant(await self._asimilarity_search_with_relevance_scores(query, k=k, **kwargs), threshold)

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return documents that are near to a query and different from each other.

        Args:
            query: The query.
            k: How many at the most.
            fetch_k: How many of the nearest to choose from.
            lambda_mult: From 0.0, for as much variety as there can be, to 1.0, for nearness alone.
            kwargs: What else the store takes, such as `filter`.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot search for variety")

    async def amax_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """See `max_marginal_relevance_search`."""
        kwargs.update(k=k, fetch_k=fetch_k, lambda_mult=lambda_mult)
        return await in_thread(self.max_marginal_relevance_search, query, **kwargs)  # type: ignore[no-any-return]

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return documents that are near to a vector and different from each other; see the search by a query."""
        raise NotImplementedError(f"{type(self).__name__} cannot search for variety by a vector")

    async def amax_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """See `max_marginal_relevance_search_by_vector`."""
        kwargs.update(k=k, fetch_k=fetch_k, lambda_mult=lambda_mult)
        search = self.max_marginal_relevance_search_by_vector
        return await in_thread(search, embedding, **kwargs)  # type: ignore[no-any-return]

    # Relevance: hooks for stores whose scores are no such thing.

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        """Return what makes a relevance, from 0.0 to 1.0, of the store's own score."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say how relevant a score is; define _select_relevance_score_fn"
        )

    def _similarity_search_with_relevance_scores(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        relevance = self._select_relevance_score_fn()
        found = self.similarity_search_with_score(query, k, **kwargs)
        return [(document, relevance(score)) for document, score in found]

    async def _asimilarity_search_with_relevance_scores(self, query: str, k: int = 4, **kwargs: Any) -> Scored:
        relevance = self._select_relevance_score_fn()
        found = await self.asimilarity_search_with_score(query, k, **kwargs)
        return [(document, relevance(score)) for document, score in found]

    @staticmethod
    def _cosine_relevance_score_fn(distance: float) -> float:
        return 1.0 - distance

    @staticmethod
    def _euclidean_relevance_score_fn(distance: float) -> float:
        return 1.0 - distance / math.sqrt(2)  # vectors of length 1 that have nothing in common are that far apart

    @staticmethod
    def _max_inner_product_relevance_score_fn(distance: float) -> float:
        return 1.0 - distance if distance > 0 else -1.0 * distance

    # Making.

    @classmethod
    def from_documents(cls, documents: list[Document], embedding: Embeddings, **kwargs: Any) -> Self:
        """Return a store of documents; see `from_texts`."""
        texts, metadatas = texts_of(documents, kwargs)
        return cls.from_texts(texts, embedding, metadatas=metadatas, **kwargs)

    @classmethod
    async def afrom_documents(cls, documents: list[Document], embedding: Embeddings, **kwargs: Any) -> Self:
        """See `from_documents`."""
        texts, metadatas = texts_of(documents, kwargs)
        return await cls.afrom_texts(texts, embedding, metadatas=metadatas, **kwargs)

    @classmethod
    @abstractmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a store of texts.

        Args:
            texts: The texts.
            embedding: What turns texts into vectors.
            metadatas: What is known of each text.
            ids: The id of each.
            kwargs: What else the store takes.
        """

    @classmethod
    async def afrom_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """See `from_texts`."""
        given = kwargs if ids is None else {**kwargs, "ids": ids}
        return await in_thread(cls.from_texts, texts, embedding, metadatas, **given)  # type: ignore[no-any-return]

    def _get_retriever_tags(self) -> list[str]:
        """Return what the runs of its retrievers are labelled with."""
        model = self.embeddings
        return [type(self).__name__] if model is None else [type(self).__name__, type(model).__name__]

    def as_retriever(self, **kwargs: Any) -> VectorStoreRetriever:
        """Return a runnable that searches this store.

        Args:
            kwargs: What a `VectorStoreRetriever` is made of: `search_type`, `search_kwargs`, `tags`, `metadata`, …

        Example:
            >>> from stepgraph.embeddings import DeterministicFakeEmbedding
            >>> from stepgraph.vectorstores import InMemoryVectorStore
            >>> store = InMemoryVectorStore.from_texts(["bread", "butter"], DeterministicFakeEmbedding(size=8))
            >>> store.as_retriever(search_kwargs={"k": 1}).invoke("butter")[0].page_content
            'butter'
        """
        tags = kwargs.pop("tags", None) or self._get_retriever_tags()
        return VectorStoreRetriever(vectorstore=self, tags=list(tags), **kwargs)


def documents_of(
    texts: Iterable[str], metadatas: Sequence[dict[str, Any]] | None, ids: Sequence[str | None] | None
) -> list[Document]:
    """Return texts as documents.

    Raises:
        ValueError: There are not as many metadatas, or ids, as texts.
    """
    texts = list(texts)
    for what, given in (("metadatas", metadatas), ("ids", ids)):
        if given and len(given) != len(texts):
            raise ValueError(f"there must be as many {what} as texts: got {len(given)} {what} for {len(texts)} texts")
    known = metadatas or [{}] * len(texts)
    identities = ids or [None] * len(texts)
    return [
        Document(page_content=text, metadata=metadata, id=identity)
        for text, metadata, identity in zip(texts, known, identities, strict=True)
    ]


def texts_of(documents: Sequence[Document], kwargs: dict[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the texts and metadatas of documents; their ids go into `kwargs`, if there are any and none are there."""
    ids = [document.id for document in documents]
    if "ids" not in kwargs and any(ids):
        kwargs["ids"] = ids
    return [document.page_content for document in documents], [document.metadata for document in documents]


def _unknown(search_type: str) -> ValueError:
    known = ", ".join(map(repr, VectorStoreRetriever.allowed_search_types))
    return ValueError(f"search_type of {search_type} not allowed: expected one of {known}")


def _relevant(found: Scored, threshold: float | None) -> Scored:
    if any(not 0.0 <= score <= 1.0 for _, score in found):
        warnings.warn(
            f"relevance scores lie between 0 and 1, got {[score for _, score in found]}; see "
            "_select_relevance_score_fn",
            StepgraphWarning,
            stacklevel=3,
        )
    return [pair for pair in found if threshold is None or pair[1] >= threshold]
