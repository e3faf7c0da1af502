"""Shapes: which codec a class with a name of its own gets, by what kind of class it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, Flag
from typing import Any, Final

from stepgraph.errors import DeserializationError
from stepgraph.serde.builtin import ordered
from stepgraph.serde.codec import Codec, Refused, expect
from stepgraph.serde.models import is_model, model_codec
from stepgraph.serde.records import attributes_of, is_plain_class, record_codec, set_attributes, slots_of, volatile

__all__ = ["codec_of"]

_PLAIN: Final[dict[type[Any], Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int.__index__,
    float: float.__float__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: list(tuple.__iter__(value)),
    list: list.copy,
    dict: dict.copy,
    set: lambda value: ordered(list(set.__iter__(value))),
    frozenset: lambda value: ordered(list(frozenset.__iter__(value))),
}
"""For the bases of subclasses: what makes a plain value, whatever the subclass overrides."""

_FILL: Final[dict[type[Any], Callable[[Any, Any], None]]] = {list: list.extend, dict: dict.update, set: set.update}
"""For the bases whose instances are made empty: what fills them."""


def codec_of(cls: type[Any]) -> Codec | None:
    """Return the codec of a class, `None` where its instances hold what cannot be seen."""
    if issubclass(cls, Enum):
        return _enum_codec(cls)
    if is_model(cls):
        return model_codec(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _named_tuple_codec(cls)
    if is_plain_class(cls):
        return record_codec(cls)
    base = next(base for base in cls.__mro__ if not base.__flags__ & 1 << 9)
    return _subclass_codec(cls, base) if base in _PLAIN else None


def _enum_codec(cls: type[Enum]) -> Codec:
    """Keep members by name; combined flags, which have none, by value."""
    members = cls.__members__
    bits = 64 + max((member.value.bit_length() for member in cls if isinstance(member.value, int)), default=0)

    def encode(member: Any) -> str | list[Any]:
        return member._name_ if member._name_ in members else [member._value_]

    def decode(payload: Any) -> Any:
        if type(payload) is list and issubclass(cls, Flag) and expect(int, payload[0]).bit_length() <= bits:
            return cls(payload[0])
        if payload not in members:
            raise DeserializationError(f"{cls.__qualname__} has no member {payload!r}; it has {', '.join(members)}")
        return members[payload]

    return Codec(encode, decode)


def _named_tuple_codec(cls: Any) -> Codec:
    names: tuple[str, ...] = cls._fields

    def encode(value: Any) -> dict[str, Any]:
        if getattr(value, "__dict__", None):
            raise Refused(value, "is a named tuple with attributes besides its fields; use a dataclass")
        return dict(zip(names, tuple.__iter__(value), strict=True))

    def decode(payload: dict[str, Any]) -> Any:
        state = {**cls._field_defaults, **expect(dict, payload)}
        missing = [name for name in names if name not in state]
        if missing:
            raise DeserializationError(f"a saved {cls.__qualname__} has no field {missing[0]!r}: give it a default")
        return tuple.__new__(cls, [state[name] for name in names])

    return Codec(encode, decode)


def _subclass_codec(cls: type[Any], base: Any) -> Codec:
    """Keep an instance of a subclass of a builtin: the plain value, and the attributes that the subclass adds."""
    slots, dropped, plain, fill = slots_of(cls), volatile(cls), _PLAIN[base], _FILL.get(base)
    kept_as = list if base in (tuple, set, frozenset) else base

    def encode(value: Any) -> list[Any]:
        return [plain(value), attributes_of(value, slots, dropped)]

    def decode(payload: list[Any]) -> Any:
        content, attributes = expect(list, payload)
        expect(kept_as, content)
        if fill is None:
            value = base.__new__(cls, content)
        else:
            value = base.__new__(cls)
            fill(value, content)
        set_attributes(value, expect(dict, attributes))
        return value

    return Codec(encode, decode)
