"""The base class of embedding models under the path that LangChain's users know; see `stepgraph.embeddings.base`."""

from stepgraph.embeddings.base import Embeddings

__all__ = ["Embeddings"]
