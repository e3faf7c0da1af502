"""The engine's two public classes, where others keep them."""

from stepgraph.pregel.graph import Pregel
from stepgraph.pregel.node_builder import NodeBuilder

__all__ = ["NodeBuilder", "Pregel"]
