"""The engine's threads: where sync nodes of an async run, and parallel nodes of a sync run, are called.

One bounded pool for each depth of nesting: a task waits only for tasks deeper than itself, so a pool that is full of
waiting parents never keeps their children from running. Threads are made when they are first needed.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

__all__ = ["pool", "pool_size", "set_pool_size"]

_lock = threading.Lock()
_pools: list[ThreadPoolExecutor] = []
_size = max(32, 4 * (os.cpu_count() or 1))


def pool_size() -> int:
    """Return how many threads each pool may have."""
    return _size


def set_pool_size(threads: int) -> None:
    """Set how many threads each pool may have; work that is under way ends in the old ones.

    Raises:
        ValueError: `threads` is below 1.
    """
    global _size
    if threads < 1:
        raise ValueError(f"the pool needs at least 1 thread, got {threads}")
    with _lock:
        _size = threads
        retired = _pools[:]
        _pools.clear()
    for executor in retired:
        executor.shutdown(wait=False)


def pool(depth: int) -> ThreadPoolExecutor:
    """Return the pool for tasks of runs that are nested `depth` deep."""
    if depth < len(_pools):
        return _pools[depth]
    with _lock:
        while len(_pools) <= depth:
            name = f"stepgraph-{len(_pools)}"
            _pools.append(ThreadPoolExecutor(_size, thread_name_prefix=name))
        return _pools[depth]
