"""PregelProtocol: what a graph can do, for annotations; here there is one class that can."""

from stepgraph.pregel.graph import Pregel as PregelProtocol

__all__ = ["PregelProtocol"]
