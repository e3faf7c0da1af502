"""Vector stores: documents that are found by what they mean."""

from stepgraph.vectorstores.base import VectorStore
from stepgraph.vectorstores.in_memory import InMemoryVectorStore
from stepgraph.vectorstores.retriever import VectorStoreRetriever

__all__ = ["InMemoryVectorStore", "VectorStore", "VectorStoreRetriever"]
