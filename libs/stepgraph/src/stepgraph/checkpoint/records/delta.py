"""Delta records: how a `Delta` is stored, and the value that comes of it.

A delta is stored as the list `[kept, edits, added, gone]`, edits as pairs. The invariant: what is applied fits, index
by index and key by key, or the record is corrupt; nothing is skipped or guessed.
"""

from __future__ import annotations

from typing import Any

from stepgraph.checkpoint.base import Delta
from stepgraph.checkpoint.records.rows import Chain
from stepgraph.errors import CorruptCheckpointError

__all__ = ["apply", "fits", "plain", "shape_of"]


def shape_of(value: Any) -> str:
    """Return what deltas of a value look like: `"l"`, `"d"`, or empty where it has none."""
    kind = type(value)
    return "l" if kind is list else "d" if kind is dict else ""


def fits(delta: Delta, value: Any, before: Chain) -> bool:
    """Return whether a hint can be what it says it is; one that cannot is not used."""
    shape = shape_of(value)
    if not shape or shape != before.shape:
        return False
    if shape == "l":
        kept = delta.kept
        return 0 <= kept <= before.length and kept + len(delta.added) == len(value) and _within(delta.edits, kept)
    fresh = len(value) - before.length + len(delta.gone)
    return (
        0 <= fresh <= len(delta.edits)
        and all(key in value for key in delta.edits)
        and not any(key in value for key in delta.gone)
    )


def plain(delta: Delta) -> list[Any]:
    """Return a delta as plain data."""
    return [delta.kept, [[key, value] for key, value in delta.edits.items()], list(delta.added), list(delta.gone)]


def apply(value: Any, record: Any) -> Any:
    """Return what comes of a value that nobody else holds and a stored delta; the value may be changed.

    Raises:
        CorruptCheckpointError: They do not belong together.
    """
    try:
        kept, edits, added, gone = record
        if type(value) is list:
            return _applied_to_list(value, kept, edits, added)
        if type(value) is dict:
            return _applied_to_dict(value, edits, gone)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise CorruptCheckpointError(f"a stored delta does not fit the value it is based on: {error}") from error
    raise CorruptCheckpointError(
        f"a stored delta does not fit the value it is based on: expected a list or a dict, got {type(value).__name__}"
    )


def _applied_to_list(value: list[Any], kept: int, edits: list[Any], added: list[Any]) -> list[Any]:
    if not 0 <= kept <= len(value):
        raise IndexError(f"it keeps {kept} of {len(value)} items")
    if not _within([index for index, _ in edits], kept):
        raise IndexError(f"it edits an item beyond the {kept} that it keeps")
    del value[kept:]
    for index, item in edits:
        value[index] = item
    value.extend(added)
    return value


def _applied_to_dict(value: dict[Any, Any], edits: list[Any], gone: list[Any]) -> dict[Any, Any]:
    for key in gone:
        del value[key]
    value.update(edits)
    return value


def _within(indexes: Any, bound: int) -> bool:
    return all(type(index) is int and 0 <= index < bound for index in indexes)
