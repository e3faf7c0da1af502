"""BinaryOperatorAggregate: a value that a reducer folds every write into."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Final, Generic, TypeVar, get_origin

from stepgraph.channels.base import MISSING, BaseChannel, is_overwrite, unwrapped
from stepgraph.errors import InvalidUpdateError

__all__ = ["BinaryOperatorAggregate"]

Value = TypeVar("Value")

_CONCRETE: Final = {
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    collections.abc.Mapping: dict,
    collections.abc.MutableMapping: dict,
}


class BinaryOperatorAggregate(BaseChannel[Value, Value], Generic[Value]):
    """Folds writes with a reducer: `value = operator(value, write)`, in task order.

    Starts as `typ()` where that can be built, else as the first write. One write of a superstep may be an
    `Overwrite`, which then counts alone.

    Args:
        typ: The type of the value.
        operator: The reducer; it must return a new value and leave its arguments as they are.
        key: The name of the channel in its graph.
    """

    __slots__ = ("factory", "operator")

    def __init__(self, typ: Any, operator: Callable[[Value, Value], Value], key: str = "") -> None:
        self.operator: Callable[[Value, Value], Value] = operator
        self.factory: Callable[[], Any] = _factory(typ)
        super().__init__(typ, key)

    def _settings(self) -> tuple[Any, ...]:
        return (_identity(self.operator),)

    def initial(self) -> Any:
        """Return an empty value of the type, `MISSING` where it has none."""
        try:
            return self.factory()
        except Exception:
            return MISSING

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return `stored` with every write folded in."""
        value, operator = stored, self.operator
        replaced = False
        for write in writes:
            if is_overwrite(write):
                if replaced:
                    raise InvalidUpdateError("one Overwrite per superstep can count and several came")
                value = unwrapped(write)
                replaced = True
            elif not replaced:
                value = write if value is MISSING else operator(value, write)
        return value


def _factory(typ: Any) -> Callable[[], Any]:
    """Return what builds an empty value: `list` for `list[int]`, `typing.List[int]` and `Sequence[int]`."""
    origin = get_origin(typ) or typ
    factory: Callable[[], Any] = _CONCRETE.get(origin, origin)
    return factory


def _identity(operator: Any) -> Any:
    """Return what makes two functions the same rule.

    A lambda in a postponed annotation becomes a new function whenever the annotation is read, with equal code.
    """
    if not isinstance(operator, FunctionType) or operator.__closure__:
        return operator
    return (operator.__code__, operator.__defaults__, operator.__kwdefaults__)
