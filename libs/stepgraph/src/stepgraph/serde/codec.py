"""Codec: how the values of one class are written as plain ones and made of them again.

The invariant: `decode(encode(value))` equals `value` and has its class; for whatever else it is given, `decode` raises
an `Exception` or returns some harmless value, in time and memory that are in proportion to what it was given. So it
looks at the type of a payload before it iterates: a `range` is small as bytes and endless as a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Codec", "Refused", "expect", "expect_integers"]

T = TypeVar("T")


class Refused(Exception):
    """A value that cannot be kept; a `SerializationError` with its place by the time a caller sees it.

    Attributes:
        value: The value.
        reason: Why, and what to do, as the words that follow "it".
    """

    def __init__(self, value: Any, reason: str) -> None:
        self.value: Any = value
        self.reason: str = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Codec:
    """How a class is kept.

    Attributes:
        encode: Takes a value, returns plain ones; what is in it may be of any class that can be kept.
        decode: Takes what `encode` returned, its content revived.
    """

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def expect(cls: type[T], payload: Any) -> T:
    """Return a payload that is of exactly this class.

    Raises:
        TypeError: It is of another.
    """
    if type(payload) is not cls:
        raise TypeError(f"expected a {cls.__name__}, got a {type(payload).__name__}")
    return payload


def expect_integers(payload: Any) -> list[int]:
    """Return a payload that is a list of integers.

    Raises:
        TypeError: It is something else.
    """
    for item in expect(list, payload):
        expect(int, item)
    return payload  # type: ignore[no-any-return]
