"""Filters: what the value of an item must hold, parsed once into conditions and then tested against values.

A filter is a dict. Its keys name keys of the value, literally: a dot in a key is a dot, and what is deeper is asked for
with a nested dict. What stands under a key is a value that must be equal, or a dict of operators that must all hold:

    {"kind": "note", "stars": {"$gte": 3}, "author": {"name": "Ada"}, "$not": {"tags": {"$exists": True}}}

    $eq $ne                 equal, not equal
    $gt $gte $lt $lte       numbers with numbers and strings with strings, by code point; anything else does not match
    $in $nin                equal to one, or to none, of a list
    $exists                 whether there is such a key
    $and $or                all, or one, of a list of filters
    $not                    a filter that must not hold

A key that is missing reads as null, so `{"a": None}` and `{"a": {"$ne": 1}}` match a value without `a`; `$exists` tells
the two apart. Values are equal as JSON is: 1 and 1.0 are, 1 and true are not. An empty dict asks for any dict.

The invariant: testing never raises, whatever the value holds; what is wrong with a filter is found when it is parsed.
Databases narrow a search with what they can express of a condition, and then test what they found with `matches`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from typing_extensions import assert_never

from stepgraph.errors import listed, nearest

__all__ = ["ABSENT", "Compare", "Condition", "Either", "Every", "Negated", "Operator", "matches", "parse"]

Operator: TypeAlias = Literal["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$object"]
"""`$object`, which filters cannot spell, is what an empty dict asks for."""

_COMPARISONS: Final = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists")
_KNOWN: Final = (*_COMPARISONS, "$and", "$or", "$not")

ABSENT: Final = object()
"""What stands at a path that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A test of what stands at one path of a value."""

    path: tuple[str, ...]
    operator: Operator
    operand: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All of some conditions; of none, always true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of some conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a condition."""

    part: Condition


Condition: TypeAlias = "Compare | Every | Either | Negated"


def parse(filter: Mapping[str, Any] | None) -> Condition:
    """Return a filter as a condition.

    Raises:
        TypeError: The filter is not a dict.
        ValueError: An operator is unknown, or has an operand that it cannot use.
    """
    if filter is None:
        return Every(())
    if not isinstance(filter, Mapping):
        raise TypeError(f"a filter is a dict such as {{'kind': 'note'}}, got {filter!r}")
    return _dict((), filter) if filter else Every(())


def matches(condition: Condition, value: Any) -> bool:
    """Return whether a value meets a condition."""
    match condition:
        case Compare():
            return _TESTS[condition.operator](_at(value, condition.path), condition.operand)
        case Every():
            return all(matches(part, value) for part in condition.parts)
        case Either():
            return any(matches(part, value) for part in condition.parts)
        case Negated():
            return not matches(condition.part, value)
        case _:
            assert_never(condition)


# Parsing.


def _wanted(path: tuple[str, ...], wanted: Any) -> Condition:
    """Return the condition for what a filter asks of the value at `path`."""
    if not isinstance(wanted, Mapping):
        return Compare(path, "$eq", wanted)
    return _dict(path, wanted) if wanted else Compare(path, "$object", True)


def _dict(path: tuple[str, ...], wanted: Mapping[str, Any]) -> Condition:
    parts: list[Condition] = []
    for key, below in wanted.items():
        if not isinstance(key, str):
            raise ValueError(f"the keys of a filter are strings, got {key!r}{_where(path)}")
        parts.append(_operation(path, key, below) if key.startswith("$") else _wanted((*path, key), below))
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _operation(path: tuple[str, ...], operator: str, operand: Any) -> Condition:
    if operator in ("$and", "$or"):
        if not isinstance(operand, (list, tuple)) or not operand:
            raise ValueError(f"{operator} takes a list of at least one filter, got {operand!r}{_where(path)}")
        parts = tuple(_part(path, operator, part) for part in operand)
        return Every(parts) if operator == "$and" else Either(parts)
    if operator == "$not":
        return Negated(_part(path, operator, operand))
    if operator not in _COMPARISONS:
        raise ValueError(
            f"unknown operator {operator!r}{_where(path)}{nearest(operator, _KNOWN)}; known are {listed(_KNOWN)}"
        )
    return Compare(path, cast(Operator, operator), _operand(path, operator, operand))


def _part(path: tuple[str, ...], operator: str, part: Any) -> Condition:
    if path:
        return _wanted(path, part)
    if not isinstance(part, Mapping):
        raise ValueError(f"{operator} takes filters, which are dicts; got {part!r}")
    return parse(part)


def _operand(path: tuple[str, ...], operator: str, operand: Any) -> Any:
    if operator in ("$in", "$nin"):
        if not isinstance(operand, (list, tuple, set, frozenset)):
            raise ValueError(f"{operator} takes a list, got {operand!r}{_where(path)}")
        return tuple(operand)
    if operator == "$exists" and not isinstance(operand, bool):
        raise ValueError(f"$exists takes True or False, got {operand!r}{_where(path)}")
    if operator in ("$gt", "$gte", "$lt", "$lte") and not (_is_number(operand) or isinstance(operand, str)):
        raise ValueError(f"{operator} takes a number or a string, got {operand!r}{_where(path)}")
    return operand


def _where(path: tuple[str, ...]) -> str:
    return f" under {' > '.join(map(repr, path))}" if path else " in a filter"


# Testing.


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value.get(key, ABSENT) if isinstance(value, Mapping) else ABSENT
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equal(found: Any, wanted: Any) -> bool:
    if found is ABSENT:
        found = None
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return found.keys() == wanted.keys() and all(_equal(found[key], wanted[key]) for key in wanted)
    if isinstance(found, (list, tuple)) and isinstance(wanted, (list, tuple)):
        return len(found) == len(wanted) and all(map(_equal, found, wanted))
    try:
        return bool(found == wanted)
    except Exception:  # values that are not JSON may refuse to be compared
        return False


def _comparable(found: Any, wanted: Any) -> bool:
    return (_is_number(found) and _is_number(wanted)) or (isinstance(found, str) and isinstance(wanted, str))


def _is_one_of(found: Any, wanted: Any) -> bool:
    return any(_equal(found, each) for each in wanted)


_TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$eq": _equal,
    "$ne": lambda found, wanted: not _equal(found, wanted),
    "$gt": lambda found, wanted: _comparable(found, wanted) and bool(found > wanted),
    "$gte": lambda found, wanted: _comparable(found, wanted) and bool(found >= wanted),
    "$lt": lambda found, wanted: _comparable(found, wanted) and bool(found < wanted),
    "$lte": lambda found, wanted: _comparable(found, wanted) and bool(found <= wanted),
    "$in": _is_one_of,
    "$nin": lambda found, wanted: not _is_one_of(found, wanted),
    "$exists": lambda found, wanted: (found is not ABSENT) is wanted,
    "$object": lambda found, _: isinstance(found, Mapping),
}
