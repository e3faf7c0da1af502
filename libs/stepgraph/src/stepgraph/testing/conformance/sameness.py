"""Sameness: whether two values are equal down to the types and the order of keys, and where they first differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["difference", "expect", "expect_same"]


def expect(holds: bool, detail: str) -> None:
    """Raise an `AssertionError` with `detail` unless `holds`."""
    if not holds:
        raise AssertionError(detail)


def expect_same(found: Any, expected: Any, what: str) -> None:
    """Raise an `AssertionError` that says where `found` differs from `expected`, if it does."""
    at = difference(found, expected)
    if at is not None:
        raise AssertionError(f"{what}{at}")


def difference(found: Any, expected: Any) -> str | None:
    """Return the place and kind of the first difference, `None` where there is none."""
    if type(found) is not type(expected):
        return f": expected {_shown(expected)}, found {_shown(found)}"
    if isinstance(expected, dict):
        return _difference_of_dicts(found, expected)
    if isinstance(expected, (list, tuple)):
        return _difference_of_sequences(found, expected)
    if isinstance(expected, float) and math.isnan(expected) and math.isnan(found):
        return None
    return None if found == expected else f": expected {_shown(expected)}, found {_shown(found)}"


def _difference_of_dicts(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> str | None:
    missing = [key for key in expected if key not in found]
    surplus = [key for key in found if key not in expected]
    if missing or surplus:
        return f": keys missing {missing!r:.200}, keys that should not be there {surplus!r:.200}"
    if list(found) != list(expected):
        return f": the keys are in the order {list(found)!r:.200}, expected {list(expected)!r:.200}"
    for key, value in expected.items():
        inside = difference(found[key], value)
        if inside is not None:
            return f"[{key!r}]{inside}"
    return None


def _difference_of_sequences(found: Sequence[Any], expected: Sequence[Any]) -> str | None:
    for index, (each, wanted) in enumerate(zip(found, expected)):  # noqa: B905 - lengths are compared below
        inside = difference(each, wanted)
        if inside is not None:
            return f"[{index}]{inside}"
    if len(found) != len(expected):
        return f": expected {len(expected)} items, found {len(found)}"
    return None


def _shown(value: Any) -> str:
    return f"{type(value).__name__} {value!r:.120}"
