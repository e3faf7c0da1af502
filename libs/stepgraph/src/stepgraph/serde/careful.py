"""Careful: what msgpack would write without asking, but as something else, found and written as what it is.

The packer takes `bytearray` and `memoryview` for `bytes` and asks nobody. Looking for them before every dump would cost
more than the dump. So it is looked at whether the bytes hold anything binary at all, then whether that is one of these
two, and only then are lists and dicts packed level by level, each value in them looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

from stepgraph.serde.builtin import BYTEARRAY
from stepgraph.serde.codec import Refused

__all__ = ["Held", "hold", "holds_buffers", "may_hold_buffers", "opened"]

_BUFFERS: Final = frozenset({bytearray, memoryview})
_CONTAINERS: Final = frozenset({dict, list})
_MARKS: Final = (b"\xc4", b"\xc5", b"\xc6")


class Held:
    """A value that is packed once it has been looked at."""

    __slots__ = ("value",)

    value: Any

    def __init__(self, value: Any) -> None:
        self.value = value


def may_hold_buffers(packed: bytes) -> bool:
    """Return whether bytes can hold anything binary: a byte that starts it occurs, perhaps as a part of something."""
    return _MARKS[0] in packed or _MARKS[1] in packed or _MARKS[2] in packed


def holds_buffers(values: Iterable[Any]) -> bool:
    """Return whether there is a buffer among values, or in lists and dicts in them."""
    level = list(values)
    while level:
        kinds = set(map(type, level))
        if kinds & _BUFFERS:
            return True
        lists = [item for item in level if type(item) is list] if list in kinds else []
        dicts = [item.values() for item in level if type(item) is dict] if dict in kinds else []
        level = [*chain.from_iterable(lists), *chain.from_iterable(dicts)]
    return False


def hold(value: Any) -> Any:
    """Return a value as the packer may have it: held if it is a buffer or may have one in it."""
    return Held(value) if type(value) in _CONTAINERS or type(value) in _BUFFERS else value


def opened(held: Held, tag: Callable[[int, Any], Any]) -> Any:
    """Return what is held, ready for the packer, one level of it.

    Args:
        held: What to open.
        tag: Makes the tagged form of a code and a payload.

    Raises:
        Refused: It is a `memoryview`.
    """
    value = held.value
    if type(value) is list:
        return [hold(item) for item in value]
    if type(value) is dict:
        return {key: hold(item) for key, item in value.items()}
    if type(value) is bytearray:
        return tag(BYTEARRAY, bytes(value))
    raise Refused(value, "is a view of memory; use bytes(…)")
