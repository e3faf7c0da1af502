"""caching: tasks that need not be performed, because their node had an equal input before and its writes are kept.

Decisions only; the drivers ask the cache. A task that is found is done and settled, as if an earlier run had
performed it.
"""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeAlias

from stepgraph.cache.base import FullKey, Namespace
from stepgraph.kernel.task import Status, Task
from stepgraph.kernel.topology import Node
from stepgraph.pregel.chunks import show_cached
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.run_state import RunState

__all__ = ["Keyed", "found_in", "keys_of", "namespaces_of", "to_keep"]

Keyed: TypeAlias = "dict[FullKey, list[Task]]"
"""Tasks by what the cache knows their writes under."""


def keys_of(run: RunState, tasks: Sequence[Task]) -> Keyed:
    """Return those tasks whose nodes have a cache policy, by their keys."""
    keyed: Keyed = {}
    for task in tasks:
        policy = task.node.cache
        if policy is not None and not task.given:
            key = (policy.key_func or _default_key)(run.machine.read_input(task))
            digest = blake2b(key if isinstance(key, bytes) else str(key).encode(), digest_size=16).hexdigest()
            keyed.setdefault((_namespace(task.node), digest), []).append(task)
    return keyed


def found_in(run: RunState, keyed: Keyed, found: Mapping[FullKey, Any], tasks: Sequence[Task]) -> list[Task]:
    """Give tasks the writes that the cache has, and show them; return the tasks that are still to be performed."""
    for key, writes in found.items():
        for task in keyed[key]:
            task.writes = [(name, value) for name, value in writes]
            task.status, task.settled = Status.DONE, True
            show_cached(run, task)
    return [task for task in tasks if not task.settled]


def to_keep(keyed: Keyed) -> dict[FullKey, tuple[Any, float | None]]:
    """Return the writes that are to be kept now, with how long they are good."""
    kept: dict[FullKey, tuple[Any, float | None]] = {}
    for key, tasks in keyed.items():
        done = [task for task in tasks if task.status is Status.DONE and not task.settled and not task.parents]
        if done and done[0].node.cache is not None:
            kept[key] = ([list(write) for write in done[0].writes], done[0].node.cache.ttl)
    return kept


def namespaces_of(graph: Executable, nodes: Sequence[str] | None) -> list[Namespace] | None:
    """Return where a cache keeps what some nodes wrote, those with a policy by default."""
    known = graph.topology.nodes
    chosen = [known[name] for name in nodes] if nodes is not None else [node for node in known.values() if node.cache]
    return [_namespace(node) for node in chosen]


def _namespace(node: Node) -> Namespace:
    """Return what tells the function of a node from others, also where it has no name of its own."""
    given: Any = node.action.sync or node.action.awaitable
    function = inspect.unwrap(given)
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", type(function).__name__)
    code = getattr(function, "__code__", None)
    body = "" if code is None else blake2b(code.co_code + repr(code.co_consts).encode(), digest_size=8).hexdigest()
    return ("writes", f"{module}.{name}", body, node.name)


def _default_key(argument: Any) -> bytes:
    """Return the same for equal inputs; only written, never read back."""
    return pickle.dumps(argument, protocol=5)
