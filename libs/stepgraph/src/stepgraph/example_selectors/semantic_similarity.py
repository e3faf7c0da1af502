"""Selectors that ask a vector store: the examples that are nearest to an input, or near to it and different.

An example is kept as a document: its text is made of the example's values, its metadata are the example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typing_extensions import Self

from stepgraph.documents import Document
from stepgraph.embeddings import Embeddings
from stepgraph.example_selectors.base import BaseExampleSelector
from stepgraph.vectorstores import VectorStore

__all__ = ["MaxMarginalRelevanceExampleSelector", "SemanticSimilarityExampleSelector", "sorted_values"]


def sorted_values(values: dict[str, str]) -> list[Any]:
    """Return the values of a dict in the order of its keys."""
    return [values[key] for key in sorted(values)]


@dataclass(kw_only=True)
class VectorStoreExampleSelector(BaseExampleSelector):
    """What the selectors that ask a vector store have in common.

    Attributes:
        vectorstore: The vector store.
        k: How many examples are chosen at the most.
        example_keys: What of an example is handed out; all of it by default.
        input_keys: By what of an input, and of an example, is searched; all of it by default.
        vectorstore_kwargs: What the store is searched with besides, such as `filter`.
    """

    vectorstore: VectorStore
    k: int = 4
    example_keys: list[str] | None = None
    input_keys: list[str] | None = None
    vectorstore_kwargs: dict[str, Any] | None = None

    def add_example(self, example: dict[str, str]) -> str:
        """Add an example and return its id."""
        return self.vectorstore.add_texts([_text(example, self.input_keys)], metadatas=[example])[0]

    async def aadd_example(self, example: dict[str, str]) -> str:
        """See `add_example`."""
        return (await self.vectorstore.aadd_texts([_text(example, self.input_keys)], metadatas=[example]))[0]

    def _search(self, input_variables: dict[str, str]) -> tuple[str, dict[str, Any]]:
        """Return what the vector store is searched for, and with what besides."""
        return _text(input_variables, self.input_keys), self.vectorstore_kwargs or {}

    def _examples(self, found: list[Document]) -> list[dict[str, Any]]:
        examples = [dict(document.metadata) for document in found]
        if self.example_keys:
            return [{key: example[key] for key in self.example_keys} for example in examples]
        return examples


@dataclass(kw_only=True)
class SemanticSimilarityExampleSelector(VectorStoreExampleSelector):
    """Chooses the examples that are nearest to an input; see `VectorStoreExampleSelector` for its attributes."""

    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """Return the nearest examples, the nearest first."""
        query, given = self._search(input_variables)
        return self._examples(self.vectorstore.similarity_search(query, k=self.k, **given))

    async def aselect_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """See `select_examples`."""
        query, given = self._search(input_variables)
        return self._examples(await self.vectorstore.asimilarity_search(query, k=self.k, **given))

    @classmethod
    def from_examples(
        cls,
        examples: list[dict[str, str]],
        embeddings: Embeddings,
        vectorstore_cls: type[VectorStore],
        k: int = 4,
        input_keys: list[str] | None = None,
        *,
        example_keys: list[str] | None = None,
        vectorstore_kwargs: dict[str, Any] | None = None,
        **vectorstore_cls_kwargs: Any,
    ) -> Self:
        """Return a selector of examples, which are put into a new vector store.

        Args:
            examples: The examples.
            embeddings: What turns texts into vectors.
            vectorstore_cls: The class of the vector store.
            k: How many examples are chosen at the most.
            input_keys: By what of an input, and of an example, is searched; all of it by default.
            example_keys: What of an example is handed out; all of it by default.
            vectorstore_kwargs: What the store is searched with besides.
            vectorstore_cls_kwargs: What the store is made with besides.
        """
        texts = [_text(example, input_keys) for example in examples]
        store = vectorstore_cls.from_texts(texts, embeddings, metadatas=examples, **vectorstore_cls_kwargs)
        given = {"input_keys": input_keys, "example_keys": example_keys, "vectorstore_kwargs": vectorstore_kwargs}
        return cls(vectorstore=store, k=k, **given)  # type: ignore[arg-type]

    @classmethod
    async def afrom_examples(
        cls,
        examples: list[dict[str, str]],
        embeddings: Embeddings,
        vectorstore_cls: type[VectorStore],
        k: int = 4,
        input_keys: list[str] | None = None,
        *,
        example_keys: list[str] | None = None,
        vectorstore_kwargs: dict[str, Any] | None = None,
        **vectorstore_cls_kwargs: Any,
    ) -> Self:
        """See `from_examples`."""
        texts = [_text(example, input_keys) for example in examples]
        store = await vectorstore_cls.afrom_texts(texts, embeddings, metadatas=examples, **vectorstore_cls_kwargs)
        given = {"input_keys": input_keys, "example_keys": example_keys, "vectorstore_kwargs": vectorstore_kwargs}
        return cls(vectorstore=store, k=k, **given)  # type: ignore[arg-type]


@dataclass(kw_only=True)
class MaxMarginalRelevanceExampleSelector(VectorStoreExampleSelector):
    """Chooses examples that are near to an input and different from each other.

    Attributes:
        fetch_k: How many of the nearest to choose from.
    """

    fetch_k: int = 20

    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """Return the chosen examples in the order of the choice; see `VectorStore.max_marginal_relevance_search`."""
        query, given = self._search(input_variables)
        search = self.vectorstore.max_marginal_relevance_search
        return self._examples(search(query, k=self.k, fetch_k=self.fetch_k, **given))

    async def aselect_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """See `select_examples`."""
        query, given = self._search(input_variables)
        search = self.vectorstore.amax_marginal_relevance_search
        return self._examples(await search(query, k=self.k, fetch_k=self.fetch_k, **given))

    @classmethod
    def from_examples(
        cls,
        examples: list[dict[str, str]],
        embeddings: Embeddings,
        vectorstore_cls: type[VectorStore],
        k: int = 4,
        input_keys: list[str] | None = None,
        fetch_k: int = 20,
        example_keys: list[str] | None = None,
        vectorstore_kwargs: dict[str, Any] | None = None,
        **vectorstore_cls_kwargs: Any,
    ) -> Self:
        """Return a selector of examples, which are put into a new vector store.

        Args:
            examples: The examples.
            embeddings: What turns texts into vectors.
            vectorstore_cls: The class of the vector store.
            k: How many examples are chosen at the most.
            input_keys: By what of an input, and of an example, is searched; all of it by default.
            fetch_k: How many of the nearest to choose from.
            example_keys: What of an example is handed out; all of it by default.
            vectorstore_kwargs: What the store is searched with besides.
            vectorstore_cls_kwargs: What the store is made with besides.
        """
        texts = [_text(example, input_keys) for example in examples]
        store = vectorstore_cls.from_texts(texts, embeddings, metadatas=examples, **vectorstore_cls_kwargs)
        given = {"input_keys": input_keys, "example_keys": example_keys, "vectorstore_kwargs": vectorstore_kwargs}
        return cls(vectorstore=store, k=k, fetch_k=fetch_k, **given)  # type: ignore[arg-type]

    @classmethod
    async def afrom_examples(
        cls,
        examples: list[dict[str, str]],
        embeddings: Embeddings,
        vectorstore_cls: type[VectorStore],
        k: int = 4,
        input_keys: list[str] | None = None,
        fetch_k: int = 20,
        example_keys: list[str] | None = None,
        vectorstore_kwargs: dict[str, Any] | None = None,
        **vectorstore_cls_kwargs: Any,
    ) -> Self:
        """See `from_examples`."""
        texts = [_text(example, input_keys) for example in examples]
        store = await vectorstore_cls.afrom_texts(texts, embeddings, metadatas=examples, **vectorstore_cls_kwargs)
        given = {"input_keys": input_keys, "example_keys": example_keys, "vectorstore_kwargs": vectorstore_kwargs}
        return cls(vectorstore=store, k=k, fetch_k=fetch_k, **given)  # type: ignore[arg-type]


def _text(example: dict[str, Any], keys: list[str] | None) -> str:
    """Return what stands for an example, or an input, in a search."""
    return " ".join(map(str, sorted_values({key: example[key] for key in keys} if keys else example)))
