"""Batches of what is awaited, and the closing of it, where others keep them."""

from contextlib import aclosing

from stepgraph.batches import abatch_iterate

__all__ = ["abatch_iterate", "aclosing"]
