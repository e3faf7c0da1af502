"""Batches, where others keep them."""

from stepgraph.batches import batch_iterate

__all__ = ["batch_iterate"]
