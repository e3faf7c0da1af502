"""Narrowing: what SQLite can tell of a condition on a value, as SQL.

The invariant: the SQL holds wherever the condition does. It may hold elsewhere too, so what it finds is tested with
`filters.matches`, which decides. That settles where SQLite and Python differ: SQLite reads text up to a NUL, rounds
decimal fractions in its own way, and cannot spell every key. Negations do not narrow, since the opposite of "holds
wherever" is not that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from typing_extensions import assert_never

from stepgraph.store.filters import Compare, Condition, Either, Every, Negated

__all__ = ["narrowed"]

_Narrowing: TypeAlias = "tuple[str, tuple[Any, ...]] | None"
"""SQL and its parameters; `None` where all rows may match."""

_MAX_DEPTH: Final = 10
_MAX_PARAMETERS: Final = 300
"""Bounds that keep the SQL far from SQLite's own."""

_SLACK: Final = 1e-9
"""How far, relatively, SQLite may be off when it reads a fraction; generously."""


def narrowed(condition: Condition) -> _Narrowing:
    """Return the SQL for a column `value` that holds JSON."""
    found = _narrowed(condition, 0)
    return None if found is None or len(found[1]) > _MAX_PARAMETERS else found


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


def _compare(condition: Compare) -> _Narrowing:
    path = _json_path(condition.path)
    if path is None:
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
            return f"json_type(value, ?) IS {'NOT ' if operand else ''}NULL", (path,)
        case "$object":
            return "json_type(value, ?) = 'object'", (path,)
        case "$ne" | "$nin":
            return None
        case _:
            assert_never(condition.operator)


def _equal(path: str, operand: Any) -> _Narrowing:
    if operand is None:
        return "COALESCE(json_type(value, ?), 'null') = 'null'", (path,)
    if isinstance(operand, bool):
        return "json_type(value, ?) = ?", (path, "true" if operand else "false")
    if isinstance(operand, str):
        return ("json_extract(value, ?) = ?", (path, operand)) if _is_plain(operand) else None
    if isinstance(operand, (int, float)):
        bounds = _bounds(operand)
        return None if bounds is None else ("json_extract(value, ?) BETWEEN ? AND ?", (path, *bounds))
    if isinstance(operand, (list, tuple, Mapping)):
        kind = "object" if isinstance(operand, Mapping) else "array"
        return "json_type(value, ?) = ?", (path, kind)
    return None


def _ordered(path: str, operator: str, operand: Any) -> _Narrowing:
    if isinstance(operand, str):
        if not _is_plain(operand):
            return None
        return f"json_type(value, ?) = 'text' AND json_extract(value, ?) {operator} ?", (path, path, operand)
    bounds = _bounds(operand)
    if bounds is None:
        return None
    bound = bounds[0] if operator == ">=" else bounds[1]
    number = "json_type(value, ?) IN ('integer', 'real')"
    return f"{number} AND json_extract(value, ?) {operator} ?", (path, path, bound)


def _bounds(number: float) -> tuple[float, float] | None:
    """Return what a number lies between however it is rounded, `None` for one that SQLite does not have."""
    try:
        near = float(number)
    except OverflowError:
        return None
    if near != near:  # not a number, which is equal to nothing
        return None
    slack = abs(near) * _SLACK + 1e-300
    return near - slack, near + slack


def _is_plain(text: str) -> bool:
    """Return whether SQLite takes a text for what it is."""
    return "\0" not in text and _is_unicode(text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_path(path: Sequence[str]) -> str | None:
    """Return a path as SQLite spells it, `None` if it cannot."""
    if path and all(map(_is_spelt, path)):
        return "$" + "".join(f'."{key}"' for key in path)
    return None


def _is_spelt(key: str) -> bool:
    """Return whether SQLite finds a key, which it compares with the text as it is there: escapes and all."""
    return bool(key) and _is_unicode(key) and not any(char in '"\\' or char < " " for char in key)
