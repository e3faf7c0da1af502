"""Execution: where functions run and how many at a time: the engine's threads, slots, contexts.

It knows no graph and no runnable; both stand on it.
"""

from stepgraph.execution.guard import set_loop_guard
from stepgraph.execution.pool import pool_size, set_pool_size

__all__ = ["pool_size", "set_loop_guard", "set_pool_size"]
