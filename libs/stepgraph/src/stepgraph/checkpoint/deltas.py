"""Deltas: how a list or a dict came from the one before it, found by looking which items are the same objects.

Values in a state count as immutable, so an item that is the same object is the same item. A container that is the
very object that was saved before, or of which nothing seems to have changed although somebody wrote it, has been
edited in place: it has no delta, and is saved whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import is_not
from typing import Any

from stepgraph.checkpoint.base import Delta

__all__ = ["delta_between"]


def delta_between(before: Any, after: Any) -> Delta | None:
    """Return how `after` came from `before`, `None` where it is better saved whole."""
    if before is after:
        return None
    if type(after) is list and type(before) is list:
        return _of_lists(before, after)
    if type(after) is dict and type(before) is dict:
        return _of_dicts(before, after)
    return None


def _of_lists(before: Sequence[Any], after: Sequence[Any]) -> Delta | None:
    kept = min(len(before), len(after))
    edits = {index: after[index] for index, other in enumerate(map(is_not, before, after)) if other}
    if not kept or len(edits) * 2 > kept or (not edits and len(before) == len(after)):
        return None
    return Delta(kept=kept, edits=edits, added=after[kept:])


def _of_dicts(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Delta | None:
    absent = object()
    edits = {key: value for key, value in after.items() if before.get(key, absent) is not value}
    gone = [key for key in before if key not in after]
    if (not edits and not gone) or len(edits) * 2 > len(after) or len(gone) * 2 > len(before):
        return None
    order = [key for key in before if key in after] + [key for key in edits if key not in before]
    return Delta(edits=edits, gone=gone) if order == list(after) else None
