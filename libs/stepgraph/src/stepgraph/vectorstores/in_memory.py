"""InMemoryVectorStore: documents and their vectors in a dict, searched exactly: all of them, each time.

With numpy that is a product of one matrix, which is kept up to date; without it, sums. Results are the same. What adds
asks the embedding model first and changes nothing until all vectors are there and sound. Documents go in and come out
as copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from typing_extensions import Self

from stepgraph.documents import Document
from stepgraph.embeddings import Embeddings
from stepgraph.embeddings.base import aembed_documents, aembed_query
from stepgraph.execution.threads import in_thread
from stepgraph.vectors import nearest
from stepgraph.vectorstores.base import VectorStore
from stepgraph.vectorstores.files import read_entries, write_entries
from stepgraph.vectorstores.filters import Filter, test_of
from stepgraph.vectorstores.table import Entry, Table, check_vectors
from stepgraph.vectorstores.variety import maximal_marginal_relevance

__all__ = ["InMemoryVectorStore"]


class InMemoryVectorStore(VectorStore):
    """Documents and their vectors in memory.

    Scores are cosines, from -1.0 to 1.0; of documents that are equally near, the one that was added first comes first.
    All searches take a `filter`: a function of a document, or a dict of what its metadata must hold.

    Args:
        embedding: What turns texts into vectors. The async twins of its methods may be missing.

    Attributes:
        store: The entries by id, each a dict of `id`, `vector`, `text` and `metadata`. It may be edited: entries may
            be added, replaced and removed, but what is in one stays as it is.
        embedding: What turns texts into vectors.

    Example:
        >>> from stepgraph.embeddings import DeterministicFakeEmbedding
        >>> store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
        >>> store.add_texts(["bread", "butter"], [{"price": 3}, {"price": 2}], ids=["1", "2"])
        ['1', '2']
        >>> store.similarity_search("bread", k=1)
        [Document(id='1', metadata={'price': 3}, page_content='bread')]
        >>> store.similarity_search("bread", filter={"price": 2})
        [Document(id='2', metadata={'price': 2}, page_content='butter')]
    """

    def __init__(self, embedding: Embeddings) -> None:
        self.store: dict[str, Entry] = {}
        self.embedding: Embeddings = embedding
        self._table = Table()

    @property
    def embeddings(self) -> Embeddings:
        """What turns texts into vectors."""
        return self.embedding

    # Adding, deleting and getting.

    def add_documents(self, documents: list[Document], ids: list[str] | None = None, **kwargs: Any) -> list[str]:
        """Add documents, or put them in the place of those with the same ids.

        Args:
            documents: The documents.
            ids: The id of each; by default its own, or a new one.
            kwargs: Ignored.

        Returns:
            The ids.

        Raises:
            ValueError: There are not as many ids as documents, or the embedding returned something unsound.
        """
        identities = _identities(documents, ids)
        vectors = self.embedding.embed_documents([each.page_content for each in documents]) if documents else []
        return self._put(documents, identities, vectors)

    async def aadd_documents(self, documents: list[Document], ids: list[str] | None = None, **kwargs: Any) -> list[str]:
        """See `add_documents`."""
        identities = _identities(documents, ids)
        texts = [each.page_content for each in documents]
        vectors = await aembed_documents(self.embedding, texts) if texts else []
        return self._put(documents, identities, vectors)

    def _put(self, documents: Sequence[Document], ids: list[str], vectors: Sequence[Sequence[float]]) -> list[str]:
        """Keep documents; entries are never changed, so that what searches meanwhile sees the old ones or the new."""
        found = check_vectors(vectors, len(documents), self.store)
        self.store.update(
            {
                id: {"id": id, "vector": vector, "text": document.page_content, "metadata": dict(document.metadata)}
                for id, vector, document in zip(ids, found, documents, strict=True)
            }
        )
        return ids

    def delete(self, ids: Sequence[str] | None = None, **kwargs: Any) -> None:
        """Delete the documents with some ids; those that are not there are passed by, and so is `None`."""
        for id in ids or ():
            self.store.pop(id, None)

    async def adelete(self, ids: Sequence[str] | None = None, **kwargs: Any) -> None:
        """See `delete`."""
        self.delete(ids, **kwargs)

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents with some ids, in the order of the ids. Those that are not there are passed by."""
        return [_document(self.store[id]) for id in ids if id in self.store]

    async def aget_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """See `get_by_ids`."""
        return self.get_by_ids(ids)

    # Searching.

    def _found(self, embedding: Sequence[float], k: int, filter: Filter) -> list[tuple[Entry, float]]:
        """Return the entries that are nearest to a vector."""
        test = test_of(filter, _document)
        view = self._table.view(self.store)
        entries = view.entries
        positions: Sequence[int] = range(len(entries))
        if test is not None:
            positions = [place for place, entry in enumerate(entries) if test(entry)]
        scores = view.scores(embedding, positions)
        return [(entries[positions[place]], float(scores[place])) for place in nearest(scores, k)]

    def similarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """Return the documents that are nearest to a vector, each with its cosine.

        Args:
            embedding: The vector.
            k: How many at the most.
            filter: A function of a document, or a dict of what its metadata must hold.
            kwargs: Ignored.

        Raises:
            ValueError: The vector has another length than those in the store.
        """
        return [(_document(entry), score) for entry, score in self._found(embedding, k, filter)]

    async def asimilarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """See `similarity_search_with_score_by_vector`."""
        return self.similarity_search_with_score_by_vector(embedding, k, filter, **kwargs)

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """Return the documents that are nearest to a query, each with its cosine."""
        return self.similarity_search_with_score_by_vector(self.embedding.embed_query(query), k, **kwargs)

    async def asimilarity_search_with_score(
        self, query: str, k: int = 4, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """See `similarity_search_with_score`."""
        embedding: Any = await aembed_query(self.embedding, query)
        return self.similarity_search_with_score_by_vector(embedding, k, **kwargs)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the documents that are nearest to a vector."""
        return [document for document, _ in self.similarity_search_with_score_by_vector(embedding, k, **kwargs)]

    async def asimilarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """See `similarity_search_by_vector`."""
        return self.similarity_search_by_vector(embedding, k, **kwargs)

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the documents that are nearest to a query."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    async def asimilarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """See `similarity_search`."""
        return [document for document, _ in await self.asimilarity_search_with_score(query, k, **kwargs)]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, cosine)  # what points away is no less relevant than what has nothing to do

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        *,
        filter: Filter = None,
        **kwargs: Any,
    ) -> list[Document]:
        """Return documents that are near to a vector and different from each other; see the search by a query."""
        found = [entry for entry, _ in self._found(embedding, fetch_k, filter)]
        vectors = [entry["vector"] for entry in found]
        return [_document(found[place]) for place in maximal_marginal_relevance(embedding, vectors, lambda_mult, k)]

    async def amax_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        *,
        filter: Filter = None,
        **kwargs: Any,
    ) -> list[Document]:
        """See `max_marginal_relevance_search_by_vector`."""
        search = self.max_marginal_relevance_search_by_vector
        return search(embedding, k, fetch_k, lambda_mult, filter=filter, **kwargs)

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return documents that are near to a query and different from each other; see `VectorStore`."""
        embedding = self.embedding.embed_query(query)
        return self.max_marginal_relevance_search_by_vector(embedding, k, fetch_k, lambda_mult, **kwargs)

    async def amax_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """See `max_marginal_relevance_search`."""
        embedding: Any = await aembed_query(self.embedding, query)
        return self.max_marginal_relevance_search_by_vector(embedding, k, fetch_k, lambda_mult, **kwargs)

    # Making, and files.

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Return a store of texts; see `VectorStore.from_texts`."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids, **kwargs)
        return store

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
        store = cls(embedding)
        await store.aadd_texts(texts, metadatas, ids=ids, **kwargs)
        return store

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write all documents and vectors to a JSON file. A file that is there already is replaced once all is written.

        Raises:
            TypeError: The metadata of a document hold something that is no JSON; the message names it.
        """
        write_entries(path, self.store)

    async def adump(self, path: str | os.PathLike[str]) -> None:
        """See `dump`."""
        await in_thread(self.dump, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], embedding: Embeddings, **kwargs: Any) -> Self:
        """Return the store that was written to a file, here or by LangChain's class of this name.

        Args:
            path: The file.
            embedding: The model whose vectors are in it.
            kwargs: For the store.

        Raises:
            ValueError: The file holds something else.
        """
        store = cls(embedding, **kwargs)
        store.store = read_entries(path)
        return store

    @classmethod
    async def aload(cls, path: str | os.PathLike[str], embedding: Embeddings, **kwargs: Any) -> Self:
        """See `load`."""
        return await in_thread(cls.load, path, embedding, **kwargs)  # type: ignore[no-any-return]


def _document(entry: Entry) -> Document:
    return Document(entry["text"], metadata=entry["metadata"], id=entry["id"])


def _identities(documents: Sequence[Document], ids: Sequence[str | None] | None) -> list[str]:
    if ids and len(ids) != len(documents):
        raise ValueError(f"there must be as many ids as documents: got {len(ids)} ids for {len(documents)} documents")
    given = ids or [document.id for document in documents]
    return [id or str(uuid4()) for id in given]
