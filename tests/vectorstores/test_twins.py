"""Whatever reads or writes has an async twin with the same parameters."""

import inspect

import pytest

from stepgraph.caches import BaseCache, InMemoryCache
from stepgraph.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from stepgraph.documents import BaseDocumentCompressor, BaseDocumentTransformer
from stepgraph.embeddings import DeterministicFakeEmbedding, Embeddings, FakeEmbeddings
from stepgraph.example_selectors import (
    BaseExampleSelector,
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
)
from stepgraph.rate_limiters import BaseRateLimiter, InMemoryRateLimiter
from stepgraph.retrievers import BaseRetriever
from stepgraph.stores import BaseStore, InMemoryByteStore, InMemoryStore
from stepgraph.vectorstores import InMemoryVectorStore, VectorStore, VectorStoreRetriever

CLASSES = [
    BaseCache,
    BaseChatMessageHistory,
    BaseDocumentCompressor,
    BaseDocumentTransformer,
    BaseExampleSelector,
    BaseRateLimiter,
    BaseRetriever,
    BaseStore,
    DeterministicFakeEmbedding,
    Embeddings,
    FakeEmbeddings,
    InMemoryByteStore,
    InMemoryCache,
    InMemoryChatMessageHistory,
    InMemoryRateLimiter,
    InMemoryStore,
    InMemoryVectorStore,
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
    VectorStore,
    VectorStoreRetriever,
]
PURE = {"as_retriever", "get_text_length", "aget_messages"}
"""What neither reads nor writes; and the twin of an attribute."""


def own_methods(cls):
    """The public methods that our own classes define; those of runnables and models have tests elsewhere."""
    for base in cls.__mro__:
        if base.__module__.startswith("stepgraph.") and not base.__module__.startswith("stepgraph.runnables"):
            for name, member in vars(base).items():
                function = getattr(member, "__func__", member)
                if inspect.isfunction(function) and not name.startswith("_"):
                    yield name


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_twins(cls):
    names = set(own_methods(cls)) - PURE
    sync = {name for name in names if f"a{name}" in names or not (name.startswith("a") and name[1:] in names)}
    assert sync
    for name in sorted(sync):
        assert hasattr(cls, f"a{name}"), f"{cls.__name__}.{name} has no async twin"
        first, second = inspect.signature(getattr(cls, name)), inspect.signature(getattr(cls, f"a{name}"))
        assert first.parameters == second.parameters, name
        if name != "yield_keys":
            assert first.return_annotation == second.return_annotation, name
            assert inspect.iscoroutinefunction(getattr(cls, f"a{name}")), name
