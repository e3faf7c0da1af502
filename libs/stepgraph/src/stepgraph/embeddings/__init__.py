"""Embeddings: models that turn texts into vectors, and fakes of them."""

from stepgraph.embeddings.base import EmbeddingModel, Embeddings
from stepgraph.embeddings.fake import DeterministicFakeEmbedding, FakeEmbeddings

__all__ = ["DeterministicFakeEmbedding", "EmbeddingModel", "Embeddings", "FakeEmbeddings"]
