"""The runtime: `Pregel`, the graph that runs, and what it takes to build one by hand."""

from stepgraph.execution.pool import pool_size, set_pool_size
from stepgraph.pregel.graph import Pregel
from stepgraph.pregel.message_stream import stream_message
from stepgraph.pregel.node_builder import NodeBuilder

__all__ = ["NodeBuilder", "Pregel", "pool_size", "set_pool_size", "stream_message"]
