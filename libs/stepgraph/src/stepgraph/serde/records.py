"""Codec of classes with fields: dataclasses, attrs and plain classes, revived attribute by attribute.

No constructor, no `__post_init__` and no property runs: an object comes back as it was, not as it would be made today.
Only what is missing in old bytes takes the default that the class has today. Cached properties are left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from stepgraph.errors import DeserializationError
from stepgraph.serde.codec import Codec, Refused, expect

__all__ = ["attributes_of", "is_plain_class", "record_codec", "set_attributes", "slots_of", "volatile"]

_HEAP: Final = 1 << 9
_IMMUTABLE: Final = 1 << 8
_WORD: Final = tuple.__itemsize__


def record_codec(cls: type[Any]) -> Codec:
    """Return the codec of a class for which `is_plain_class` holds."""
    slots, dropped = slots_of(cls), volatile(cls)
    only_a_dict = cls.__dictoffset__ != 0 and not slots
    fields = {field.name: field for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else {}
    names = frozenset(name for name, field in fields.items() if not _is_of_the_class(field))
    needed = [name for name, field in fields.items() if field.init and _has_no_default(field)]

    def encode(value: Any) -> dict[str, Any]:
        attributes: dict[str, Any] = value.__dict__ if only_a_dict else attributes_of(value, slots, dropped)
        if len(attributes) < len(names) and (missing := [name for name in needed if name not in attributes]):
            raise Refused(value, f"has no {missing[0]!r}, and the class no default for it; set it")
        return attributes if dropped.isdisjoint(attributes) else attributes_of(value, slots, dropped)

    def decode(payload: dict[str, Any]) -> Any:
        value = object.__new__(cls)
        if expect(dict, payload).keys() != names:
            payload = _completed(cls, fields, slots, payload)
        if only_a_dict:
            value.__dict__.update(payload)
        else:
            set_attributes(value, payload)
        return value

    return Codec(encode, decode)


def attributes_of(value: Any, slots: tuple[str, ...], dropped: frozenset[str]) -> dict[str, Any]:
    """Return what an instance holds, by name."""
    attributes = {name: item for name, item in getattr(value, "__dict__", {}).items() if name not in dropped}
    for name in slots:
        if (item := getattr(value, name, dataclasses.MISSING)) is not dataclasses.MISSING:
            attributes[name] = item
    return attributes


def set_attributes(value: Any, attributes: dict[str, Any]) -> None:
    """Set attributes of an instance past whatever its class does when somebody sets them."""
    set_one: Callable[[Any, str, Any], None] = object.__setattr__
    for name, item in attributes.items():
        set_one(value, name, item)


def _completed(
    cls: type[Any], fields: dict[str, dataclasses.Field[Any]], slots: tuple[str, ...], payload: dict[str, Any]
) -> dict[str, Any]:
    """Return attributes that an older, or a newer, version of the class left, as the class has them today."""
    kept = {
        name: item
        for name, item in payload.items()
        if name in fields or name in slots or (cls.__dictoffset__ and not hasattr(cls, name))
    }
    for name, field in fields.items():
        if name in kept or _is_of_the_class(field):
            continue
        if field.default is not dataclasses.MISSING:
            kept[name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            kept[name] = field.default_factory()
        elif field.init:  # others are set later, perhaps
            raise DeserializationError(
                f"a saved {cls.__qualname__} has no field {name!r}, for which the class has no default: give it one"
            )
    return kept


def _is_of_the_class(field: dataclasses.Field[Any]) -> bool:
    """Return whether instances have no value of their own, unless somebody set one."""
    return not field.init and field.default is not dataclasses.MISSING


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def slots_of(cls: type[Any]) -> tuple[str, ...]:
    """Return the names of the slots of a class and its bases, as attributes are called."""
    names: list[str] = []
    for base in reversed(cls.__mro__):
        declared = base.__dict__.get("__slots__", ())
        for name in [declared] if isinstance(declared, str) else declared:
            if name not in ("__dict__", "__weakref__"):
                private = name.startswith("__") and not name.endswith("__")
                names.append(f"_{base.__name__.lstrip('_')}{name}" if private else name)
    return tuple(names)


def volatile(cls: type[Any]) -> frozenset[str]:
    """Return the attributes that need not be kept: cached properties, and what `Generic` notes on instances."""
    cached = (name for base in cls.__mro__ for name, item in vars(base).items() if isinstance(item, cached_property))
    return frozenset((*cached, "__orig_class__"))


def is_plain_class(cls: type[Any]) -> bool:
    """Return whether instances hold nothing but attributes: no base is written in C and keeps state out of sight."""
    words = len(slots_of(cls)) + bool(cls.__dictoffset__) + bool(cls.__weakrefoffset__)
    return cls.__basicsize__ <= object.__basicsize__ + words * _WORD and all(
        base is object or base.__module__ == "typing" or base.__flags__ & (_HEAP | _IMMUTABLE) == _HEAP
        for base in cls.__mro__
    )
