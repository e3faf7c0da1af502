"""Audit: finds nodes that edit their input in place, which `debug=True` asks for.

The values in a node's state are shared with its siblings and with the channels, and count as immutable. The audit
copies them deeply before the node runs and compares afterwards, so it costs what the state is large.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from typing import Any

from stepgraph.errors import StateMutationWarning
from stepgraph.kernel.task import Task

__all__ = ["check", "picture"]


def picture(value: Any) -> dict[str, tuple[Any, Any]]:
    """Return each value of a node's input with a deep copy, by key; what cannot be copied is left out."""
    taken = {}
    for key, item in _items(value).items():
        try:
            taken[key] = (item, copy.deepcopy(item))
        except Exception:
            continue  # locks, sockets and the like refuse, each in its own way
    return taken


def check(task: Task, before: Mapping[str, tuple[Any, Any]], blamed: set[int]) -> None:
    """Warn for every value of the task's input that no longer equals its copy.

    Args:
        task: A task that is done.
        before: What `picture` took of its input.
        blamed: The ids of values that a sibling was already reported for; added to.
    """
    for key, (value, copied) in before.items():
        if id(value) not in blamed and not _same(value, copied):
            blamed.add(id(value))
            warnings.warn(
                StateMutationWarning(
                    f"node {task.node.name!r} edited the value of key {key!r} in place; other nodes and the saved "
                    "state share it. Return a new value instead, such as {'items': [*state['items'], item]}"
                ),
                stacklevel=2,
            )


def _items(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return dict(value)
    return dict(vars(value)) if hasattr(value, "__dict__") else {"__root__": value}


def _same(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except Exception:
        return repr(left) == repr(right)
