"""Patch: what has changed between two values of JSON, as operations of JSON Patch (RFC 6902)."""

from __future__ import annotations

from typing import Any

__all__ = ["patch"]


def patch(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return the operations that make one value of another: `add`, `remove` and `replace`, each with its `path`."""
    return _changes(before, after, "")


def _changes(before: Any, after: Any, path: str) -> list[dict[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        return _in_dict(before, after, path)
    if isinstance(before, list) and isinstance(after, list):
        return _in_list(before, after, path)
    if before == after and type(before) is type(after):
        return []
    return [{"op": "replace", "path": path, "value": after}]


def _in_dict(before: dict[str, Any], after: dict[str, Any], path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"op": "remove", "path": _below(path, key)} for key in before if key not in after]
    for key, value in after.items():
        place = _below(path, key)
        found += (
            _changes(before[key], value, place) if key in before else [{"op": "add", "path": place, "value": value}]
        )
    return found


def _in_list(before: list[Any], after: list[Any], path: str) -> list[dict[str, Any]]:
    both = min(len(before), len(after))
    found: list[dict[str, Any]] = []
    for number in range(both):
        found += _changes(before[number], after[number], f"{path}/{number}")
    found += [{"op": "remove", "path": f"{path}/{number}"} for number in range(len(before) - 1, both - 1, -1)]
    found += [{"op": "add", "path": f"{path}/{number}", "value": after[number]} for number in range(both, len(after))]
    return found


def _below(path: str, key: Any) -> str:
    escaped = str(key).replace("~", "~0").replace("/", "~1")
    return f"{path}/{escaped}"
