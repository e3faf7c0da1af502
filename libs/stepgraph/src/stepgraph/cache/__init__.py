"""Caches: what nodes have returned, kept so that they need not run again for the same input."""

from stepgraph.cache.base import BaseCache, FullKey, Namespace
from stepgraph.cache.memory import InMemoryCache

__all__ = ["BaseCache", "FullKey", "InMemoryCache", "Namespace"]
