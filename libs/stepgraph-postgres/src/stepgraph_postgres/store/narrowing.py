"""Narrowing: what PostgreSQL can tell of a condition on a value, as SQL.

The invariant: the SQL holds wherever the condition does. It may hold elsewhere too, so what it finds is tested with
`stepgraph.store.filters.matches`, which decides. Negations do not narrow, since the opposite of "holds wherever" is
not that. A value that `jsonb` cannot hold, because there is a NUL in it, has no `doc`, and is always let through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from typing_extensions import assert_never

from stepgraph.store.filters import Compare, Condition, Either, Every, Negated

__all__ = ["narrowed"]

_Narrowing: TypeAlias = tuple[str, tuple[Any, ...]] | None
"""SQL and its parameters; `None` where all rows may match."""

_MAX_DEPTH: Final = 10
_MAX_PARAMETERS: Final = 300
"""Bounds that keep the SQL readable for the planner."""

_SLACK: Final = 1e-9
"""How far, relatively, the decimal fraction of a number may be from what Python compares."""


def narrowed(condition: Condition) -> _Narrowing:
    """Return the SQL for a column `doc` that holds `jsonb`."""
    found = _narrowed(condition, 0)
    if found is None or len(found[1]) > _MAX_PARAMETERS:
        return None
    return f"(doc IS NULL OR {found[0]})", found[1]


def _narrowed(condition: Condition, depth: int) -> _Narrowing:
    if depth > _MAX_DEPTH:
        return None
    match condition:
        case Compare():
            return _compare(condition)
        case Every():
            parts = [found for part in condition.parts if (found := _narrowed(part, depth + 1)) is not None]
            return _joined(" AND ", parts) if parts else None
        case Either():
            return _any([_narrowed(part, depth + 1) for part in condition.parts])
        case Negated():
            return None
        case _:
            assert_never(condition)


def _any(parts: Sequence[_Narrowing]) -> _Narrowing:
    narrowing = [part for part in parts if part is not None]
    return _joined(" OR ", narrowing) if len(narrowing) == len(parts) else None


def _joined(word: str, parts: Sequence[tuple[str, tuple[Any, ...]]]) -> tuple[str, tuple[Any, ...]]:
    text = word.join(f"({text})" for text, _ in parts) or "FALSE"
    return text, tuple(parameter for _, parameters in parts for parameter in parameters)


_AT: Final = "doc #> %s::text[]"


def _compare(condition: Compare) -> _Narrowing:
    path = list(condition.path)
    if not path or not all(map(_is_spelt, path)):
        return None
    operand = condition.operand
    match condition.operator:
        case "$eq":
            return _equal(path, operand)
        case "$in":
            return _any([_equal(path, each) for each in operand])
        case "$gt" | "$gte":
            return _ordered(path, ">=", operand)
        case "$lt" | "$lte":
            return _ordered(path, "<=", operand)
        case "$exists":
            return f"({_AT}) IS {'NOT ' if operand else ''}NULL", (path,)
        case "$object":
            return f"jsonb_typeof({_AT}) = 'object'", (path,)
        case "$ne" | "$nin":
            return None
        case _:
            assert_never(condition.operator)


def _equal(path: list[str], operand: Any) -> _Narrowing:
    if operand is None:
        return f"coalesce(jsonb_typeof({_AT}), 'null') = 'null'", (path,)
    if isinstance(operand, bool):
        return f"{_AT} = %s::jsonb", (path, "true" if operand else "false")
    if isinstance(operand, str):
        return (f"{_AT} = to_jsonb(%s::text)", (path, operand)) if _is_text(operand) else None
    if isinstance(operand, (int, float)):
        bounds = _bounds(operand)
        if bounds is None:
            return None
        # All numbers lie together in the order of jsonb, so nothing else is between two of them.
        return f"{_AT} BETWEEN to_jsonb(%s::numeric) AND to_jsonb(%s::numeric)", (path, *bounds)
    if isinstance(operand, (list, tuple, Mapping)):
        kind = "object" if isinstance(operand, Mapping) else "array"
        return f"jsonb_typeof({_AT}) = '{kind}'", (path,)
    return None


def _ordered(path: list[str], operator: str, operand: Any) -> _Narrowing:
    if isinstance(operand, str):
        if not _is_text(operand):
            return None
        text = f"""CASE WHEN jsonb_typeof({_AT}) = 'string' THEN doc #>> %s::text[] COLLATE "C" {operator} %s END"""
        return text, (path, path, operand)
    bounds = _bounds(operand)
    if bounds is None:
        return None
    bound = bounds[0] if operator == ">=" else bounds[1]
    return f"jsonb_typeof({_AT}) = 'number' AND {_AT} {operator} to_jsonb(%s::numeric)", (path, path, bound)


def _bounds(number: float) -> tuple[str, str] | None:
    """Return what a number lies between however it is rounded, `None` for one that has no such bounds."""
    try:
        near = float(number)
    except OverflowError:
        return None
    slack = abs(near) * _SLACK + 1e-300
    low, high = near - slack, near + slack
    return (repr(low), repr(high)) if abs(low) + abs(high) < float("inf") else None


def _is_spelt(key: str) -> bool:
    """Return whether a key in a path finds nothing but that key: a number would find an item of a list."""
    return _is_text(key) and not key.removeprefix("-").removeprefix("+").strip().isdigit()


def _is_text(text: str) -> bool:
    """Return whether PostgreSQL can hold a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
