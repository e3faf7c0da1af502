"""Locate: where in a value something stands, as `['docs'][3].author`, for the message that says why it is not kept.

It only runs once something has failed. A value that contains itself does not hold it up.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from stepgraph.serde.records import slots_of

__all__ = ["path_of", "path_of_cycle"]

_MOST_LOOKED_AT: Final = 1_000_000
_DEEPEST: Final = 2_000
"""Deeper than anything that msgpack packs."""

_Found = Callable[[Any, "set[int]"], bool]


def path_of(value: Any, culprit: Any) -> str | None:
    """Return where in `value` the object `culprit` stands: empty for `value` itself, `None` where it is not found."""
    return _search(value, lambda item, _: item is culprit)


def path_of_cycle(value: Any) -> str | None:
    """Return where `value` holds something that it is itself a part of, `None` where it does not."""
    return _search(value, lambda item, above: id(item) in above)


def _search(value: Any, found: _Found) -> str | None:
    """Look through a value, the first parts first; no part twice, and not for ever."""
    if found(value, set()):
        return ""
    above: list[tuple[str, Any, Iterator[tuple[str, Any]]]] = [("", value, _parts(value))]
    identities = {id(value)}
    done = {id(value): value}  # parts that are made on the way must live, or another would get their id
    while above and len(done) < _MOST_LOOKED_AT:
        _, whole, parts = above[-1]
        for label, item in parts:
            if found(item, identities):
                return "".join([name for name, _, _ in above]) + label
            if id(item) not in done and len(above) < _DEEPEST:
                done[id(item)] = item
                identities.add(id(item))
                above.append((label, item, _parts(item)))
                break
        else:
            above.pop()
            identities.discard(id(whole))
    return None


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value holds, each with what leads to it."""
    if isinstance(value, (str, bytes, bytearray, int, float, type)):
        return
    if isinstance(value, dict):
        for key, item in list(value.items()):
            yield f"[{key!r}]", item
        for key in list(value):
            yield f" (the key {key!r})", key
    elif isinstance(value, (list, tuple, deque)):
        names = getattr(value, "_fields", None)
        for index, item in enumerate(list(value)):
            yield f".{names[index]}" if names else f"[{index}]", item
    elif isinstance(value, (set, frozenset)):
        for item in list(value):
            yield " (a member)", item
    elif isinstance(value, (datetime.datetime, datetime.time)):
        yield ".tzinfo", value.tzinfo
    yield from _attributes(value)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    for extra in ("", "__pydantic_extra__", "__pydantic_private__"):
        held = getattr(value, extra or "__dict__", None)
        if isinstance(held, dict):
            for name, item in list(held.items()):
                yield f".{name}", item
    for name in slots_of(type(value)):
        if not name.startswith("__pydantic") and hasattr(value, name):
            yield f".{name}", getattr(value, name)
